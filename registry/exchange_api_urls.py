"""Where programs take models out as one file, and bring them back."""

from django.urls import path

from registry.api import exchange

EXPORTS = "projects/<slug:slug>/models/<str:name>/exports/"
ARCHIVES = "projects/<slug:slug>/model-archives/"
ARCHIVE = ARCHIVES + "<uuid:archive_id>/"

urlpatterns = [
    path(EXPORTS, exchange.ExportList.as_view(), name="export-list"),
    path(EXPORTS + "<int:export_id>/", exchange.ExportDetail.as_view(), name="export-detail"),
    path(EXPORTS + "<int:export_id>/file/", exchange.ExportFile.as_view(), name="export-file"),
    path(ARCHIVES, exchange.ArchiveList.as_view(), name="archive-list"),
    path(ARCHIVE, exchange.ArchiveDetail.as_view(), name="archive-detail"),
    path(ARCHIVE + "restore/", exchange.ArchiveRestore.as_view(), name="archive-restore"),
]
