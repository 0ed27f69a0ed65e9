from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas import evidence as offered
from canvas.access import block_or_404
from canvas.api_access import Conflict, ProjectAPIView
from canvas.block_states import states_of
from canvas.models import EvidenceLink
from canvas.roles import Permission
from canvas.serializers.evidence import (
    KindSerializer,
    LinkSerializer,
    LinkStateSerializer,
    NewLinkSerializer,
    ProofSerializer,
)
from canvas.services import blocks, evidence


class KindList(ProjectAPIView):
    """What can prove a field."""

    @extend_schema(responses=KindSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the kinds of records that a field may link."""
        self.get_project(slug)
        return Response(KindSerializer(offered.kinds(), many=True).data)


class KindDetail(ProjectAPIView):
    """The records of one kind."""

    @extend_schema(operation_id="projects_canvas_evidence_records_list", responses=ProofSerializer(many=True))
    def get(self, request: Request, slug: str, kind: str) -> Response:
        """List a project's records of a kind, newest first, at most 200."""
        project = self.get_project(slug)
        try:
            found = offered.kind(kind)
        except KeyError as error:
            raise Http404("There is no such kind of record.") from error
        return Response(ProofSerializer(found.choices(project), many=True).data)


class LinkList(ProjectAPIView):
    """The records that a block rests on."""

    @extend_schema(responses=LinkStateSerializer(many=True))
    def get(self, request: Request, slug: str, number: int) -> Response:
        """List a block's links, each with how its record stands today."""
        project = self.get_project(slug)
        states = states_of(project, blocks.current_answers(project))
        return Response(LinkStateSerializer(states[block_or_404(number).number].links, many=True).data)

    @extend_schema(
        request=NewLinkSerializer,
        responses={201: LinkSerializer, 409: OpenApiResponse(description="The field has this link already.")},
    )
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Link a record as proof of a field, or of the whole block."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        block = block_or_404(number)
        sent = NewLinkSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        fields = dict(sent.validated_data)
        try:
            made = evidence.link(project, block, object_id=fields.pop("record"), by=self.user, **fields)
        except evidence.NothingToLink as reason:
            raise ValidationError({"record": [str(reason)]}) from reason
        except evidence.LinkedAlready as reason:
            raise Conflict(str(reason)) from reason
        return Response(LinkSerializer(made).data, status=status.HTTP_201_CREATED)


class LinkDetail(ProjectAPIView):
    """One link."""

    @extend_schema(request=None, responses=LinkSerializer)
    def put(self, request: Request, slug: str, link_id: int) -> Response:
        """Say that the record, as it stands now, still proves the field."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        made = get_object_or_404(EvidenceLink, project=project, pk=link_id)
        try:
            return Response(LinkSerializer(evidence.renew(made, by=self.user)).data)
        except evidence.NothingToLink as reason:
            raise Conflict(str(reason)) from reason

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, link_id: int) -> Response:
        """Take a link away; the record stays."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        evidence.unlink(get_object_or_404(EvidenceLink, project=project, pk=link_id), by=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
