from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from canvas.access import get_project
from canvas.blocks.decisions import DISQUALIFIERS
from canvas.cleaning import InvalidAnswers
from canvas.forms.blocks import BlockForm
from canvas.forms.risk import ConditionMetForm, SignDecisionForm, WithdrawForm, refuse
from canvas.go_no_go import PROPOSAL
from canvas.models import GoNoGoCondition, GoNoGoDecision, Project
from canvas.roles import Permission
from canvas.services import decisions, signatures
from canvas.views.requests import signed_in


class Refusal(NamedTuple):
    """How a page says that a signature was refused: beside which field, and with which status."""

    field: str | None
    status: int


REFUSALS: dict[type[Exception], Refusal] = {
    signatures.WrongPassword: Refusal("password", 422),
    signatures.TooManyAttempts: Refusal("password", 429),
    decisions.NotToBeSigned: Refusal(None, 409),
    decisions.AlreadyClosed: Refusal(None, 409),
    decisions.BasisChanged: Refusal(None, 409),
}


@require_safe
def decision(request: HttpRequest, slug: str) -> HttpResponse:
    """What the records suggest, what people decided, and what became of it."""
    project = get_project(signed_in(request), slug)
    return _render_page(request, project)


@require_http_methods(["GET", "POST"])
def decision_propose(request: HttpRequest, slug: str) -> HttpResponse:
    """Propose a decision for two people to sign."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.DECIDE_PROJECT)
    if request.method != "POST":
        return _render_proposal(request, project, BlockForm(PROPOSAL))
    form = BlockForm(PROPOSAL, request.POST)
    if not form.is_valid():
        return _render_proposal(request, project, form, status=422)
    try:
        decisions.propose(project, answers=form.answers, by=user)
    except InvalidAnswers as refused:
        refuse(form, refused)
        return _render_proposal(request, project, form, status=422)
    except decisions.AlreadyWaiting as reason:
        form.add_error(None, str(reason))
        return _render_proposal(request, project, form, status=409)
    messages.success(request, "The proposal is open. Sponsor and risk owner sign it.")
    return redirect("canvas:decision", slug)


@require_safe
def decision_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One decision of any time, with what it rests on."""
    project = get_project(signed_in(request), slug)
    found = _decision(project, number)
    basis = decisions.basis_of(project)
    context = {"project": project, "decision": found, "changes": decisions.changes_since(found, basis)}
    return render(request, "canvas/decision_detail.html", context | _today())


@never_cache
@sensitive_post_parameters("password")
@require_POST
def decision_sign(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Sign a proposal."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.DECIDE_PROJECT)
    form = SignDecisionForm(request.POST)
    if not form.is_valid():
        return _render_page(request, project, signing=form, status=422)
    try:
        signed = decisions.sign(_decision(project, number), by=user, **form.cleaned_data)
    except tuple(REFUSALS) as reason:
        refusal = REFUSALS[type(reason)]
        form.add_error(refusal.field, str(reason))
        return _render_page(request, project, signing=form, status=refusal.status)
    decided = signed.status == GoNoGoDecision.Status.DECIDED
    messages.success(request, "Decided: both have signed." if decided else "Signed. One signature is still missing.")
    return redirect("canvas:decision", slug)


@require_POST
def decision_withdraw(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take a proposal back."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.DECIDE_PROJECT)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, "This could not be withdrawn: shorten the reason.")
        return redirect("canvas:decision", slug)
    try:
        decisions.withdraw(_decision(project, number), by=user, **form.cleaned_data)
    except decisions.AlreadyClosed as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, "The proposal is withdrawn.")
    return redirect("canvas:decision", slug)


@require_POST
def condition_met(request: HttpRequest, slug: str, condition_id: int) -> HttpResponse:
    """Report a condition as met."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    condition = get_object_or_404(GoNoGoCondition, pk=condition_id, decision__project=project)
    form = ConditionMetForm(request.POST, prefix=f"met-{condition_id}")
    if not form.is_valid():
        return _render_page(request, project, reporting=(condition_id, form), status=422)
    try:
        decisions.report_met(condition, by=user, **form.cleaned_data)
    except decisions.NotMet as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, "The condition is reported as met.")
    return redirect("canvas:decision", slug)


def _decision(project: Project, number: int) -> GoNoGoDecision:
    found: GoNoGoDecision = get_object_or_404(decisions.listed(project), number=number)
    return found


def _render_page(
    request: HttpRequest,
    project: Project,
    *,
    signing: SignDecisionForm | None = None,
    reporting: tuple[int, ConditionMetForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    basis = decisions.basis_of(project)
    every = list(decisions.listed(project))
    waiting = next((one for one in every if one.status == GoNoGoDecision.Status.PROPOSED), None)
    standing = next((one for one in every if one.status == GoNoGoDecision.Status.DECIDED), None)
    answered = {row.get("disqualifier"): row for row in basis.disqualifiers}
    context = {
        "project": project,
        "basis": basis,
        "disqualifiers": [(choice.label, answered.get(choice.value, {})) for choice in DISQUALIFIERS],
        "waiting": waiting,
        "standing": standing,
        "others": [one for one in every if one not in (waiting, standing)],
        "changes": decisions.changes_since(standing, basis) if standing else [],
        "waiting_changes": decisions.changes_since(waiting, basis) if waiting else [],
        "signing": signing or SignDecisionForm(),
        "withdrawing": WithdrawForm(),
        "reason_against": decisions.reason_against(waiting, signed_in(request)) if waiting else "",
        "reports": _reports(standing, reporting),
        "is_decision": True,
        "page_failed": status != 200,
    }
    return render(request, "canvas/decision_page.html", context | _today(), status=status)


def _reports(
    standing: GoNoGoDecision | None, reporting: tuple[int, ConditionMetForm] | None
) -> list[tuple[GoNoGoCondition, ConditionMetForm]]:
    """Each condition with the form that reports it as met."""
    held = standing.conditions.all() if standing else []
    return [
        (one, reporting[1] if reporting and reporting[0] == one.pk else ConditionMetForm(prefix=f"met-{one.pk}"))
        for one in held
    ]


def _render_proposal(request: HttpRequest, project: Project, form: BlockForm, *, status: int = 200) -> HttpResponse:
    basis = decisions.basis_of(project)
    context = {
        "project": project,
        "form": form,
        "basis": basis,
        "waiting": decisions.waiting_decision(project),
        "page_failed": status != 200,
    }
    return render(request, "canvas/decision_form.html", context, status=status)


def _today() -> dict[str, object]:
    return {"today": timezone.localdate()}
