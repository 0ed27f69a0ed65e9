"""The addresses of what belongs to a version: files, notes, statements, and a comparison with others."""

from django.urls import path

from registry.views import models, version_comparison, version_files, versions

MODEL = "p/<slug:slug>/models/<str:name>/"
VERSION = MODEL + "v<int:number>/"

urlpatterns = [
    path(MODEL + "compare/", version_comparison.compare, name="version-compare"),
    path(MODEL + "task/", models.model_task, name="model-task"),
    path(VERSION + "files/<path:path>", version_files.version_file, name="version-file"),
    path(VERSION + "files.zip", version_files.version_zip, name="version-zip"),
    path(VERSION + "Dockerfile", version_files.version_dockerfile, name="version-dockerfile"),
    path(VERSION + "note/", versions.version_note, name="version-note"),
    path(VERSION + "serving/", versions.version_serving, name="version-serving"),
    path(VERSION + "serving/<int:statement_id>/end/", versions.version_serving_end, name="version-serving-end"),
]
