from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from canvas.access import get_project
from canvas.forms.readings import ReadingFileForm, ReadingForm
from canvas.models import Kpi, KpiReading
from canvas.reading_files import LARGEST_FILE, BadFile, read_readings
from canvas.roles import Permission
from canvas.services.readings import BadReadings, Differing, record_readings
from canvas.views.kpis import render_kpi
from canvas.views.requests import signed_in


@require_POST
def reading_add(request: HttpRequest, slug: str, kpi_id: int) -> HttpResponse:
    """Enter one reading by hand."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    kpi = get_object_or_404(Kpi, project=project, pk=kpi_id, retired_at__isnull=True)
    form = ReadingForm(request.POST)
    status = 422
    if form.is_valid():
        correct, origin = form.cleaned_data["correct"], KpiReading.Origin.MANUAL
        try:
            done = record_readings(kpi, [form.reading], by=user, origin=origin, correct=correct)
        except BadReadings as reason:
            form.add_error("value", str(reason))
        except Differing as reason:
            form.add_error("correct", str(reason))
            status = 409
        else:
            messages.success(request, done.sentence)
            return redirect("canvas:kpi-detail", slug, kpi_id)
    return render_kpi(request, project, kpi_id, status=status, reading_form=form)


@require_POST
def reading_import(request: HttpRequest, slug: str, kpi_id: int) -> HttpResponse:
    """Store the readings of a file, all or none."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    kpi = get_object_or_404(Kpi, project=project, pk=kpi_id, retired_at__isnull=True)
    form = ReadingFileForm(request.POST, request.FILES, auto_id="id_file_%s")
    problems: list[str] = []
    status = 422
    if form.is_valid():
        correct, origin = form.cleaned_data["correct"], KpiReading.Origin.CSV
        try:
            content = form.cleaned_data["file"].read(LARGEST_FILE + 1)
            found = [reading for _, reading in read_readings(content, today=timezone.localdate())]
            done = record_readings(kpi, found, by=user, origin=origin, correct=correct)
        except BadFile as reason:
            problems = reason.problems
            form.add_error("file", "Nothing was stored. Correct the file as said above, then choose it again.")
        except Differing as reason:
            form.add_error("correct", f"{reason} Choose the file again, too.")
            status = 409
        else:
            messages.success(request, done.sentence)
            return redirect("canvas:kpi-detail", slug, kpi_id)
    return render_kpi(request, project, kpi_id, status=status, file_form=form, file_problems=problems)
