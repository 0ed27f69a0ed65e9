"""The addresses of what belongs to a version, by REST."""

from django.urls import path

from registry.api import environments, models, version_comparison, version_files, version_records

MODEL = "projects/<slug:slug>/models/<str:name>/"
VERSION = MODEL + "versions/<int:number>/"

urlpatterns = [
    path(MODEL + "compare/", version_comparison.VersionComparison.as_view(), name="version-compare"),
    path(MODEL + "task/", models.ModelTask.as_view(), name="model-task"),
    path(VERSION + "files/", version_files.VersionFiles.as_view(), name="version-files"),
    path(VERSION + "files/<path:path>", version_files.VersionFile.as_view(), name="version-file"),
    path(VERSION + "files.zip", version_files.VersionZip.as_view(), name="version-zip"),
    path(VERSION + "dockerfile/", version_files.VersionDockerfile.as_view(), name="version-dockerfile"),
    path(VERSION + "note/", version_records.VersionNote.as_view(), name="version-note"),
    path(VERSION + "lineage/", version_records.VersionLineage.as_view(), name="version-lineage"),
    path(VERSION + "activity/", version_records.VersionActivity.as_view(), name="version-activity"),
    path(VERSION + "serving/", environments.VersionServing.as_view(), name="version-serving"),
    path(
        VERSION + "serving/<int:statement_id>/end/",
        environments.VersionServingEnd.as_view(),
        name="version-serving-end",
    ),
]
