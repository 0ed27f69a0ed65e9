from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from canvas.access import get_project
from canvas.forms.risk import AcceptRiskForm, RiskForm
from canvas.models import Project, Risk
from canvas.risk import tiers
from canvas.risk.listing import grouped
from canvas.risk.matrix import matrix
from canvas.roles import Permission
from canvas.services import assessments, classifications, risks, signatures
from canvas.views.requests import signed_in


@require_safe
def risk_index(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the project stands: its tier and duties, its register, and the two records beside them."""
    project = get_project(signed_in(request), slug)
    latest = classifications.latest_classification(project)
    held = list(Risk.objects.filter(project=project).exclude(status=Risk.Status.CLOSED))
    records = [(kind, assessments.latest_version(kind, project)) for kind in assessments.KINDS.values()]
    context = {
        "project": project,
        "classification": latest,
        "out_of_date": classifications.out_of_date(latest) if latest else [],
        "groups": grouped(classifications.obligations_of(latest)) if latest else [],
        "roles": [tiers.ROLE_LABELS.get(role, role) for role in latest.roles] if latest else [],
        "risks": held,
        "overdue": [risk for risk in held if risk.is_overdue],
        "records": [
            (kind, version, assessments.how_complete(kind, version.answers if version else {}))
            for kind, version in records
        ],
        "fines": tiers.FINES,
        "is_risk": True,
    }
    return render(request, "canvas/risk_index.html", context)


@require_safe
def risk_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The risk register, with its matrix."""
    project = get_project(signed_in(request), slug)
    listed = list(Risk.objects.filter(project=project).select_related("accepted_by"))
    context = {
        "project": project,
        "risks": listed,
        "before": matrix(listed),
        "after": matrix(listed, remaining=True),
        "judged": sum(risk.residual_score is not None for risk in listed),
        "is_risk": True,
    }
    return render(request, "canvas/risk_list.html", context)


@require_http_methods(["GET", "POST"])
def risk_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a risk."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    form = RiskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        risk = risks.add_risk(project, by=user, **_fields(form))
        messages.success(request, f"{risk} is added.")
        return redirect("canvas:risk-list", slug)
    context = {"project": project, "form": form}
    return render(request, "canvas/risk_form.html", context, status=422 if form.errors else 200)


@require_safe
def risk_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One risk, and what remains of it."""
    project = get_project(signed_in(request), slug)
    return _render_risk(request, project, _risk(project, number))


@require_http_methods(["GET", "POST"])
def risk_edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Change a risk; the journal keeps what it was."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    held = _risk(project, number)
    sent = request.POST if request.method == "POST" else None
    # The form writes into its instance.
    form = RiskForm(sent, instance=_risk(project, number), initial={"based_on": held.revision})
    if request.method == "POST" and form.is_valid():
        try:
            risks.change_risk(held, by=user, based_on=form.cleaned_data["based_on"], **_fields(form))
        except risks.StaleRisk as reason:
            return _render_conflict(request, project, number, reason)
        except risks.NothingChanged as reason:
            messages.info(request, str(reason))
        else:
            messages.success(request, f"{held} is changed.")
        return redirect("canvas:risk-detail", slug, number)
    context = {"project": project, "form": form, "risk": held}
    return render(request, "canvas/risk_form.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password")
@require_POST
def risk_accept(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Accept what remains of a risk, with a signature."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.DECIDE_PROJECT)
    risk = _risk(project, number)
    form = AcceptRiskForm(request.POST)
    if not form.is_valid():
        return _render_risk(request, project, risk, form=form, status=422)
    try:
        risks.accept_risk(risk, by=user, **form.cleaned_data)
    except (signatures.WrongPassword, signatures.TooManyAttempts) as reason:
        form.add_error("password", str(reason))
        status = 429 if isinstance(reason, signatures.TooManyAttempts) else 422
        return _render_risk(request, project, risk, form=form, status=status)
    except (risks.NotToBeAccepted, risks.StaleRisk) as reason:
        form.add_error(None, str(reason))
        return _render_risk(request, project, _risk(project, number), form=form, status=409)
    messages.success(request, f"What remains of {risk} is accepted.")
    return redirect("canvas:risk-detail", slug, number)


def _risk(project: Project, number: int) -> Risk:
    people = ("created_by", "changed_by", "accepted_by", "project")
    return get_object_or_404(Risk.objects.select_related(*people), project=project, number=number)


def _fields(form: RiskForm) -> dict[str, Any]:
    return {key: value for key, value in form.cleaned_data.items() if key != "based_on"}


def _render_risk(
    request: HttpRequest, project: Project, risk: Risk, *, form: AcceptRiskForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "project": project,
        "risk": risk,
        "form": form or AcceptRiskForm(initial={"based_on": risk.revision}),
        "reason_against": risks.reason_against(risk, signed_in(request)),
        "page_failed": status != 200,
    }
    return render(request, "canvas/risk_detail.html", context, status=status)


def _render_conflict(request: HttpRequest, project: Project, number: int, reason: risks.StaleRisk) -> HttpResponse:
    """What holds beside what was typed, which stays in the form and now rests on what holds."""
    latest = _risk(project, number)
    typed = request.POST.copy()
    typed["based_on"] = str(latest.revision)
    form = RiskForm(typed, instance=_risk(project, number))
    form.is_valid()
    differences = [
        (form.fields[key].label, _in_words(latest, key), _in_words(form.instance, key))
        for key in form.changed_data
        if key != "based_on"
    ]
    context = {"project": project, "form": form, "risk": latest, "conflict": reason, "differences": differences}
    return render(request, "canvas/risk_form.html", context | {"page_failed": True}, status=409)


def _in_words(risk: Risk, key: str) -> str:
    value = getattr(risk, f"get_{key}_display", lambda: getattr(risk, key))()
    return "" if value is None else str(value)
