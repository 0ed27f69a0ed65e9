from collections.abc import Callable
from typing import NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Membership, Project
from canvas.roles import Permission
from canvas.services import signatures
from registry import manifest, policy
from registry.comparison import changes_between
from registry.forms import DecisionForm, PromotionForm
from registry.independence import reason_against, stakes_in
from registry.models import ModelVersion, PromotionRequest, Vote
from registry.models.promotions import DECIDING_ROLES
from registry.services import gates, promotions

PROMOTIONS_PER_PAGE = 50
TITLES = {key: requirement.title for key, requirement in policy.BY_KEY.items()}


class Refusal(NamedTuple):
    """How a page says that a decision was refused: beside which field, and with which status."""

    field: str | None
    status: int


REFUSALS: dict[type[Exception], Refusal] = {
    promotions.ReasonMissing: Refusal("comment", 422),
    promotions.AlreadyClosed: Refusal(None, 409),
    promotions.NotIndependent: Refusal(None, 403),
    promotions.EvidenceChanged: Refusal(None, 409),
    promotions.NotReady: Refusal(None, 409),
    signatures.WrongPassword: Refusal("password", 422),
    signatures.TooManyAttempts: Refusal("password", 429),
}


@require_safe
def promotion_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The project's requests: what waits, and what was decided."""
    project = get_project(request.user, slug)
    listed = project.promotions.listed().order_by("-number")
    page = Paginator(listed, PROMOTIONS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/promotion_list.html", {"project": project, "page": page})


@require_http_methods(["GET", "POST"])
def promotion_create(request: AuthenticatedRequest, slug: str, name: str, number: int) -> HttpResponse:
    """Ask that a version take a stage."""
    project = get_project(request.user, slug, needs=Permission.REQUEST_PROMOTION)
    version = get_object_or_404(ModelVersion.objects.listed(), model__project=project, model__name=name, number=number)
    form = PromotionForm(request.POST if request.method == "POST" else None, version=version)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            promotion = promotions.request_promotion(version, by=request.user, **form.cleaned_data)
        except promotions.ReasonMissing as reason:
            form.add_error("reason", str(reason))
        except (promotions.AlreadyHeld, promotions.AlreadyOpen) as reason:
            form.add_error("stage", str(reason))
            status = 409
        else:
            messages.success(request, "The request is open. An approver who had no part in the version decides.")
            return redirect(promotion)
    context = {"project": project, "version": version, "form": form, "gates": gates.all_gates(version)}
    if form.errors and status == 200:
        status = 422
    return render(request, "registry/promotion_form.html", context, status=status)


@require_safe
def promotion_detail(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """One request, like a pull request: reason, gates, people, what changes, and the decision."""
    project = get_project(request.user, slug)
    return render_promotion(request, project, _promotion(project, number))


@never_cache
@sensitive_post_parameters("password")
@require_POST
def approve(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Sign for a promotion."""
    return _decide(request, slug, number, promotions.approve, "Approved. The stage and its alias have moved.")


@never_cache
@sensitive_post_parameters("password")
@require_POST
def reject(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Sign against a promotion."""
    return _decide(request, slug, number, promotions.reject, "Rejected. Nothing has moved.")


@require_POST
def withdraw(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Take back one's own request."""
    project = get_project(request.user, slug, needs=Permission.REQUEST_PROMOTION)
    promotion = _promotion(project, number)
    try:
        promotions.withdraw(promotion, by=request.user)
    except (promotions.NotTheRequester, promotions.AlreadyClosed) as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, "The request is withdrawn.")
    return redirect(promotion)


@require_safe
def evidence(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """The frozen evidence of a decision, and how to check it."""
    project = get_project(request.user, slug)
    promotion = get_object_or_404(_listed(project).exclude(evidence=None), number=number)
    holds = manifest.digest_of(promotion.evidence or {}) == promotion.evidence_sha256
    context = {
        "project": project,
        "promotion": promotion,
        "evidence": promotion.evidence,
        "holds": holds,
        "titles": TITLES,
    }
    return render(request, "registry/promotion_evidence.html", context)


@require_safe
def evidence_file(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """The evidence as the very bytes that the digest covers."""
    project = get_project(request.user, slug)
    promotion = get_object_or_404(_listed(project).exclude(evidence=None), number=number)
    return evidence_download(promotion)


@require_safe
def review_list(request: AuthenticatedRequest) -> HttpResponse:
    """What waits for me, what I asked for, and what I decided, over all projects."""
    user = request.user
    visible = PromotionRequest.objects.filter(project__in=Project.objects.visible_to(user)).listed()
    context = {
        "waiting": _page(request, visible.waiting_for(user).order_by("requested_at"), "waiting"),
        "mine": _page(request, visible.filter(requested_by=user).order_by("-requested_at"), "mine"),
        "done": _page(request, visible.filter(votes__by=user).order_by("-closed_at"), "done"),
    }
    return render(request, "registry/review_list.html", context)


def evidence_download(promotion: PromotionRequest) -> HttpResponse:
    """The manifest's canonical text as a file."""
    response = HttpResponse(manifest.text_of(promotion.evidence or {}), content_type="application/json")
    name = f"promotion-{promotion.number}-evidence.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def render_promotion(
    request: AuthenticatedRequest,
    project: Project,
    promotion: PromotionRequest,
    *,
    form: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a request, as it stands now."""
    before = gates.gates_before(promotion.stage.key, promotion.version)
    incumbents = promotions.incumbents(promotion) if promotion.is_open else []
    old = incumbents[0].version if incumbents else None
    may_decide = Permission.DECIDE_PROMOTION in project.can
    is_requester = promotion.requested_by_id == request.user.pk
    context = {
        "project": project,
        "promotion": promotion,
        "version": promotion.version,
        "gates": before,
        "closed_gates": gates.missing(before),
        "closed_label": f"{len(gates.missing(before))} of {len(before)} still closed",
        "titles": TITLES,
        "incumbents": incumbents,
        "old": old,
        "changes": changes_between(old, promotion.version) if old else [],
        "stakes": stakes_in(promotion),
        "approvers": _approvers(project, promotion) if promotion.is_open else [],
        "votes": promotion.votes.select_related("by"),
        "may_decide": may_decide,
        # Whoever asked looks for the button, too, and reads why it is not theirs.
        "reason_against": reason_against(promotion, request.user) if may_decide or is_requester else "",
        "is_requester": is_requester,
        "earlier": _listed(project).filter(version__model=promotion.version.model_id).exclude(pk=promotion.pk)[:5],
        "form": form or DecisionForm(),
        # A page that is shown again covers what it shows now, not what the refused form had seen.
        "seen": promotions.fingerprint(promotion, before) if promotion.is_open else "",
    }
    return render(request, "registry/promotion_detail.html", context, status=status)


def _decide(
    request: AuthenticatedRequest, slug: str, number: int, decide: Callable[..., Vote], done: str
) -> HttpResponse:
    project = get_project(request.user, slug, needs=Permission.DECIDE_PROMOTION)
    promotion = _promotion(project, number)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return render_promotion(request, project, promotion, form=form, status=422)
    try:
        decide(promotion, by=request.user, **form.cleaned_data)
    except tuple(REFUSALS) as reason:
        refusal = REFUSALS[type(reason)]
        form.add_error(refusal.field, str(reason))
        return render_promotion(request, project, _promotion(project, number), form=form, status=refusal.status)
    messages.success(request, done)
    return redirect(promotion)


def _listed(project: Project) -> QuerySet[PromotionRequest]:
    return project.promotions.listed()


def _promotion(project: Project, number: int) -> PromotionRequest:
    return get_object_or_404(_listed(project), number=number)


def _approvers(project: Project, promotion: PromotionRequest) -> list[tuple[Membership, str]]:
    members = Membership.objects.filter(project=project, role__in=DECIDING_ROLES).select_related("user")
    return [(member, reason_against(promotion, member.user)) for member in members]


def _page(request: HttpRequest, found: QuerySet[PromotionRequest], parameter: str) -> object:
    return Paginator(found, PROMOTIONS_PER_PAGE).get_page(request.GET.get(parameter))
