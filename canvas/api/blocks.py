from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.access import block_or_404
from canvas.answers import Answers, completeness
from canvas.api_access import Conflict, Pages, ProjectAPIView
from canvas.block_states import states_of
from canvas.blocks import Block
from canvas.cleaning import InvalidAnswers
from canvas.conversation import open_threads
from canvas.diff import diff
from canvas.models import BlockRevision, Project
from canvas.roles import Permission
from canvas.serializers.blocks import (
    BlockSerializer,
    DiffSerializer,
    RestoreSerializer,
    ReviewSerializer,
    ReviewStateSerializer,
    RevisionSerializer,
)
from canvas.serializers.evidence import StateSerializer
from canvas.services import blocks, reviews


class BlockList(ProjectAPIView):
    """The canvas."""

    @extend_schema(responses=BlockSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the blocks that were begun, each as its latest revision has it."""
        project = self.get_project(slug)
        held = BlockRevision.objects.latest_of(project).select_related("author").reviewed().order_by("block")
        return Response(BlockSerializer(held, many=True).data)


class BlockDetail(ProjectAPIView):
    """One of the ten blocks."""

    @extend_schema(responses=BlockSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Read a block; 404 while it is empty."""
        project = self.get_project(slug)
        revision = blocks.latest_revision(project, block_or_404(number).number)
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
        block = block_or_404(number)
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
            raise Conflict(_stale(reason)) from reason
        except blocks.NothingChanged:
            latest = blocks.latest_revision(project, number)
            return Response(BlockSerializer(latest).data if latest else {})
        return Response(BlockSerializer(revision).data)


class RevisionList(ProjectAPIView):
    """The history of a block."""

    @extend_schema(responses=BlockSerializer(many=True))
    def get(self, request: Request, slug: str, number: int) -> Response:
        """List a block's revisions, newest first."""
        project = self.get_project(slug)
        revisions = _revisions(project, block_or_404(number))
        pages = Pages()
        page = pages.paginate_queryset(revisions, request, view=self)
        return pages.get_paginated_response(BlockSerializer(page, many=True).data)


class RevisionDetail(ProjectAPIView):
    """One revision of a block, which never changes."""

    @extend_schema(responses=BlockSerializer)
    def get(self, request: Request, slug: str, number: int, revision: int) -> Response:
        """Read a revision."""
        project = self.get_project(slug)
        found = get_object_or_404(_revisions(project, block_or_404(number)), number=revision)
        return Response(BlockSerializer(found).data)


class RevisionRestore(ProjectAPIView):
    """The return of an earlier revision."""

    @extend_schema(
        request=RestoreSerializer,
        responses={200: BlockSerializer, 409: OpenApiResponse(description="Another revision came first.")},
    )
    def post(self, request: Request, slug: str, number: int, revision: int) -> Response:
        """Bring a revision back as the newest one; its answers again make none."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        block = block_or_404(number)
        sent = RestoreSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            made = blocks.restore(
                project, block, number=revision, based_on=sent.validated_data["based_on"], by=self.user
            )
        except blocks.NoSuchRevision as reason:
            raise Http404(str(reason)) from reason
        except blocks.StaleRevision as reason:
            raise Conflict(_stale(reason)) from reason
        except InvalidAnswers as reason:
            raise ValidationError({"answers": reason.errors}) from reason
        except blocks.NothingChanged:
            latest = blocks.latest_revision(project, number)
            return Response(BlockSerializer(latest).data if latest else {})
        return Response(BlockSerializer(made).data)


class BlockDiff(ProjectAPIView):
    """The difference between two revisions of a block."""

    @extend_schema(
        parameters=[
            OpenApiParameter("from", int, required=True, description="The earlier revision; 0 for the empty block."),
            OpenApiParameter("to", int, required=True, description="The later revision."),
        ],
        responses=DiffSerializer,
    )
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Compare two revisions, field by field and word by word."""
        project = self.get_project(slug)
        block = block_or_404(number)
        before, after = (self._answers(project, block, key) for key in ("from", "to"))
        return Response(DiffSerializer(diff(block, before, after)).data)

    def _answers(self, project: Project, block: Block, key: str) -> Answers:
        text = self.request.query_params.get(key, "")
        if not (text.isascii() and text.isdecimal()) or len(text) > 9:
            raise ValidationError({key: ["Name a revision by its number."]})
        if int(text) == 0:
            return {}
        return get_object_or_404(_revisions(project, block), number=int(text)).answers


class BlockReview(ProjectAPIView):
    """The review of a block."""

    @extend_schema(responses=ReviewStateSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Read how far the latest revision is agreed on; 404 while the block is empty."""
        project = self.get_project(slug)
        return Response(ReviewStateSerializer(_latest(project, block_or_404(number))).data)

    @extend_schema(request=ReviewSerializer, responses={200: ReviewStateSerializer})
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Ask for a review of the latest revision."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        block = block_or_404(number)
        sent = ReviewSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            reviews.ask(project, block, number=sent.validated_data["number"], by=self.user)
        except reviews.NotReviewable as reason:
            raise Conflict(str(reason)) from reason
        return Response(ReviewStateSerializer(_latest(project, block)).data)


class BlockAccept(ProjectAPIView):
    """The acceptance of a block."""

    @extend_schema(
        request=ReviewSerializer,
        responses={
            200: ReviewStateSerializer,
            403: OpenApiResponse(description="You wrote part of the text."),
            409: OpenApiResponse(description="The block cannot be accepted as it stands."),
        },
    )
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Accept the latest revision, which somebody else wrote."""
        project = self.get_project(slug, needs=Permission.ACCEPT_BLOCKS)
        block = block_or_404(number)
        sent = ReviewSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            reviews.accept(project, block, by=self.user, **sent.validated_data)
        except reviews.NotIndependent as reason:
            raise PermissionDenied(str(reason)) from reason
        except reviews.NotReviewable as reason:
            raise Conflict(str(reason)) from reason
        return Response(ReviewStateSerializer(_latest(project, block)).data)


class BlockStates(ProjectAPIView):
    """How the plan stands."""

    @extend_schema(responses=StateSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List all ten blocks: agreed on, talked about, and planned, evidenced, contradicted or stale."""
        project = self.get_project(slug)
        revisions = {one.block: one for one in BlockRevision.objects.latest_of(project).reviewed()}
        held = {number: revision.answers for number, revision in revisions.items()}
        talk = open_threads(project)
        states = [
            {
                "block": number,
                "title": found.block.title,
                "revision": revisions[number].number if number in revisions else 0,
                "status": revisions[number].status if number in revisions else "",
                "is_complete": completeness(found.block, held.get(number, {})).is_complete,
                "open_comments": talk.get(number, 0),
                "state": found.state,
                "reasons": found.reasons,
                "links": found.links,
            }
            for number, found in states_of(project, held).items()
        ]
        return Response(StateSerializer(states, many=True).data)


def _latest(project: Project, block: Block) -> BlockRevision:
    revision = blocks.latest_revision(project, block.number)
    if revision is None:
        raise Http404("This block is empty.")
    return revision


def _revisions(project: Project, block: Block) -> QuerySet[BlockRevision]:
    return BlockRevision.objects.filter(project=project, block=block.number).select_related("author").reviewed()


def _stale(reason: blocks.StaleRevision) -> str:
    return (
        f"{reason.latest.author} saved revision {reason.latest.number} of this block in the meantime. "
        "Read it, bring both together, and send based_on with its number."
    )
