from typing import Any, ClassVar

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, ProjectAPIView
from docsgen.models import Poster
from docsgen.poster import services
from docsgen.poster.views import PosterMissing, file_of


class PosterSerializer(serializers.ModelSerializer[Poster]):
    """A poster and where its printing stands."""

    progress = serializers.IntegerField(source="job.progress", read_only=True)
    error = serializers.CharField(source="job.error", read_only=True)

    class Meta:
        model = Poster
        fields: ClassVar[Any] = (
            "status", "progress", "error", "facts_sha256", "pdf_sha256", "pdf_size", "requested_at", "issued_at",
        )  # fmt: skip
        read_only_fields: ClassVar[Any] = fields


class PosterDetail(ProjectAPIView):
    """The poster of the plan as it is now."""

    @extend_schema(responses=PosterSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Where its printing stands; 409 while nobody has asked for it."""
        held = services.current(self.get_project(slug))
        if held is None:
            raise Conflict("Nobody asked for a poster of the plan as it is now. Send a POST to this address.")
        return Response(PosterSerializer(held).data)

    @extend_schema(request=None, responses={202: PosterSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Ask for the poster; a worker prints it, unless this plan was printed before."""
        poster = services.request_poster(self.get_project(slug), by=self.user)
        return Response(PosterSerializer(poster).data, status=status.HTTP_202_ACCEPTED)


class PosterFile(ProjectAPIView):
    """The printed poster."""

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str) -> FileResponse:
        """Download the newest poster as PDF."""
        try:
            return file_of(self.get_project(slug))
        except PosterMissing as reason:
            raise Conflict(str(reason)) from reason
