from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Pages
from canvas.roles import Permission
from canvas.serializers.journal import JournalLineSerializer
from registry import activity
from registry.api.base import RegistryAPIView, version_of
from registry.lineage.graph import lineage_of
from registry.serializers import VersionSerializer
from registry.services import versions
from registry.version_serializers import LineageSerializer, NoteInSerializer


class VersionNote(RegistryAPIView):
    """The note on a version, which is all of it that may change."""

    @extend_schema(request=NoteInSerializer, responses=VersionSerializer, operation_id="versions_note")
    def put(self, request: Request, slug: str, name: str, number: int) -> Response:
        """Write the note anew; the journal keeps what stood there."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        note = self.sent(NoteInSerializer, project)["note"]
        versions.annotate(version_of(project, name, number), note=note, by=self.user)
        return Response(VersionSerializer(version_of(project, name, number)).data)


class VersionLineage(RegistryAPIView):
    """Where a version comes from and where it went."""

    @extend_schema(responses=LineageSerializer, operation_id="versions_lineage")
    def get(self, request: Request, slug: str, name: str, number: int) -> Response:
        """Read source, snapshot, run, version, evaluation, promotion and stage as records that hang together."""
        lineage: Any = lineage_of(version_of(self.get_project(slug), name, number))
        return Response(LineageSerializer(lineage).data)


class VersionActivity(RegistryAPIView):
    """The journal of a version."""

    pagination_class = Pages

    @extend_schema(responses=JournalLineSerializer(many=True), operation_id="versions_activity_list")
    def get(self, request: Request, slug: str, name: str, number: int) -> Response:
        """List the lines about the version and its promotions, newest first."""
        version = version_of(self.get_project(slug), name, number)
        return self.page(activity.entries_of(version), JournalLineSerializer)
