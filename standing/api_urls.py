from django.urls import path

from standing import api

app_name = "standing-api"
urlpatterns = [
    path("portfolio/", api.Portfolio.as_view(), name="portfolio"),
    path("targets/", api.TargetsView.as_view(), name="targets"),
    path("projects/<slug:slug>/standing/", api.ProjectStanding.as_view(), name="project"),
    path("projects/<slug:slug>/promises/", api.ProjectPromises.as_view(), name="promises"),
    path("projects/<slug:slug>/practices/", api.PracticeList.as_view(), name="practice-list"),
]
