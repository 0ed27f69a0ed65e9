from django.urls import path

from canvas.views import board, home, journal, kpis, projects, settings, tokens

app_name = "canvas"
urlpatterns = [
    path("", home.home, name="home"),
    path("projects/", projects.project_list, name="project-list"),
    path("projects/new/", projects.project_create, name="project-create"),
    path("audit/", journal.audit_log, name="audit-log"),
    path("p/<slug:slug>/", projects.project_detail, name="project-detail"),
    path("p/<slug:slug>/canvas/", board.board, name="board"),
    path("p/<slug:slug>/canvas/<int:number>/", board.block_edit, name="block"),
    path("p/<slug:slug>/canvas/<int:number>/history/", board.block_history, name="block-history"),
    path("p/<slug:slug>/kpis/", kpis.kpi_list, name="kpi-list"),
    path("p/<slug:slug>/kpis/new/", kpis.kpi_create, name="kpi-create"),
    path("p/<slug:slug>/kpis/<int:kpi_id>/", kpis.kpi_edit, name="kpi-edit"),
    path("p/<slug:slug>/kpis/<int:kpi_id>/retire/", kpis.kpi_retire, name="kpi-retire"),
    path("p/<slug:slug>/activity/", journal.project_journal, name="journal"),
    path("p/<slug:slug>/settings/", settings.project_settings, name="project-settings"),
    path("p/<slug:slug>/settings/members/", settings.member_add, name="member-add"),
    path("p/<slug:slug>/settings/members/<int:member_id>/role/", settings.member_role, name="member-role"),
    path("p/<slug:slug>/settings/members/<int:member_id>/remove/", settings.member_remove, name="member-remove"),
    path("p/<slug:slug>/tokens/", tokens.token_list, name="token-list"),
    path("p/<slug:slug>/tokens/<int:token_id>/revoke/", tokens.token_revoke, name="token-revoke"),
]
