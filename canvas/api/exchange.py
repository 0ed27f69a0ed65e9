import json
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from canvas.access import get_project
from canvas.api_access import Conflict, ProjectAPIView
from canvas.exchange import dorard
from canvas.exchange.problems import InvalidPlan
from canvas.models import ImportedPlan, Project
from canvas.roles import Permission
from canvas.serializers.exchange import ImportedPlanSerializer, ImportSerializer, NewProjectSerializer
from canvas.services import exchange, projects


class PlanFile(ProjectAPIView):
    """A project's whole plan as one document."""

    @extend_schema(
        parameters=[OpenApiParameter("history", bool, description="With every earlier revision and correction.")],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Export the plan as JSON."""
        wanted = request.query_params.get("history", "").lower() not in ("", "0", "false")
        content = exchange.export(self.get_project(slug), by=self.user, with_history=wanted)
        return HttpResponse(content, content_type="application/json")

    @extend_schema(request=ImportSerializer, responses={200: ImportedPlanSerializer, 201: ImportedPlanSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Bring a plan into a project that has none yet; with `preview` only say what it would hold."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        sent = ImportSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        if sent.validated_data["preview"]:
            return _previewed(sent.validated_data, self)
        with transaction.atomic():
            plan = _prepared(sent.validated_data, self)
            try:
                exchange.import_into(project, plan, by=self.user, people=sent.validated_data["people"])
            except exchange.NotEmpty as reason:
                raise Conflict(str(reason)) from reason
            except exchange.NoSuchMember as reason:
                raise ValidationError({"people": [str(reason)]}) from reason
        return Response(_written(plan), status=status.HTTP_201_CREATED)


class PlanText(ProjectAPIView):
    """A project's plan to read."""

    @extend_schema(responses={(200, "text/markdown"): OpenApiTypes.STR})
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Export the plan as Markdown."""
        content = exchange.export(self.get_project(slug), by=self.user, form="md")
        return HttpResponse(content, content_type="text/markdown; charset=utf-8")


class ImportedPlanList(ProjectAPIView):
    """Where a project's plan came from."""

    @extend_schema(responses=ImportedPlanSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List what was brought in, the latest first."""
        held = self.get_project(slug).imported_plans.defer("original", "origins").select_related("project")
        return Response(ImportedPlanSerializer(held, many=True).data)


class NewProject(ProjectAPIView):
    """Beginning a project from something."""

    @extend_schema(request=NewProjectSerializer, responses={200: ImportedPlanSerializer, 201: ImportedPlanSerializer})
    def post(self, request: Request) -> Response:
        """Create a project from a document, a worked example or another project; not open to tokens.

        With `preview` only say what it would hold.
        """
        if isinstance(request.auth, ApiToken):
            raise PermissionDenied("A token opens one project only. Import into an empty project instead, or sign in.")
        sent = NewProjectSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        if sent.validated_data["preview"]:
            return _previewed(sent.validated_data, self)
        with transaction.atomic():
            plan = _prepared(sent.validated_data, self)
            name = sent.validated_data.get("name") or plan.document["project"]["name"]
            try:
                exchange.create_project(plan, name=name, by=self.user, people=sent.validated_data["people"])
            except projects.NameTaken as reason:
                raise Conflict(str(reason)) from reason
            except exchange.NoSuchMember as reason:
                raise ValidationError({"people": [str(reason)]}) from reason
        return Response(_written(plan), status=status.HTTP_201_CREATED)


def _previewed(said: dict[str, Any], view: ProjectAPIView) -> Response:
    """What would be created; nothing of it is kept."""
    with transaction.atomic():
        told = ImportedPlanSerializer(_prepared(said, view)).data
        transaction.set_rollback(True)
    return Response(told)


def _written(plan: ImportedPlan) -> dict[str, Any]:
    held = ImportedPlan.objects.select_related("project").get(pk=plan.pk)
    return dict(ImportedPlanSerializer(held).data)


def _prepared(said: dict[str, Any], view: ProjectAPIView) -> ImportedPlan:
    kind, user, title = said["kind"], view.user, said["title"]
    if kind == "project":
        source: Project = get_project(user, said.get("origin", ""))
        return exchange.prepare_copy(source, by=user, with_history=said["with_history"])
    if kind == "example":
        try:
            return exchange.prepare_example(said.get("origin", ""), by=user)
        except KeyError as error:
            raise NotFound("There is no such example.") from error
    if "document" not in said:
        raise ValidationError({"document": ["Send the document."]})
    content = json.dumps(said["document"], ensure_ascii=False).encode()
    try:
        if kind == "mlte":
            return exchange.prepare_card(content, name=title, by=user)
        if kind == "dorard":
            return exchange.prepare_boxes(dorard.boxes_of(content), name=title, by=user, original=content)
        return exchange.prepare_file(content, name=title, by=user)
    except InvalidPlan as reason:
        flaws = [{"path": flaw.path, "message": flaw.sentence} for flaw in reason.flaws]
        raise ValidationError({"detail": str(reason), "flaws": flaws}) from reason
