from django.urls import path

from evaluation import api, outline_api

app_name = "evaluation-api"

EVALUATIONS = "projects/<slug:slug>/evaluations/"
VERSION = "projects/<slug:slug>/models/<str:name>/versions/<int:number>/"

urlpatterns = [
    path(EVALUATIONS, api.EvaluationList.as_view(), name="evaluation-list"),
    path(EVALUATIONS + "compare/", api.Comparison.as_view(), name="comparison"),
    path(EVALUATIONS + "<int:number>/", api.EvaluationDetail.as_view(), name="evaluation-detail"),
    path(EVALUATIONS + "<int:number>/cancel/", api.EvaluationCancel.as_view(), name="evaluation-cancel"),
    path(VERSION + "outline/read/", outline_api.OutlineRead.as_view(), name="outline-read"),
]
