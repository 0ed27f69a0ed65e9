from django.urls import path

from canvas.api import blocks, journal, kpis, opportunities, projects

app_name = "canvas-api"
urlpatterns = [
    path("opportunities/", opportunities.OpportunityList.as_view(), name="opportunity-list"),
    path("opportunities/<int:opportunity_id>/", opportunities.OpportunityDetail.as_view(), name="opportunity-detail"),
    path(
        "opportunities/<int:opportunity_id>/decline/",
        opportunities.OpportunityDecline.as_view(),
        name="opportunity-decline",
    ),
    path(
        "opportunities/<int:opportunity_id>/reopen/",
        opportunities.OpportunityReopen.as_view(),
        name="opportunity-reopen",
    ),
    path(
        "opportunities/<int:opportunity_id>/start/", opportunities.OpportunityStart.as_view(), name="opportunity-start"
    ),
    path("processes/", opportunities.ProcessList.as_view(), name="process-list"),
    path("processes/<int:process_id>/", opportunities.ProcessDetail.as_view(), name="process-detail"),
    path("ranking-weights/", opportunities.RankingWeightsView.as_view(), name="ranking-weights"),
    path("similar/", opportunities.SimilarList.as_view(), name="similar-list"),
    path("projects/", projects.ProjectList.as_view(), name="project-list"),
    path("projects/<slug:slug>/", projects.ProjectDetail.as_view(), name="project-detail"),
    path("projects/<slug:slug>/members/", projects.MemberList.as_view(), name="member-list"),
    path("projects/<slug:slug>/canvas/", blocks.BlockList.as_view(), name="block-list"),
    path("projects/<slug:slug>/canvas/<int:number>/", blocks.BlockDetail.as_view(), name="block-detail"),
    path("projects/<slug:slug>/kpis/", kpis.KpiList.as_view(), name="kpi-list"),
    path("projects/<slug:slug>/kpis/<int:kpi_id>/", kpis.KpiDetail.as_view(), name="kpi-detail"),
    path("projects/<slug:slug>/journal/", journal.Journal.as_view(), name="journal"),
]
