from typing import Any, ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, Pages, ProjectAPIView
from canvas.models import BenefitLine, CostItem, CostWaiver, ErrorCost, RoiEstimate
from canvas.models.money import MoneyLine
from canvas.roi.inputs import Impossible
from canvas.roi.lines import MissingRates
from canvas.roles import Permission
from canvas.serializers.money import (
    BenefitSerializer,
    CostSerializer,
    ErrorCostSerializer,
    EstimateDetailSerializer,
    EstimateSerializer,
    LineSerializer,
    TermsSerializer,
    WaiverSerializer,
)
from canvas.services import estimates, money

BASED_ON = OpenApiParameter("based_on", int, required=True, description="The revision you saw.")


class LineListView(ProjectAPIView):
    """The lines of one kind; what is sent to one is said by its serializer."""

    model: ClassVar[type[MoneyLine]]
    serializer: ClassVar[type[LineSerializer]]

    def listed(self, slug: str) -> Response:
        """The lines that hold."""
        lines = self.model._default_manager.filter(project=self.get_project(slug), removed_at__isnull=True)
        return Response(self.serializer(lines, many=True).data)

    def added(self, request: Request, slug: str) -> Response:
        """A line that was sent, stored."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        sent = self.serializer(data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        line = money.add_line(self.model, project, by=self.user, **_columns(sent.validated_data))
        return Response(self.serializer(line).data, status=status.HTTP_201_CREATED)


class LineDetailView(LineListView):
    """One line."""

    def found(self, slug: str, line_id: int, *, needs: Permission = Permission.VIEW) -> Any:  # Any: of this model
        """The line, if it holds."""
        lines: Any = self.model._default_manager
        project = self.get_project(slug, needs=needs)
        return get_object_or_404(lines.select_related("project"), project=project, pk=line_id, removed_at__isnull=True)

    def changed(self, request: Request, slug: str, line_id: int) -> Response:
        """The line as it is after the change that was sent."""
        line = self.found(slug, line_id, needs=Permission.EDIT_CANVAS)
        sent = self.serializer(line, data=request.data, context={"project": line.project})
        sent.is_valid(raise_exception=True)
        based_on, columns = sent.validated_data["based_on"], _columns(sent.validated_data)
        held = self.model._default_manager.get(pk=line.pk)
        try:
            changed = money.change_line(held, by=self.user, based_on=based_on, **columns)
        except (money.StaleLine, money.LineRemoved) as reason:
            raise Conflict(str(reason)) from reason
        return Response(self.serializer(changed).data)

    def removed(self, request: Request, slug: str, line_id: int) -> Response:
        """Nothing, once the line is out of the plan."""
        line = self.found(slug, line_id, needs=Permission.EDIT_CANVAS)
        seen = request.query_params.get("based_on", "")
        if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
            raise ValidationError({"based_on": ["Name the revision that you saw."]})
        try:
            money.remove_line(line, by=self.user, based_on=int(seen))
        except (money.StaleLine, money.LineRemoved) as reason:
            raise Conflict(str(reason)) from reason
        return Response(status=status.HTTP_204_NO_CONTENT)


class CostList(LineListView):
    """What a project costs."""

    model, serializer = CostItem, CostSerializer

    @extend_schema(responses=CostSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the cost items of all blocks."""
        return self.listed(slug)

    @extend_schema(request=CostSerializer, responses={201: CostSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Add a cost item; it takes back a stated zero of its block."""
        return self.added(request, slug)


class CostDetail(LineDetailView):
    """One cost item."""

    model, serializer = CostItem, CostSerializer

    @extend_schema(responses=CostSerializer)
    def get(self, request: Request, slug: str, line_id: int) -> Response:
        """Read a cost item."""
        return Response(self.serializer(self.found(slug, line_id)).data)

    @extend_schema(request=CostSerializer, responses=CostSerializer)
    def put(self, request: Request, slug: str, line_id: int) -> Response:
        """Change a cost item, naming the revision the change rests on."""
        return self.changed(request, slug, line_id)

    @extend_schema(parameters=[BASED_ON], responses={204: None})
    def delete(self, request: Request, slug: str, line_id: int) -> Response:
        """Remove a cost item; estimates keep it."""
        return self.removed(request, slug, line_id)


class BenefitList(LineListView):
    """What a project is worth."""

    model, serializer = BenefitLine, BenefitSerializer

    @extend_schema(responses=BenefitSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the benefit lines."""
        return self.listed(slug)

    @extend_schema(request=BenefitSerializer, responses={201: BenefitSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Add a benefit line."""
        return self.added(request, slug)


class BenefitDetail(LineDetailView):
    """One benefit line."""

    model, serializer = BenefitLine, BenefitSerializer

    @extend_schema(responses=BenefitSerializer)
    def get(self, request: Request, slug: str, line_id: int) -> Response:
        """Read a benefit line."""
        return Response(self.serializer(self.found(slug, line_id)).data)

    @extend_schema(request=BenefitSerializer, responses=BenefitSerializer)
    def put(self, request: Request, slug: str, line_id: int) -> Response:
        """Change a benefit line, naming the revision the change rests on."""
        return self.changed(request, slug, line_id)

    @extend_schema(parameters=[BASED_ON], responses={204: None})
    def delete(self, request: Request, slug: str, line_id: int) -> Response:
        """Remove a benefit line; estimates keep it."""
        return self.removed(request, slug, line_id)


class ErrorCostList(LineListView):
    """What wrong predictions cost."""

    model, serializer = ErrorCost, ErrorCostSerializer

    @extend_schema(responses=ErrorCostSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the error costs."""
        return self.listed(slug)

    @extend_schema(request=ErrorCostSerializer, responses={201: ErrorCostSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Add an error cost."""
        return self.added(request, slug)


class ErrorCostDetail(LineDetailView):
    """One error cost."""

    model, serializer = ErrorCost, ErrorCostSerializer

    @extend_schema(responses=ErrorCostSerializer)
    def get(self, request: Request, slug: str, line_id: int) -> Response:
        """Read an error cost."""
        return Response(self.serializer(self.found(slug, line_id)).data)

    @extend_schema(request=ErrorCostSerializer, responses=ErrorCostSerializer)
    def put(self, request: Request, slug: str, line_id: int) -> Response:
        """Change an error cost, naming the revision the change rests on."""
        return self.changed(request, slug, line_id)

    @extend_schema(parameters=[BASED_ON], responses={204: None})
    def delete(self, request: Request, slug: str, line_id: int) -> Response:
        """Remove an error cost; estimates keep it."""
        return self.removed(request, slug, line_id)


class WaiverList(ProjectAPIView):
    """The blocks that are stated to cost nothing."""

    @extend_schema(responses=WaiverSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the stated zeros."""
        waivers = CostWaiver.objects.filter(project=self.get_project(slug)).select_related("stated_by")
        return Response(WaiverSerializer(waivers, many=True).data)


class WaiverDetail(ProjectAPIView):
    """The stated zero of one block."""

    @extend_schema(request=WaiverSerializer, responses=WaiverSerializer)
    def put(self, request: Request, slug: str, number: int) -> Response:
        """State with a reason that a block costs nothing."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        if not 1 <= number <= 10:
            raise Http404("No such block.")
        sent = WaiverSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            waiver = money.waive_cost(project, block=number, by=self.user, **sent.validated_data)
        except money.NotZero as reason:
            raise Conflict(str(reason)) from reason
        return Response(WaiverSerializer(waiver).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, number: int) -> Response:
        """Take a stated zero back."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        waivers = CostWaiver.objects.select_related("project")
        money.take_back_waiver(get_object_or_404(waivers, project=project, block=number), by=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EstimateList(ProjectAPIView):
    """The frozen estimates of a project's return."""

    @extend_schema(responses=EstimateSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the estimates, the newest first."""
        rows = RoiEstimate.objects.filter(project=self.get_project(slug)).select_related("created_by").defer("lines")
        pages = Pages()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(EstimateSerializer(page or [], many=True).data)

    @extend_schema(request=TermsSerializer, responses={201: EstimateDetailSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Freeze the lines of the plan with these terms, and compute what they come to."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        sent = TermsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            saved = estimates.save_estimate(project, by=self.user, **sent.validated_data)
        except MissingRates as reason:
            raise ValidationError({"exchange_rates": [str(reason)]}) from reason
        except (estimates.NoLines, Impossible) as reason:
            raise Conflict(str(reason)) from reason
        return Response(EstimateDetailSerializer(saved).data, status=status.HTTP_201_CREATED)


class EstimateDetail(ProjectAPIView):
    """One frozen estimate."""

    @extend_schema(responses=EstimateDetailSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Read an estimate with its terms, lines and results."""
        saved = get_object_or_404(
            RoiEstimate.objects.select_related("created_by"), project=self.get_project(slug), number=number
        )
        return Response(EstimateDetailSerializer(saved).data)


def _columns(sent: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in sent.items() if key != "based_on"}
