from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from canvas import portfolio
from canvas.api_access import Conflict, Pages, ProjectAPIView
from canvas.models import Opportunity, Process, Project
from canvas.ranking import KEYS, Weights
from canvas.serializers.opportunities import (
    OpportunityChangeSerializer,
    OpportunitySerializer,
    ProcessChangeSerializer,
    ProcessSerializer,
    ReasonSerializer,
    SimilarSerializer,
    StartedSerializer,
    WeightsSerializer,
)
from canvas.services import opportunities, projects
from canvas.services.similar import similar_to

CONFLICTS = (
    opportunities.StaleOpportunity,
    opportunities.TaskTaken,
    opportunities.ProcessNameTaken,
    opportunities.NotOpen,
)
LONGEST_TEXT = 4000


class PortfolioAPIView(ProjectAPIView):
    """An endpoint above all projects: everybody with an account reads; a token sees its own project only."""

    def visible(self) -> QuerySet[Project]:
        """The projects that the caller may see."""
        found = Project.objects.visible_to(self.user)
        return found.filter(pk=self.request.auth.project_id) if isinstance(self.request.auth, ApiToken) else found

    def refuse_tokens(self) -> None:
        """Keep a token, which opens one project, from what concerns the whole installation."""
        if isinstance(self.request.auth, ApiToken):
            raise PermissionDenied("A token opens one project only. Sign in to do this.")

    def shown(self, found: list[Opportunity]) -> Any:  # Any: JSON
        """Ideas with their scores and places."""
        rows = {row.opportunity.pk: row for row in portfolio.ranking()}
        context = {
            "scores": {key: row.score for key, row in rows.items()},
            "ranks": {key: row.rank for key, row in rows.items()},
            "slugs": portfolio.slugs_for(self.visible(), found),
        }
        return OpportunitySerializer(found, many=True, context=context).data


class OpportunityList(PortfolioAPIView):
    """The ideas of the organisation, ranked."""

    @extend_schema(
        parameters=[
            OpenApiParameter("status", str, enum=Opportunity.Status.values),
            OpenApiParameter("process", int),
            OpenApiParameter("q", str, description="Words that all occur in the idea, declined ones included."),
        ],
        responses=OpportunitySerializer(many=True),
        operation_id="opportunities_list",
    )
    def get(self, request: Request) -> Response:
        """List ideas, the best first."""
        asked = {
            key: request.query_params.get(name, "").replace("\0", "")
            for key, name in (("status", "status"), ("process", "process"), ("query", "q"))
        }
        rows = portfolio.filtered(portfolio.ranking(), **asked)
        pages = Pages()
        page: Any = pages.paginate_queryset([row.opportunity for row in rows], request, view=self)
        return pages.get_paginated_response(self.shown(page))

    @extend_schema(request=OpportunitySerializer, responses={201: OpportunitySerializer})
    def post(self, request: Request) -> Response:
        """Add an idea."""
        _ensure_may_add(self)
        sent = OpportunitySerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            added = opportunities.add(by=self.user, **sent.validated_data)
        except CONFLICTS as reason:
            raise Conflict(str(reason)) from reason
        return Response(self.shown([added])[0], status=status.HTTP_201_CREATED)


