"""Where models leave as one file, and come back."""

from django.urls import path

from registry.views import exchange

EXPORTS = "p/<slug:slug>/models/<str:name>/exports/"
ARCHIVES = "p/<slug:slug>/model-archives/"
ARCHIVE = ARCHIVES + "<uuid:archive_id>/"

urlpatterns = [
    path(EXPORTS, exchange.export_list, name="export-list"),
    path(EXPORTS + "<int:export_id>/file/", exchange.export_file, name="export-file"),
    path(ARCHIVES, exchange.archive_list, name="archive-list"),
    path(ARCHIVE, exchange.archive_detail, name="archive-detail"),
    path(ARCHIVE + "restore/", exchange.archive_restore, name="archive-restore"),
    path(ARCHIVE + "history.json", exchange.archive_history, name="archive-history"),
]
