from django.urls import path

from jobs import views

app_name = "jobs"
urlpatterns = [
    path("p/<slug:slug>/jobs/<uuid:job_id>/progress/", views.progress, name="job-progress"),
    path("p/<slug:slug>/jobs/<uuid:job_id>/cancel/", views.cancel, name="job-cancel"),
    path("p/<slug:slug>/jobs/<uuid:job_id>/log/", views.log, name="job-log"),
]