class OpportunityDetail(PortfolioAPIView):
    """One idea."""

    @extend_schema(responses=OpportunitySerializer)
    def get(self, request: Request, opportunity_id: int) -> Response:
        """Read an idea."""
        return Response(self.shown([_opportunity(opportunity_id)])[0])

    @extend_schema(request=OpportunityChangeSerializer, responses=OpportunitySerializer)
    def put(self, request: Request, opportunity_id: int) -> Response:
        """Change an open idea, naming the revision the change rests on."""
        held = _opportunity(opportunity_id)
        _ensure_may_change(self, held)
        sent = OpportunityChangeSerializer(held, data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            changed = opportunities.change(held, by=self.user, **sent.validated_data)
        except CONFLICTS as reason:
            raise Conflict(str(reason)) from reason
        return Response(self.shown([changed])[0])


class OpportunityDecline(PortfolioAPIView):
    """Put an idea aside."""

    @extend_schema(request=ReasonSerializer, responses=OpportunitySerializer)
    def post(self, request: Request, opportunity_id: int) -> Response:
        """Decline an open idea with a reason; it stays findable."""
        return _decide(self, opportunities.decline, opportunity_id)


class OpportunityReopen(PortfolioAPIView):
    """Bring an idea back."""

    @extend_schema(request=ReasonSerializer, responses=OpportunitySerializer)
    def post(self, request: Request, opportunity_id: int) -> Response:
        """Open a declined idea again with a reason."""
        return _decide(self, opportunities.reopen, opportunity_id)


class OpportunityStart(PortfolioAPIView):
    """Make a project of an idea."""

    @extend_schema(request=None, responses={201: StartedSerializer})
    def post(self, request: Request, opportunity_id: int) -> Response:
        """Create the project; whoever asks owns it. Not open to tokens."""
        self.refuse_tokens()
        _ensure_may_add(self)
        try:
            project = opportunities.start(_opportunity(opportunity_id), by=self.user)
        except (*CONFLICTS, projects.NameTaken) as reason:
            raise Conflict(str(reason)) from reason
        return Response(StartedSerializer(project).data, status=status.HTTP_201_CREATED)


class ProcessList(PortfolioAPIView):
    """The processes that were taken apart."""

    @extend_schema(responses=ProcessSerializer(many=True), operation_id="processes_list")
    def get(self, request: Request) -> Response:
        """List processes by name."""
        pages = Pages()
        page = pages.paginate_queryset(Process.objects.all(), request, view=self)
        return pages.get_paginated_response(ProcessSerializer(page, many=True).data)

    @extend_schema(request=ProcessSerializer, responses={201: ProcessSerializer})
    def post(self, request: Request) -> Response:
        """Add a process."""
        _ensure_may_add(self)
        sent = ProcessSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            added = opportunities.add_process(by=self.user, **sent.validated_data)
        except CONFLICTS as reason:
            raise Conflict(str(reason)) from reason
        return Response(ProcessSerializer(added).data, status=status.HTTP_201_CREATED)


class ProcessDetail(PortfolioAPIView):
    """One process."""

    @extend_schema(responses=ProcessSerializer)
    def get(self, request: Request, process_id: int) -> Response:
        """Read a process."""
        return Response(ProcessSerializer(get_object_or_404(Process, pk=process_id)).data)

    @extend_schema(request=ProcessChangeSerializer, responses=ProcessSerializer)
    def put(self, request: Request, process_id: int) -> Response:
        """Change a process, naming the fingerprint the change rests on."""
        held = get_object_or_404(Process.objects.select_related("created_by"), pk=process_id)
        _ensure_may_change(self, held)
        sent = ProcessChangeSerializer(held, data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            changed = opportunities.change_process(held, by=self.user, **sent.validated_data)
        except CONFLICTS as reason:
            raise Conflict(str(reason)) from reason
        return Response(ProcessSerializer(changed).data)


class RankingWeightsView(PortfolioAPIView):
    """The weights of the ranking."""

    @extend_schema(responses=WeightsSerializer)
    def get(self, request: Request) -> Response:
        """Read the weights that hold."""
        return Response(_weights())

    @extend_schema(request=WeightsSerializer, responses=WeightsSerializer)
    def put(self, request: Request) -> Response:
        """Set the next version of the weights; administrators only, not open to tokens."""
        self.refuse_tokens()
        if not self.user.is_administrator:
            raise PermissionDenied("Only an administrator changes the weights.")
        sent = WeightsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        said = dict(sent.validated_data)
        weights = Weights(**{key: said.pop(key) for key in KEYS})
        try:
            opportunities.set_weights(weights, by=self.user, **said)
        except opportunities.InvalidWeights as reason:
            raise ValidationError({"detail": [str(reason)]}) from reason
        except opportunities.StaleOpportunity as reason:
            raise Conflict(str(reason)) from reason
        return Response(_weights())


class SimilarList(PortfolioAPIView):
    """What resembles a text."""

    @extend_schema(
        parameters=[OpenApiParameter("text", str, required=True, description="A name, a purpose, or both.")],
        responses=SimilarSerializer(many=True),
        operation_id="similar_list",
    )
    def get(self, request: Request) -> Response:
        """Projects the caller may see, and opportunities, that resemble a text; at most five."""
        text = request.query_params.get("text", "").replace("\0", "").strip()
        if not text:
            raise ValidationError({"text": ["Send the text that others may resemble."]})
        found = similar_to(text[:LONGEST_TEXT], user=self.user, only=self.visible())
        return Response(SimilarSerializer(found, many=True).data)


def _opportunity(opportunity_id: int) -> Opportunity:
    return get_object_or_404(Opportunity.objects.select_related("process", "created_by"), pk=opportunity_id)


def _decide(view: PortfolioAPIView, verb: Any, opportunity_id: int) -> Response:  # Any: decline or reopen
    held = _opportunity(opportunity_id)
    _ensure_may_change(view, held)
    sent = ReasonSerializer(data=view.request.data)
    sent.is_valid(raise_exception=True)
    try:
        decided = verb(held, by=view.user, **sent.validated_data)
    except CONFLICTS as reason:
        raise Conflict(str(reason)) from reason
    return Response(view.shown([decided])[0])


def _ensure_may_add(view: PortfolioAPIView) -> None:
    if not opportunities.may_add(view.user):
        raise PermissionDenied("Auditors read ideas, and change none.")


def _ensure_may_change(view: PortfolioAPIView, held: Opportunity | Process) -> None:
    _ensure_may_add(view)
    if not opportunities.may_change(view.user, held):
        raise PermissionDenied(f"Only {held.created_by} and administrators change this.")


def _weights() -> Any:  # Any: JSON
    weights, held = opportunities.weights_in_force()
    if held:
        return WeightsSerializer(held).data
    return {"id": 0, **{key: getattr(weights, key) for key in KEYS}, "reason": "", "set_by": None, "set_at": None}
