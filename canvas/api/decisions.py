from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api.refusals import RefusingAPIView
from canvas.api_access import Pages
from canvas.models import GoNoGoCondition, Project
from canvas.roles import Permission
from canvas.serializers.decisions import (
    ConditionMetSerializer,
    ConditionSerializer,
    GoNoGoSerializer,
    ProposalSerializer,
    SignSerializer,
    SuggestionSerializer,
    WithdrawSerializer,
)
from canvas.services import decisions


class DecisionSuggestion(RefusingAPIView):
    """What the records suggest."""

    @extend_schema(responses=SuggestionSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Compute the suggestion from block 10, the ROI estimate and the signed classification."""
        return Response(SuggestionSerializer(decisions.basis_of(self.get_project(slug))).data)


class DecisionList(RefusingAPIView):
    """A project's go/no-go decisions."""

    pagination_class = Pages

    @extend_schema(responses=GoNoGoSerializer(many=True), operation_id="decisions_list")
    def get(self, request: Request, slug: str) -> Response:
        """List the decisions, the latest first."""
        return self.page(decisions.listed(self.get_project(slug)), GoNoGoSerializer)

    @extend_schema(request=ProposalSerializer, responses={201: GoNoGoSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Propose a decision; 409 while another waits for signatures."""
        project = self.get_project(slug, needs=Permission.DECIDE_PROJECT)
        proposed = decisions.propose(project, answers=_as_answers(self.sent(ProposalSerializer)), by=self.user)
        return _detail(project, proposed.number, status.HTTP_201_CREATED)


class DecisionDetail(RefusingAPIView):
    """One decision."""

    @extend_schema(responses=GoNoGoSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Read a decision, and what it rests on that has changed since."""
        return _detail(self.get_project(slug), number)


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class DecisionSign(RefusingAPIView):
    """A signature under a proposal."""

    @extend_schema(request=SignSerializer, responses=GoNoGoSerializer)
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Sign as sponsor or risk owner; the second of two people completes the decision."""
        project = self.get_project(slug, needs=Permission.DECIDE_PROJECT)
        decisions.sign(_decision(project, number), by=self.user, **self.sent(SignSerializer))
        return _detail(project, number)


class DecisionWithdraw(RefusingAPIView):
    """A proposal taken back."""

    @extend_schema(request=WithdrawSerializer, responses=GoNoGoSerializer)
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Withdraw a proposal; 409 once it is decided."""
        project = self.get_project(slug, needs=Permission.DECIDE_PROJECT)
        decisions.withdraw(_decision(project, number), by=self.user, **self.sent(WithdrawSerializer))
        return _detail(project, number)


class ConditionMet(RefusingAPIView):
    """A condition that holds now."""

    @extend_schema(request=ConditionMetSerializer, responses=ConditionSerializer)
    def post(self, request: Request, slug: str, condition_id: int) -> Response:
        """Report a condition of a completed decision as met."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        condition = get_object_or_404(GoNoGoCondition, pk=condition_id, decision__project=project)
        met = decisions.report_met(condition, by=self.user, **self.sent(ConditionMetSerializer))
        return Response(ConditionSerializer(met).data)


def _as_answers(said: dict[str, Any]) -> dict[str, Any]:
    """A proposal in the shape of its table, where dates are text."""
    answers = {key: value for key, value in said.items() if value is not None}
    if "revisit_on" in answers:
        answers["revisit_on"] = answers["revisit_on"].isoformat()
    answers["conditions"] = [row | {"due_on": row["due_on"].isoformat()} for row in said.get("conditions", [])]
    return answers


def _decision(project: Project, number: int) -> Any:  # Any: two facts of the moment are put beside its columns
    return get_object_or_404(decisions.listed(project), number=number)


def _detail(project: Project, number: int, code: int = status.HTTP_200_OK) -> Response:
    decision = _decision(project, number)
    decision.changed_since = decisions.changes_since(decision, decisions.basis_of(project))
    return Response(GoNoGoSerializer(decision).data, status=code)
