from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from canvas import journal
from canvas.api_access import Pages, ProjectAPIView
from canvas.serializers.journal import JournalLineSerializer


class Journal(ProjectAPIView):
    """A project's journal."""

    @extend_schema(responses=JournalLineSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the lines, newest first."""
        pages = Pages()
        page = pages.paginate_queryset(journal.entries_of(self.get_project(slug)), request, view=self)
        return pages.get_paginated_response(JournalLineSerializer(page, many=True).data)
