from django.urls import path

from canvas.views import board, home, journal, kpis, opportunities, projects, settings, tokens

app_name = "canvas"
urlpatterns = [
    path("", home.home, name="home"),
    path("projects/", projects.project_list, name="project-list"),
    path("projects/new/", projects.project_create, name="project-create"),
    path("audit/", journal.audit_log, name="audit-log"),
    path("opportunities/", opportunities.opportunity_list, name="opportunity-list"),
    path("opportunities/new/", opportunities.opportunity_create, name="opportunity-create"),
    path("opportunities/weights/", opportunities.ranking_weights, name="ranking-weights"),
    path("opportunities/similar/", opportunities.similar, name="similar"),
    path("opportunities/processes/", opportunities.process_list, name="process-list"),
    path("opportunities/processes/new/", opportunities.process_create, name="process-create"),
    path("opportunities/processes/<int:process_id>/", opportunities.process_edit, name="process-edit"),
    path("opportunities/<int:opportunity_id>/", opportunities.opportunity_detail, name="opportunity-detail"),
    path("opportunities/<int:opportunity_id>/edit/", opportunities.opportunity_edit, name="opportunity-edit"),
    path("opportunities/<int:opportunity_id>/decline/", opportunities.opportunity_decline, name="opportunity-decline"),
    path("opportunities/<int:opportunity_id>/reopen/", opportunities.opportunity_reopen, name="opportunity-reopen"),
    path("opportunities/<int:opportunity_id>/start/", opportunities.opportunity_start, name="opportunity-start"),
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
