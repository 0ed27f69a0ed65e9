from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, Pages
from canvas.roles import Permission
from registry.api.base import RegistryAPIView, version_of
from registry.models import ModelOutline
from registry.outline_serializers import OutlineNoteInSerializer, OutlineNoteSerializer, OutlineSerializer
from registry.services import outlines


class VersionOutline(RegistryAPIView):
    """The steps of a version's model."""

    @extend_schema(
        responses={200: OutlineSerializer, 404: OpenApiResponse(description="Nobody asked for the steps yet.")}
    )
    def get(self, request: Request, slug: str, name: str, number: int) -> Response:
        """Read the steps as nested values and as text; while they are being read, `state` is running."""
        version = version_of(self.get_project(slug), name, number)
        outline = ModelOutline.objects.filter(version=version).select_related("job").first()
        if outline is None:
            raise Http404("Nobody has asked for the steps of this version. Post to outline/read/ to have them read.")
        return Response(OutlineSerializer(outline).data)


class OutlineNotes(RegistryAPIView):
    """What people wrote beside the steps."""

    pagination_class = Pages

    @extend_schema(responses=OutlineNoteSerializer(many=True), operation_id="outline_notes_list")
    def get(self, request: Request, slug: str, name: str, number: int) -> Response:
        """List the notes, the latest first."""
        version = version_of(self.get_project(slug), name, number)
        return self.page(version.outline_notes.select_related("by"), OutlineNoteSerializer)

    @extend_schema(
        request=OutlineNoteInSerializer,
        responses={201: OutlineNoteSerializer, 409: OpenApiResponse(description="Somebody wrote one since `after`.")},
        operation_id="outline_notes_create",
    )
    def post(self, request: Request, slug: str, name: str, number: int) -> Response:
        """Write the next note; 409 when `after` is given and is not the last one."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        version, sent = version_of(project, name, number), self.sent(OutlineNoteInSerializer, project)
        try:
            note = outlines.add_note(version, text=sent["text"], by=self.user, after=sent.get("after"))
        except outlines.NoteChanged as reason:
            raise Conflict(str(reason)) from reason
        return Response(OutlineNoteSerializer(note).data, status=status.HTTP_201_CREATED)
