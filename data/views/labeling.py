from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from canvas.views.requests import signed_in
from data import guidelines
from data.agreement_target import judged, target_of
from data.downloads import attachment
from data.forms.labeling import MethodForm, MethodRevisionForm
from data.models import LabelAgreement, LabelAudit, LabelingMethod
from data.services import labeling
from data.views.requests import sent

SHOWN = 20


@require_safe
def labeling_detail(request: HttpRequest, slug: str, method_id: int) -> HttpResponse:
    """One version of a labeling method, what was measured of it, and how it came to be."""
    project = get_project(signed_in(request), slug)
    method = get_object_or_404(LabelingMethod.objects.select_related("project"), project=project, pk=method_id)
    versions = list(
        LabelingMethod.objects.filter(project=project, name=method.name)
        .select_related("project", "created_by")
        .order_by("-number")
    )
    older: list[LabelingMethod | None] = [*versions[1:], None]
    history = [
        (newer, labeling.changes_between(before, newer) if before else [])
        for newer, before in zip(versions, older, strict=True)
    ]
    target = target_of(project)
    agreements = (
        LabelAgreement.objects.filter(project=project, method__in=versions)
        .select_related("project", "method", "measured_by", "job")
        .annotate(decided=Count("disputed_rows__decided_at"))
    )
    context = {
        "project": project,
        "method": method,
        "latest": versions[0],
        "versions": versions,
        "history": history,
        "datasets": method.datasets.select_related("project")[:50],
        "agreements": [(agreement, judged(agreement, target)) for agreement in agreements[:SHOWN]],
        "audits": LabelAudit.objects.filter(project=project, method__in=versions).select_related(
            "method", "dataset__project", "recorded_by"
        )[:SHOWN],
        "samples": project.label_samples.filter(method__in=versions, audit__isnull=True).select_related(
            "project", "dataset", "drawn_by"
        )[:SHOWN],
    }
    return render(request, "data/labeling_detail.html", context)


@require_http_methods(["GET", "POST"])
def labeling_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Record how labels were obtained."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    form = MethodForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            method = labeling.create_method(project, by=user, **form.service_fields())
        except labeling.MethodNameTaken as reason:
            form.add_error("name", str(reason))
        except labeling.NoGuideline as reason:
            form.add_error("guideline", str(reason))
        except guidelines.Refused as reason:
            form.add_error("guideline_file", str(reason))
        else:
            messages.success(request, f"The labeling method {method.name} is recorded.")
            return redirect(method)
    context = {"project": project, "form": form}
    return render(request, "data/labeling_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def labeling_revise(request: HttpRequest, slug: str, method_id: int) -> HttpResponse:
    """Record the next version; what somebody else saved in the meantime is shown, never overwritten."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    method = get_object_or_404(LabelingMethod, project=project, pk=method_id)
    newest = LabelingMethod.objects.latest_of(project, method.name)
    if request.method == "GET" and newest.pk != method.pk:
        return redirect("data:labeling-revise", slug, newest.pk)
    # The form checks against a copy: a version is never written to.
    copy = LabelingMethod.objects.get(pk=method.pk)
    initial = {"based_on": method.pk, "change_reason": ""}
    form = MethodRevisionForm(sent(request), request.FILES or None, instance=copy, initial=initial)
    context: dict[str, Any] = {"project": project, "form": form, "method": method}
    status = 200
    if request.method == "POST" and form.is_valid():
        fields = form.service_fields()
        based_on = get_object_or_404(LabelingMethod, project=project, name=method.name, pk=fields.pop("based_on"))
        try:
            revised = labeling.revise_method(based_on, by=user, **fields)
        except labeling.UnchangedMethod as reason:
            form.add_error(None, str(reason))
        except labeling.NoGuideline as reason:
            form.add_error("guideline", str(reason))
        except guidelines.Refused as reason:
            form.add_error("guideline_file", str(reason))
        except labeling.StaleMethod as reason:
            changes = labeling.changes_between(based_on, reason.latest)
            context |= {"conflict": reason, "changes": changes, "based_on": reason.latest.pk}
            status = 409
        else:
            messages.success(request, f"Version {revised.number} of {revised.name} is recorded.")
            return redirect(revised)
    if form.errors:
        status = 422
    return render(request, "data/labeling_form.html", context, status=status)


@require_safe
def labeling_compare(request: HttpRequest, slug: str, method_id: int, other_id: int) -> HttpResponse:
    """What differs between any two versions of a method."""
    project = get_project(signed_in(request), slug)
    one, other = _version(project, method_id), _version(project, other_id)
    if one.name != other.name:
        raise Http404("These are versions of two methods.")
    older, newer = sorted((one, other), key=lambda method: method.number)
    context = {
        "project": project,
        "older": older,
        "newer": newer,
        "changes": labeling.changes_between(older, newer),
        "versions": LabelingMethod.objects.filter(project=project, name=one.name).order_by("-number"),
    }
    return render(request, "data/labeling_compare.html", context)


@require_safe
def labeling_guideline(request: HttpRequest, slug: str, method_id: int) -> FileResponse:
    """The guideline file, byte for byte as it was attached."""
    method = _version(get_project(signed_in(request), slug), method_id)
    if not method.guideline_sha256:
        raise Http404("This version has no guideline file.")
    return attachment(method.guideline_sha256, method.guideline_file_name)


def _version(project: Project, method_id: int) -> LabelingMethod:
    found = LabelingMethod.objects.select_related("project", "created_by")
    return get_object_or_404(found, project=project, pk=method_id)
