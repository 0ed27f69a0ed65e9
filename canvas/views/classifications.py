from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from canvas import answers as reading
from canvas.access import get_project
from canvas.cleaning import InvalidAnswers
from canvas.diff import diff
from canvas.forms.blocks import BlockForm
from canvas.forms.risk import SignClassificationForm, ask_for, refuse
from canvas.models import Classification, Project
from canvas.risk import tiers
from canvas.risk.listing import asked_parts, grouped
from canvas.risk.questions import CLASSIFICATION, PARTS, is_asked
from canvas.roles import Permission
from canvas.services import classifications, signatures
from canvas.services.classifications import Preview
from canvas.views.requests import signed_in

VERSIONS_PER_PAGE = 30
CARRIED = ("f-", "based_on")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def classification_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The questions; what answering them would change; and the signature. Whoever reads the project may try."""
    project = get_project(signed_in(request), slug)
    latest = classifications.latest_classification(project)
    if request.method != "POST":
        held, number = (latest.answers, latest.number) if latest else ({}, 0)
        return _render_questions(request, project, BlockForm(CLASSIFICATION, initial=held, based_on=number))
    form = BlockForm(CLASSIFICATION, request.POST)
    if request.POST.get("step") == "edit":
        return _render_questions(request, project, form, status=200 if form.is_valid() else 422)
    if not form.is_valid():
        return _render_questions(request, project, form, status=422)
    try:
        preview = classifications.preview(project, form.answers)
    except InvalidAnswers as refused:
        refuse(form, refused)
        return _render_questions(request, project, form, status=422)
    if preview.missing:
        ask_for(form, preview.missing)
        return _render_questions(request, project, form, status=422)
    if request.POST.get("step") == "sign":
        return _sign(request, project, form, preview)
    return _render_preview(request, project, preview, SignClassificationForm())


@require_safe
def classification_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One signed version: its answers, what follows from them, and what it changed."""
    project = get_project(signed_in(request), slug)
    signed = Classification.objects.filter(project=project).select_related("signed_by")
    found = get_object_or_404(signed, number=number)
    earlier = signed.filter(number__lt=number).first()
    context = {
        "project": project,
        "classification": found,
        "earlier": earlier,
        "changes": diff(CLASSIFICATION, earlier.answers, found.answers) if earlier else None,
        "groups": grouped(classifications.obligations_of(found)),
        "roles": [tiers.ROLE_LABELS.get(role, role) for role in found.roles],
        "parts": _answered_parts(found),
    }
    return render(request, "canvas/classification_detail.html", context)


@require_safe
def classification_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Every signed version."""
    project = get_project(signed_in(request), slug)
    signed = Classification.objects.filter(project=project).select_related("signed_by")
    page = Paginator(signed, VERSIONS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "canvas/classification_list.html", {"project": project, "page": page, "is_risk": True})


def _sign(request: HttpRequest, project: Project, form: BlockForm, preview: Preview) -> HttpResponse:
    if Permission.DECIDE_PROJECT not in project.can:
        raise PermissionDenied(f"Your role in {project.name} does not allow this.")
    signing = SignClassificationForm(request.POST)
    if not signing.is_valid():
        return _render_preview(request, project, preview, signing, status=422)
    sent = {"answers": form.answers, "based_on": form.cleaned_data["based_on"]} | signing.cleaned_data
    try:
        signed = classifications.sign(project, by=signed_in(request), **sent)
    except (signatures.WrongPassword, signatures.TooManyAttempts) as reason:
        signing.add_error("password", str(reason))
        status = 429 if isinstance(reason, signatures.TooManyAttempts) else 422
        return _render_preview(request, project, preview, signing, status=status)
    except classifications.StaleClassification as reason:
        return _render_conflict(request, project, form, reason)
    except classifications.NothingChanged as reason:
        messages.info(request, str(reason))
        return redirect("canvas:risk-index", project.slug)
    except InvalidAnswers as refused:
        refuse(form, refused)
        return _render_questions(request, project, form, status=422)
    messages.success(request, f"Classification {signed.number} is signed: {signed.legal_label.lower()}.")
    return redirect("canvas:risk-index", project.slug)


def _render_questions(
    request: HttpRequest,
    project: Project,
    form: BlockForm,
    *,
    status: int = 200,
    extra: dict[str, object] | None = None,
) -> HttpResponse:
    context = {
        "project": project,
        "form": form,
        "parts": asked_parts(form),
        "page_failed": status != 200,
        "rules_version": tiers.RULES_VERSION,
        "rules_basis": tiers.RULES_BASIS,
    }
    return render(request, "canvas/classification_edit.html", context | (extra or {}), status=status)


def _render_preview(
    request: HttpRequest, project: Project, preview: Preview, signing: SignClassificationForm, *, status: int = 200
) -> HttpResponse:
    carried = [(name, value) for name, values in request.POST.lists() if name.startswith(CARRIED) for value in values]
    context = {
        "project": project,
        "preview": preview,
        "signing": signing,
        "carried": carried,
        "added": grouped(preview.added),
        "removed": grouped(preview.removed),
        "kept": grouped(preview.kept),
        "roles": [tiers.ROLE_LABELS[role] for role in preview.judgement.roles],
        "page_failed": status != 200,
    }
    return render(request, "canvas/classification_preview.html", context, status=status)


def _render_conflict(
    request: HttpRequest, project: Project, form: BlockForm, reason: classifications.StaleClassification
) -> HttpResponse:
    """Both sets of answers side by side; what was answered stays in the form, now based on the version that holds."""
    data = request.POST.copy()
    data["based_on"] = str(reason.latest.number)
    kept = BlockForm(CLASSIFICATION, data)
    kept.is_valid()
    changes = diff(CLASSIFICATION, reason.latest.answers, form.answers)
    extra: dict[str, object] = {"conflict": str(reason), "changes": changes}
    return _render_questions(request, project, kept, status=409, extra=extra)


def _answered_parts(found: Classification) -> list[dict[str, Any]]:
    """The questions that were asked, with their answers as text."""
    return [
        {
            "part": part,
            "rows": [
                (ask, reading.display(ask.field, found.answers.get(ask.key)))
                for ask in part.asks
                if is_asked(ask, found.answers)
            ],
        }
        for part in PARTS
    ]
