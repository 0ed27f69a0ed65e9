from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, ProjectAPIView
from canvas.blocks import Block, get_block
from canvas.cleaning import InvalidAnswers
from canvas.models import BlockRevision
from canvas.roles import Permission
from canvas.serializers.blocks import BlockSerializer, RevisionSerializer
from canvas.services import blocks


class BlockList(ProjectAPIView):
    """The canvas."""

    @extend_schema(responses=BlockSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the blocks that were begun, each as its latest revision has it."""
        project = self.get_project(slug)
        held = BlockRevision.objects.latest_of(project).select_related("author").order_by("block")
        return Response(BlockSerializer(held, many=True).data)


class BlockDetail(ProjectAPIView):
    """One of the ten blocks."""

    @extend_schema(responses=BlockSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Read a block; 404 while it is empty."""
        project = self.get_project(slug)
        revision = blocks.latest_revision(project, _block(number).number)
        if revision is None:
            raise Http404("This block is empty.")
        return Response(BlockSerializer(revision).data)

    @extend_schema(
        request=RevisionSerializer,
        responses={200: BlockSerializer, 409: OpenApiResponse(description="Another revision came first.")},
    )
    def put(self, request: Request, slug: str, number: int) -> Response:
        """Save a block's answers as its next revision; the same answers again make none."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        block = _block(number)
        sent = RevisionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        fields: dict[str, Any] = sent.validated_data
        try:
            revision = blocks.revise(
                project, block, answers=fields["answers"], based_on=fields["based_on"], by=self.user
            )
        except InvalidAnswers as reason:
            raise ValidationError({"answers": reason.errors}) from reason
        except blocks.StaleRevision as reason:
            raise Conflict(
                f"{reason.latest.author} saved revision {reason.latest.number} of this block in the meantime. "
                "Read it, bring both together, and send based_on with its number."
            ) from reason
        except blocks.NothingChanged:
            latest = blocks.latest_revision(project, number)
            return Response(BlockSerializer(latest).data if latest else {})
        return Response(BlockSerializer(revision).data)


def _block(number: int) -> Block:
    try:
        return get_block(number)
    except KeyError as error:
        raise Http404("The canvas has ten blocks.") from error
