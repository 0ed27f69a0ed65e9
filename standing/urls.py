from django.urls import path

from standing import views

app_name = "standing"
urlpatterns = [
    path("portfolio/", views.portfolio, name="portfolio"),
    path("portfolio/refresh/", views.portfolio_refresh, name="portfolio-refresh"),
    path("portfolio/targets/", views.targets, name="targets"),
    path("p/<slug:slug>/standing/", views.project, name="project"),
    path("p/<slug:slug>/standing/promises/", views.project_promises, name="promises"),
    path("p/<slug:slug>/standing/practices/<str:criterion>/", views.practice, name="practice"),
]
