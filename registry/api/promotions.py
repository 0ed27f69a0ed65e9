from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Pages
from canvas.models import Project
from canvas.roles import Permission
from registry.api.base import RegistryAPIView, version_of
from registry.models import PromotionRequest
from registry.serializers import (
    DecisionSerializer,
    PromotionDetailSerializer,
    PromotionInSerializer,
    PromotionSerializer,
)
from registry.services import gates, promotions
from registry.views.promotions import evidence_download


class PromotionList(RegistryAPIView):
    """A project's requests for stages."""

    pagination_class = Pages

    @extend_schema(responses=PromotionSerializer(many=True), operation_id="promotions_list")
    def get(self, request: Request, slug: str) -> Response:
        """List requests, the latest first."""
        project = self.get_project(slug)
        return self.page(project.promotions.listed().order_by("-number"), PromotionSerializer)

    @extend_schema(request=PromotionInSerializer, responses={201: PromotionDetailSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Ask that a version take a stage; 409 when it holds it, or when the same request is open."""
        project = self.get_project(slug, needs=Permission.REQUEST_PROMOTION)
        said = self.sent(PromotionInSerializer, project)
        version = version_of(project, said["model"], said["version"])
        promotion = promotions.request_promotion(version, stage=said["stage"], reason=said["reason"], by=self.user)
        return _detail(project, promotion.number, status.HTTP_201_CREATED)


class PromotionDetail(RegistryAPIView):
    """One request."""

    @extend_schema(responses=PromotionDetailSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Read a request with its gate."""
        return _detail(self.get_project(slug), number)


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class PromotionApprove(RegistryAPIView):
    """A signature for a request."""

    @extend_schema(request=DecisionSerializer, responses=PromotionDetailSerializer)
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Approve: the stage and its alias move, and the evidence is frozen; 409 while a check is missing."""
        project = self.get_project(slug, needs=Permission.DECIDE_PROMOTION)
        promotions.approve(_promotion(project, number), by=self.user, **self.sent(DecisionSerializer, project))
        return _detail(project, number)


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class PromotionReject(RegistryAPIView):
    """A signature against a request."""

    @extend_schema(request=DecisionSerializer, responses=PromotionDetailSerializer)
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Reject: nothing moves, and the evidence is frozen."""
        project = self.get_project(slug, needs=Permission.DECIDE_PROMOTION)
        promotions.reject(_promotion(project, number), by=self.user, **self.sent(DecisionSerializer, project))
        return _detail(project, number)


class PromotionWithdraw(RegistryAPIView):
    """A second thought."""

    @extend_schema(request=None, responses=PromotionDetailSerializer)
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Withdraw one's own request."""
        project = self.get_project(slug, needs=Permission.REQUEST_PROMOTION)
        promotions.withdraw(_promotion(project, number), by=self.user)
        return _detail(project, number)


class PromotionEvidence(RegistryAPIView):
    """The frozen evidence of a decision."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, slug: str, number: int) -> HttpResponse:
        """Download the manifest: the exact bytes whose SHA-256 the request names."""
        found = self.get_project(slug).promotions.exclude(evidence=None)
        return evidence_download(get_object_or_404(found, number=number))


def _promotion(project: Project, number: int) -> PromotionRequest:
    return get_object_or_404(project.promotions.listed(), number=number)


def _detail(project: Project, number: int, code: int = status.HTTP_200_OK) -> Response:
    promotion: Any = _promotion(project, number)  # Any: two facts of the moment are put beside its columns
    promotion.gates = gates.gates_before(promotion.stage.key, promotion.version)
    promotion.seen = promotions.fingerprint(promotion, promotion.gates) if promotion.is_open else ""
    return Response(PromotionDetailSerializer(promotion).data, status=code)
