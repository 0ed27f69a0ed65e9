from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from canvas.access import get_project
from canvas.roles import Permission
from canvas.views.requests import signed_in
from data.forms.exchange import CheckForm
from data.models import Dataset, SchemaCheck
from data.services import checks


@require_safe
def check_detail(request: HttpRequest, slug: str, check_id: int) -> HttpResponse:
    """One check: how far it is, or which rows break which rule."""
    project = get_project(signed_in(request), slug)
    held = SchemaCheck.objects.select_related("dataset__project", "schema__project", "job__project", "checked_by")
    check = get_object_or_404(held, dataset__project=project, pk=check_id)
    return render(request, "data/check_detail.html", {"project": project, "check": check, "job": check.job})


@require_POST
def dataset_check(request: HttpRequest, slug: str, dataset_id: int) -> HttpResponse:
    """Hold a snapshot against its schema, or against another one of the project, without binding it."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    dataset = get_object_or_404(Dataset.objects.select_related("project", "schema"), project=project, pk=dataset_id)
    form = CheckForm(request.POST, project=project)
    if not form.is_valid():
        messages.error(request, "This project has no such schema. Choose one from the list.")
        return redirect(dataset)
    try:
        check = checks.request_check(dataset, schema=form.cleaned_data["schema"], by=user)
    except checks.NotCheckable as reason:
        messages.error(request, str(reason))
        return redirect(dataset)
    return redirect(check)
