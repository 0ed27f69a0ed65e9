from django.urls import path

from canvas.api import blocks, journal, kpis, projects

app_name = "canvas-api"
urlpatterns = [
    path("projects/", projects.ProjectList.as_view(), name="project-list"),
    path("projects/<slug:slug>/", projects.ProjectDetail.as_view(), name="project-detail"),
    path("projects/<slug:slug>/members/", projects.MemberList.as_view(), name="member-list"),
    path("projects/<slug:slug>/canvas/", blocks.BlockList.as_view(), name="block-list"),
    path("projects/<slug:slug>/canvas/<int:number>/", blocks.BlockDetail.as_view(), name="block-detail"),
    path("projects/<slug:slug>/kpis/", kpis.KpiList.as_view(), name="kpi-list"),
    path("projects/<slug:slug>/kpis/<int:kpi_id>/", kpis.KpiDetail.as_view(), name="kpi-detail"),
    path("projects/<slug:slug>/journal/", journal.Journal.as_view(), name="journal"),
]
