from django.urls import path

from evaluation import outline_views, views

app_name = "evaluation"

EVALUATIONS = "p/<slug:slug>/evaluations/"
VERSION = "p/<slug:slug>/models/<str:name>/v<int:number>/"

urlpatterns = [
    path("evaluations/", views.job_list_all, name="job-list-all"),
    path(EVALUATIONS, views.job_list, name="job-list"),
    path(EVALUATIONS + "new/", views.job_create, name="job-create"),
    path(EVALUATIONS + "new/predictions/", views.job_create_predictions, name="job-create-predictions"),
    path(EVALUATIONS + "compare/", views.comparison, name="comparison"),
    path(EVALUATIONS + "<int:number>/", views.job_detail, name="job-detail"),
    path(EVALUATIONS + "<int:number>/again/", views.job_again, name="job-again"),
    path(VERSION + "outline/read/", outline_views.outline_read, name="outline-read"),
]
