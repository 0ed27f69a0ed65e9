"""Where programs find the steps of a version's model."""

from django.urls import path

from registry.api import outlines

OUTLINE = "projects/<slug:slug>/models/<str:name>/versions/<int:number>/outline/"

urlpatterns = [
    path(OUTLINE, outlines.VersionOutline.as_view(), name="version-outline"),
    path(OUTLINE + "notes/", outlines.OutlineNotes.as_view(), name="outline-notes"),
]
