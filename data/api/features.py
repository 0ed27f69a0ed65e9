from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from canvas.api_access import Conflict, Pages, ProjectAPIView
from canvas.models import Project
from canvas.roles import Permission
from data.api.responses import CONFLICT, paged
from data.catalogue import shared_features
from data.feature_drafts import from_plan, from_schema
from data.models import DataSchema, FeatureDefinition
from data.serializers.features import (
    DraftsSerializer,
    FeatureSerializer,
    FeatureStateSerializer,
    FeatureVersionSerializer,
    ImportedSerializer,
    ReuseSerializer,
    SharedFeatureSerializer,
)
from data.services import features
from data.views.features import feast_response


class FeatureList(ProjectAPIView):
    """A project's features, every version."""

    @extend_schema(responses=FeatureSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List versions of features."""
        held = FeatureDefinition.objects.filter(project=self.get_project(slug)).select_related("created_by")
        return paged(self, held.order_by("name", "-number"), FeatureSerializer)

    @extend_schema(request=FeatureVersionSerializer, responses={201: FeatureSerializer, 409: CONFLICT})
    def post(self, request: Request, slug: str) -> Response:
        """Define a feature, or record its next version."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = FeatureVersionSerializer(data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        try:
            feature = self._record(project, dict(sent.validated_data))
        except (
            features.FeatureNameTaken,
            features.StaleFeature,
            features.UnchangedFeature,
            features.Retired,
        ) as reason:
            raise Conflict(str(reason)) from reason
        return Response(FeatureSerializer(feature).data, status=status.HTTP_201_CREATED)

    def _record(self, project: Project, fields: dict[str, Any]) -> FeatureDefinition:
        number = fields.pop("based_on")
        if not number:
            return features.define_feature(project, by=self.user, **fields)
        held = FeatureDefinition.objects.filter(project=project, name=fields.pop("name"), number=number).first()
        if held is None:
            raise ValidationError({"based_on": ["The project has no such version of this feature."]})
        return features.revise_feature(held, by=self.user, **fields)


class FeatureDetail(ProjectAPIView):
    """One version of a feature."""

    @extend_schema(responses=FeatureSerializer)
    def get(self, request: Request, slug: str, feature_id: int) -> Response:
        """Read a version."""
        feature = get_object_or_404(_features(self.get_project(slug)), pk=feature_id)
        return Response(FeatureSerializer(feature).data)

    @extend_schema(request=FeatureStateSerializer, responses={200: FeatureSerializer, 409: CONFLICT})
    def patch(self, request: Request, slug: str, feature_id: int) -> Response:
        """Share a feature in the catalogue, take it out, or retire it."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        feature = get_object_or_404(_features(project), pk=feature_id)
        sent = FeatureStateSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted = sent.validated_data
        try:
            if wanted.get("is_retired"):
                feature = features.retire_feature(feature, by=self.user)
            elif wanted["is_shared"]:
                feature = features.share_feature(feature, by=self.user)
            else:
                feature = features.unshare_feature(feature, by=self.user)
        except features.Retired as reason:
            raise Conflict(str(reason)) from reason
        return Response(FeatureSerializer(feature).data)


class FeatureDrafts(ProjectAPIView):
    """Several features at once."""

    @extend_schema(request=DraftsSerializer, responses={201: ImportedSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Define features from the columns of a schema, or from the rows of the plan's block 4."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = DraftsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        where = {"entity": said["entity"], "owner": said["owner"]}
        if "schema" in said:
            schema = DataSchema.objects.filter(project=project, pk=said["schema"]).first()
            if schema is None:
                raise ValidationError({"schema": ["The project has no schema with this id."]})
            drafts = from_schema(schema, said["names"], **where)
        else:
            drafts = from_plan(project, said["names"], **where)
        found = {draft["source_fields"][0] if "schema" in said else draft["name"] for draft in drafts}
        if missing := [name for name in said["names"] if name not in found]:
            raise ValidationError({"names": [f"There is nothing called “{missing[0]}” to take over."]})
        done = features.define_features(project, drafts, by=self.user)
        return Response(ImportedSerializer(done).data, status=status.HTTP_201_CREATED)


class FeatureReuse(ProjectAPIView):
    """A copy of a shared feature."""

    @extend_schema(request=ReuseSerializer, responses={201: FeatureSerializer, 409: CONFLICT})
    def post(self, request: Request, slug: str) -> Response:
        """Copy a shared feature into this project as version 1."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = ReuseSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        original = shared_features().filter(pk=said["feature"]).first()
        if original is None:
            raise ValidationError({"feature": ["There is no shared feature with this id."]})
        try:
            copy = features.reuse_feature(original, project=project, name=said["name"], by=self.user)
        except (features.FeatureNameTaken, features.NotReusable) as reason:
            raise Conflict(str(reason)) from reason
        return Response(FeatureSerializer(copy).data, status=status.HTTP_201_CREATED)


class FeatureFeast(ProjectAPIView):
    """The project's features for Feast."""

    @extend_schema(responses={(200, "text/x-python"): OpenApiTypes.STR})
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Download a Feast repository file with an entity, a view and a field for each feature in use."""
        return feast_response(self.get_project(slug))


SOUGHT = ("q", "data_type", "availability", "entity")


class Catalogue(APIView):
    """The features that teams share."""

    @extend_schema(
        parameters=[OpenApiParameter(key, str) for key in SOUGHT],
        responses=SharedFeatureSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Look through the catalogue."""
        asked = {key: request.query_params.get(key, "").replace("\0", "") for key in SOUGHT}
        found = shared_features(
            sought=asked["q"],
            data_type=asked["data_type"],
            availability=asked["availability"],
            entity=asked["entity"],
        )
        pages = Pages()
        page = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(SharedFeatureSerializer(page, many=True).data)


def _features(project: Project) -> Any:  # Any: a queryset with joins
    return FeatureDefinition.objects.filter(project=project).select_related("project", "created_by")
