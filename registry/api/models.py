from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Pages
from canvas.roles import Permission
from registry import policy
from registry.api.base import RegistryAPIView, model_of, version_of
from registry.models import Alias, RegisteredModel, Stage, StageAssignment
from registry.serializers import (
    AliasMoveSerializer,
    AliasSerializer,
    AssignmentSerializer,
    ModelChangeSerializer,
    ModelSerializer,
    StageSerializer,
    TagSerializer,
    TaskInSerializer,
)
from registry.services import aliases, model_tags, models

QUESTIONS = [
    OpenApiParameter("q", OpenApiTypes.STR, description="Words in a name, a description or a tag."),
    OpenApiParameter("show", OpenApiTypes.STR, enum=["removed"], description="Those that were removed instead."),
]
AT = OpenApiParameter("at", OpenApiTypes.DATETIME, description="Only what was held at this moment; UTC unless it says.")


class StageList(RegistryAPIView):
    """The stages that versions can hold."""

    questions = ()

    @extend_schema(responses=StageSerializer(many=True), operation_id="stages_list")
    def get(self, request: Request) -> Response:
        """List stages in order, each with the checks it asks for."""
        rows: Any = [  # Any: the serializer reads plain values here
            {
                "key": stage.key,
                "name": stage.name,
                "is_exclusive": stage.is_exclusive,
                "alias": stage.alias,
                "requirements": list(policy.policy_for(stage.key).requirements),
            }
            for stage in Stage.objects.all()
        ]
        return Response(StageSerializer(rows, many=True).data)


class ModelList(RegistryAPIView):
    """A project's registered models."""

    pagination_class = Pages

    questions = QUESTIONS

    @extend_schema(parameters=QUESTIONS, responses=ModelSerializer(many=True), operation_id="models_list")
    def get(self, request: Request, slug: str) -> Response:
        """List the models in use, or those that were removed, with their aliases."""
        is_kept = request.query_params.get("show") != "removed"
        found = RegisteredModel.objects.filter(project=self.get_project(slug), removed_at__isnull=is_kept)
        if words := request.query_params.get("q", "").replace("\0", "").strip()[:200]:
            found = found.mentioning(words)
        return self.page(found.listed().prefetch_related("tags").order_by("name"), ModelSerializer)

    @extend_schema(request=ModelSerializer, responses={201: ModelSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Register a model by name; 409 when the name is taken."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        model = models.register_model(project, by=self.user, **self.sent(ModelSerializer, project))
        return Response(ModelSerializer(model_of(project, model.name)).data, status=status.HTTP_201_CREATED)


class ModelDetail(RegistryAPIView):
    """One registered model."""

    @extend_schema(responses=ModelSerializer)
    def get(self, request: Request, slug: str, name: str) -> Response:
        """Read a model."""
        return Response(ModelSerializer(model_of(self.get_project(slug), name)).data)

    @extend_schema(request=ModelChangeSerializer, responses=ModelSerializer)
    def patch(self, request: Request, slug: str, name: str) -> Response:
        """Rename or describe a model; 409 where an approved version is loaded by the name."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        sent = self.sent(ModelChangeSerializer, project)
        model = model_of(project, name)
        models.revise(model, by=self.user, **sent)
        return Response(ModelSerializer(model_of(project, sent.get("name") or name)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, name: str) -> Response:
        """Remove a model with its versions; 409 while one of them holds what only a promotion gives."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        models.remove(model_of(project, name), by=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ModelTag(RegistryAPIView):
    """One tag of a model."""

    @extend_schema(request=TagSerializer, responses=ModelSerializer)
    def put(self, request: Request, slug: str, name: str, key: str) -> Response:
        """Set a tag."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        tags = {key: self.sent(TagSerializer, project)["value"]}
        model_tags.tag_model(model_of(project, name), tags=tags, by=self.user)
        return Response(ModelSerializer(model_of(project, name)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, name: str, key: str) -> Response:
        """Take a tag away."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        model_tags.untag_model(model_of(project, name), key=key, by=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ModelTask(RegistryAPIView):
    """What a model predicts."""

    @extend_schema(request=TaskInSerializer, responses=ModelSerializer, operation_id="models_task")
    def put(self, request: Request, slug: str, name: str) -> Response:
        """Decide it, where nobody had; 409 where somebody had."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        task = self.sent(TaskInSerializer, project)["task"]
        models.decide_task(model_of(project, name), task=task, by=self.user)
        return Response(ModelSerializer(model_of(project, name)).data)


class StageHistory(RegistryAPIView):
    """Which version of a model held which stage, from when to when."""

    pagination_class = Pages

    questions = [AT]

    @extend_schema(parameters=[AT], responses=AssignmentSerializer(many=True), operation_id="models_stages_list")
    def get(self, request: Request, slug: str, name: str) -> Response:
        """List the stages held, the latest first."""
        model = model_of(self.get_project(slug), name)
        found = StageAssignment.objects.filter(version__model=model).select_related(
            "version__model", "stage", "promotion", "assigned_by"
        )
        if wanted := request.query_params.get("at"):
            # A plus sign in an address that was not escaped arrives as a space.
            moment = _moment(wanted.replace(" ", "+"))
            found = found.filter(from_at__lte=moment).filter(Q(until_at__isnull=True) | Q(until_at__gt=moment))
        return self.page(found, AssignmentSerializer)


class AliasList(RegistryAPIView):
    """A model's aliases."""

    pagination_class = Pages

    @extend_schema(responses=AliasSerializer(many=True), operation_id="aliases_list")
    def get(self, request: Request, slug: str, name: str) -> Response:
        """List aliases with the versions they point at."""
        model = model_of(self.get_project(slug), name)
        found = Alias.objects.filter(model=model).select_related("version", "moved_by")
        return self.page(found, AliasSerializer)


class AliasDetail(RegistryAPIView):
    """One alias of a model."""

    @extend_schema(responses=AliasSerializer)
    def get(self, request: Request, slug: str, name: str, alias: str) -> Response:
        """Read where an alias points."""
        model = model_of(self.get_project(slug), name)
        found = Alias.objects.filter(model=model, name=alias).select_related("version", "moved_by").first()
        if found is None:
            raise Http404("No such alias.")
        return Response(AliasSerializer(found).data)

    @extend_schema(request=AliasMoveSerializer, responses=AliasSerializer)
    def put(self, request: Request, slug: str, name: str, alias: str) -> Response:
        """Point a free alias at a version; 409 for an alias that belongs to a stage."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        version = version_of(project, name, self.sent(AliasMoveSerializer, project)["version"])
        return Response(AliasSerializer(aliases.move(version, name=alias, by=self.user)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, name: str, alias: str) -> Response:
        """Take a free alias away; 409 for an alias that belongs to a stage."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        try:
            aliases.remove(model_of(project, name), name=alias, by=self.user)
        except aliases.NoSuchAlias as reason:
            raise Http404(str(reason)) from reason
        return Response(status=status.HTTP_204_NO_CONTENT)


def _moment(text: str) -> datetime:
    try:
        moment: datetime = serializers.DateTimeField().run_validation(text)
    except ValidationError as error:
        raise ValidationError({"at": ["Write a moment such as 2026-11-20T10:00:00Z."]}) from error
    return moment
