from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from canvas.access import get_project
from canvas.roles import Permission
from canvas.views.requests import signed_in
from data.forms.labeling import MethodForm, MethodRevisionForm
from data.models import LabelingMethod
from data.services import labeling
from data.views.requests import sent


@require_safe
def labeling_detail(request: HttpRequest, slug: str, method_id: int) -> HttpResponse:
    """One version of a labeling method, and how it came to be."""
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
    context = {
        "project": project,
        "method": method,
        "latest": versions[0],
        "history": history,
        "datasets": method.datasets.select_related("project")[:50],
    }
    return render(request, "data/labeling_detail.html", context)


@require_http_methods(["GET", "POST"])
def labeling_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Record how labels were obtained."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    form = MethodForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            method = labeling.create_method(project, by=user, **form.cleaned_data)
        except labeling.MethodNameTaken as reason:
            form.add_error("name", str(reason))
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
    form = MethodRevisionForm(sent(request), instance=copy, initial={"based_on": method.pk, "change_reason": ""})
    context: dict[str, Any] = {"project": project, "form": form, "method": method}
    status = 200
    if request.method == "POST" and form.is_valid():
        based_on = get_object_or_404(
            LabelingMethod, project=project, name=method.name, pk=form.cleaned_data.pop("based_on")
        )
        try:
            revised = labeling.revise_method(based_on, by=user, **form.cleaned_data)
        except labeling.UnchangedMethod as reason:
            form.add_error(None, str(reason))
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
