from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from canvas.views.requests import signed_in
from data.agreement.intervals import sample_size
from data.audit_tables import BadSheet, sheet
from data.forms.audits import AuditForm, SampleForm, SheetForm, SizeForm
from data.models import Dataset, LabelingMethod, LabelSample
from data.services import audits
from data.uploads import sent_name
from data.views.agreements import csv_of
from data.views.requests import sent


@require_http_methods(["GET", "POST"])
def audit_create(request: HttpRequest, slug: str, method_id: int) -> HttpResponse:
    """Record what a second look at a sample of labels found."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    method = _method(project, method_id)
    form = AuditForm(sent(request), project=project)
    if request.method == "POST" and form.is_valid():
        try:
            audits.record_audit(method, by=user, **_audited(form))
        except audits.BadAudit as reason:
            form.add_error("wrong" if reason.field == "errors" else reason.field, str(reason))
        else:
            messages.success(request, "The audit is recorded.")
            return redirect(f"{method.get_absolute_url()}#audits")
    context = {"project": project, "method": method, "form": form}
    return render(request, "data/labeling_audit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def sample_create(request: HttpRequest, slug: str, method_id: int) -> HttpResponse:
    """Draw rows of a snapshot for an audit, with a reckoner for how many are needed."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    method = _method(project, method_id)
    form = SampleForm(sent(request), project=project, method=method)
    if request.method == "POST" and form.is_valid():
        try:
            sample = audits.draw_sample(method, form.cleaned_data["dataset"], size=form.cleaned_data["size"], by=user)
        except audits.BadAudit as reason:
            form.add_error(reason.field, str(reason))
        else:
            messages.success(request, f"{sample.size:,} rows are drawn. Download the sheet and fill it in.")
            return redirect(sample)
    asked = request.method == "GET" and "precision" in request.GET
    first = form.fields["dataset"].initial
    known = Dataset.objects.filter(project=project, pk=first).values_list("rows", flat=True).first() if first else None
    reckoner = SizeForm(request.GET if asked else None, initial={"population": known})
    needed = _needed(reckoner) if asked and reckoner.is_valid() else None
    if needed:
        form.fields["size"].initial = needed
    context = {"project": project, "method": method, "form": form, "reckoner": reckoner, "needed": needed}
    return render(request, "data/labeling_sample.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def sample_detail(request: HttpRequest, slug: str, sample_id: int) -> HttpResponse:
    """A drawn sample, and the place for its filled-in sheet."""
    user = signed_in(request)
    needs = Permission.EDIT_DATA if request.method == "POST" else Permission.VIEW
    project = get_project(user, slug, needs=needs)
    sample = _sample(project, sample_id)
    form = SheetForm(sent(request), request.FILES or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        fields: dict[str, Any] = dict(form.cleaned_data)
        file = fields.pop("file")
        try:
            audits.record_audited_sample(sample, file=file, file_name=sent_name(file), by=user, **fields)
        except BadSheet as reason:
            form.add_error("file", str(reason))
        except audits.BadAudit as reason:
            form.add_error(reason.field if reason.field in form.fields else None, str(reason))
        except audits.AlreadyAudited as reason:
            form.add_error(None, str(reason))
            status = 409
        else:
            messages.success(request, "The audit is recorded.")
            return redirect(sample)
    if form.errors and status == 200:
        status = 422
    audit = getattr(sample, "audit", None)
    context = {"project": project, "sample": sample, "form": form, "audit": audit, "method": sample.method}
    return render(request, "data/labeling_sheet.html", context, status=status)


@require_safe
def sample_sheet(request: HttpRequest, slug: str, sample_id: int) -> StreamingHttpResponse:
    """The sheet to fill in."""
    sample = _sample(get_project(signed_in(request), slug), sample_id)
    return csv_of(sheet(sample), f"audit-{sample.project.slug}-{sample.pk}.csv")


def _audited(form: AuditForm) -> dict[str, Any]:
    fields = dict(form.cleaned_data)
    fields["errors"] = fields.pop("wrong")
    return fields


def _needed(reckoner: SizeForm) -> int:
    said = reckoner.cleaned_data
    return sample_size(said["precision"] / 100, expected=said["expected"] / 100, population=said["population"])


def _method(project: Project, method_id: int) -> LabelingMethod:
    return get_object_or_404(LabelingMethod.objects.select_related("project"), project=project, pk=method_id)


def _sample(project: Project, sample_id: int) -> LabelSample:
    found = LabelSample.objects.select_related("project", "method__project", "dataset__project", "drawn_by", "audit")
    return get_object_or_404(found, project=project, pk=sample_id)
