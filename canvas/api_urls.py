from django.urls import path

from canvas import api

app_name = "canvas-api"
urlpatterns = [
    path("projects/", api.ProjectList.as_view(), name="project-list"),
    path("projects/<slug:slug>/", api.ProjectDetail.as_view(), name="project-detail"),
    path("projects/<slug:slug>/members/", api.MemberList.as_view(), name="member-list"),
    path("projects/<slug:slug>/canvas/", api.BlockList.as_view(), name="block-list"),
    path("projects/<slug:slug>/canvas/<int:number>/", api.BlockDetail.as_view(), name="block-detail"),
    path("projects/<slug:slug>/kpis/", api.KpiList.as_view(), name="kpi-list"),
    path("projects/<slug:slug>/kpis/<int:kpi_id>/", api.KpiDetail.as_view(), name="kpi-detail"),
    path("projects/<slug:slug>/journal/", api.Journal.as_view(), name="journal"),
]
