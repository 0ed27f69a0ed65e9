from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from canvas import journal
from canvas.api_access import ProjectAPIView
from canvas.blocks import Block, get_block
from canvas.cleaning import InvalidAnswers
from canvas.models import BlockRevision, Kpi, Project
from canvas.roles import Permission
from canvas.serializers import (
    BlockSerializer,
    JournalLineSerializer,
    KpiChangeSerializer,
    KpiSerializer,
    MemberSerializer,
    ProjectSerializer,
    RevisionSerializer,
)
from canvas.services import blocks, kpis, projects


class Conflict(APIException):
    """The request does not fit what holds now."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Pages(LimitOffsetPagination):
    """At most 200 rows at a time."""

    default_limit = 50
    max_limit = 200


class ProjectList(ProjectAPIView):
    """The projects that the caller may see."""

    @extend_schema(responses=ProjectSerializer(many=True), operation_id="projects_list")
    def get(self, request: Request) -> Response:
        """List projects: with a token, the one it was made for."""
        visible = Project.objects.visible_to(self.user)
        if isinstance(request.auth, ApiToken):
            visible = visible.filter(pk=request.auth.project_id)
        pages = Pages()
        page = pages.paginate_queryset(visible, request, view=self)
        return pages.get_paginated_response(ProjectSerializer(page, many=True).data)


class ProjectDetail(ProjectAPIView):
    """One project's settings."""

    @extend_schema(responses=ProjectSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Read the settings."""
        return Response(ProjectSerializer(self.get_project(slug)).data)

    @extend_schema(request=ProjectSerializer, responses=ProjectSerializer)
    def patch(self, request: Request, slug: str) -> Response:
        """Change the settings that are sent."""
        project = self.get_project(slug, needs=Permission.MANAGE_PROJECT)
        sent = ProjectSerializer(project, data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        keys = ("name", "purpose", "task", "risk_tier", "allow_code_formats")
        fields = {key: sent.validated_data.get(key, getattr(project, key)) for key in keys}
        try:
            changed = projects.change_project(project, by=self.user, **fields)
        except projects.NameTaken as reason:
            raise Conflict(str(reason)) from reason
        return Response(ProjectSerializer(changed).data)


class MemberList(ProjectAPIView):
    """Who is in a project."""

    @extend_schema(responses=MemberSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List members with their roles."""
        members = self.get_project(slug).memberships.select_related("user")
        return Response(MemberSerializer(members, many=True).data)

    @extend_schema(request=MemberSerializer, responses={201: MemberSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Give somebody a role."""
        project = self.get_project(slug, needs=Permission.MANAGE_PROJECT)
        sent = MemberSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        username, role = sent.validated_data["user"]["username"], sent.validated_data["role"]
        try:
            added = projects.add_member(project, username=username, role=role, by=self.user)
        except projects.NoSuchPerson as reason:
            raise ValidationError({"username": [str(reason)]}) from reason
        except projects.AlreadyMember as reason:
            raise Conflict(str(reason)) from reason
        return Response(MemberSerializer(added).data, status=status.HTTP_201_CREATED)


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


class KpiList(ProjectAPIView):
    """What a project is held to."""

    @extend_schema(responses=KpiSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the KPIs that hold."""
        held = self.get_project(slug).kpis.filter(retired_at__isnull=True)
        return Response(KpiSerializer(held, many=True).data)

    @extend_schema(request=KpiSerializer, responses={201: KpiSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Add a KPI."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        sent = KpiSerializer(data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        try:
            kpi = kpis.create_kpi(project, by=self.user, **sent.validated_data)
        except kpis.KpiNameTaken as reason:
            raise Conflict(str(reason)) from reason
        return Response(KpiSerializer(kpi).data, status=status.HTTP_201_CREATED)


class KpiDetail(ProjectAPIView):
    """One KPI."""

    @extend_schema(responses=KpiSerializer)
    def get(self, request: Request, slug: str, kpi_id: int) -> Response:
        """Read a KPI."""
        return Response(KpiSerializer(get_object_or_404(Kpi, project=self.get_project(slug), pk=kpi_id)).data)

    @extend_schema(request=KpiChangeSerializer, responses=KpiSerializer)
    def put(self, request: Request, slug: str, kpi_id: int) -> Response:
        """Change a KPI, naming the revision the change rests on."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        kpi = get_object_or_404(Kpi, project=project, pk=kpi_id, retired_at__isnull=True)
        sent = KpiChangeSerializer(kpi, data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        try:
            changed = kpis.change_kpi(kpi, by=self.user, **sent.validated_data)
        except kpis.ServesItself as reason:
            raise ValidationError({"parent": [str(reason)]}) from reason
        except (kpis.StaleKpi, kpis.KpiNameTaken) as reason:
            raise Conflict(str(reason)) from reason
        return Response(KpiSerializer(changed).data)


class Journal(ProjectAPIView):
    """A project's journal."""

    @extend_schema(responses=JournalLineSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the lines, newest first."""
        pages = Pages()
        page = pages.paginate_queryset(journal.entries_of(self.get_project(slug)), request, view=self)
        return pages.get_paginated_response(JournalLineSerializer(page, many=True).data)


def _block(number: int) -> Block:
    try:
        return get_block(number)
    except KeyError as error:
        raise Http404("The canvas has ten blocks.") from error
