from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from canvas import answers as reading
from canvas.access import get_project
from canvas.cleaning import InvalidAnswers
from canvas.diff import diff
from canvas.forms.blocks import BlockForm
from canvas.forms.risk import refuse
from canvas.models import Project
from canvas.roles import Permission
from canvas.services import assessments
from canvas.services.assessments import IMPACT_KIND, OVERSIGHT_KIND, Kind
from canvas.views.requests import signed_in

VERSIONS_PER_PAGE = 30


@require_http_methods(["GET", "POST"])
def impact_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The impact assessment as a form; saving makes a version."""
    return _edit(request, slug, IMPACT_KIND)


@require_http_methods(["GET", "POST"])
def oversight_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The oversight plan as a form; saving makes a version."""
    return _edit(request, slug, OVERSIGHT_KIND)


@require_safe
def impact_history(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version of the impact assessment, and the difference between two of them."""
    return _history(request, slug, IMPACT_KIND)


@require_safe
def oversight_history(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version of the oversight plan, and the difference between two of them."""
    return _history(request, slug, OVERSIGHT_KIND)


def _edit(request: HttpRequest, slug: str, kind: Kind) -> HttpResponse:
    user = signed_in(request)
    writes = request.method == "POST"
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS if writes else Permission.VIEW)
    latest = assessments.latest_version(kind, project)
    if not writes:
        held, number = (latest.answers, latest.number) if latest else ({}, 0)
        return _render(request, project, kind, BlockForm(kind.table, initial=held, based_on=number))
    form = BlockForm(kind.table, request.POST)
    if not form.is_valid():
        return _render(request, project, kind, form, status=422)
    sent = {"answers": form.answers, "based_on": form.cleaned_data["based_on"]}
    try:
        saved = assessments.save_version(kind, project, by=user, **sent)
    except assessments.StaleVersion as reason:
        return _render_conflict(request, project, kind, form, reason)
    except InvalidAnswers as refused:
        refuse(form, refused)
        return _render(request, project, kind, form, status=422)
    except assessments.NothingChanged as reason:
        messages.info(request, str(reason))
    else:
        messages.success(request, f"Version {saved.number} of the {kind.noun} is saved.")
    return redirect(f"canvas:{kind.key}-edit", slug)


def _history(request: HttpRequest, slug: str, kind: Kind) -> HttpResponse:
    project = get_project(signed_in(request), slug)
    versions = kind.model._default_manager.filter(project=project).select_related("created_by")
    page = Paginator(versions, VERSIONS_PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, object] = {"project": project, "kind": kind, "page": page}
    if "to" in request.GET:
        after = get_object_or_404(versions, number=_number(request.GET["to"]))
        # The one before it: a plan that was imported may begin at any number.
        earlier = versions.filter(number__lt=after.number).values_list("number", flat=True).first()
        before_number = _number(request.GET.get("from", str(earlier or 0)))
        before = get_object_or_404(versions, number=before_number) if before_number else None
        changes = diff(kind.table, before.answers if before else {}, after.answers)
        context |= {"before": before, "after": after, "changes": changes}
    return render(request, "canvas/risk_record_history.html", context)


def _render(
    request: HttpRequest,
    project: Project,
    kind: Kind,
    form: BlockForm,
    *,
    status: int = 200,
    extra: dict[str, object] | None = None,
) -> HttpResponse:
    latest = assessments.latest_version(kind, project)
    held = latest.answers if latest else {}
    context = {
        "project": project,
        "kind": kind,
        "form": form,
        "latest": latest,
        "share": assessments.how_complete(kind, held),
        "answers": [(field, reading.display(field, held.get(field.key))) for field in kind.table.fields],
        "page_failed": status != 200,
    }
    return render(request, "canvas/risk_record_edit.html", context | (extra or {}), status=status)


def _render_conflict(
    request: HttpRequest, project: Project, kind: Kind, form: BlockForm, reason: assessments.StaleVersion
) -> HttpResponse:
    """Both texts side by side; what was typed stays in the form, now based on the version that holds."""
    data = request.POST.copy()
    data["based_on"] = str(reason.latest.number)
    kept = BlockForm(kind.table, data)
    kept.is_valid()
    changes = diff(kind.table, reason.latest.answers, form.answers)
    extra: dict[str, object] = {"conflict": str(reason), "changes": changes}
    return _render(request, project, kind, kept, status=409, extra=extra)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise Http404("No such version.")
    return int(text)
