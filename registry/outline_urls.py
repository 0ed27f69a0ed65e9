"""Where the steps of a version's model stand."""

from django.urls import path

from registry.views import outlines

OUTLINE = "p/<slug:slug>/models/<str:name>/v<int:number>/outline/"

urlpatterns = [
    path(OUTLINE, outlines.version_outline, name="version-outline"),
    path(OUTLINE + "notes/", outlines.outline_note, name="outline-note"),
]
