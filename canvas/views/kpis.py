from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from canvas.access import get_project
from canvas.forms.kpis import KpiForm
from canvas.kpis import metric_label
from canvas.models import Kpi, Project
from canvas.roles import Permission
from canvas.services import kpis
from canvas.views.requests import signed_in


@require_safe
def kpi_list(request: HttpRequest, slug: str) -> HttpResponse:
    """What the project is held to."""
    project = get_project(signed_in(request), slug)
    listed = Kpi.objects.filter(project=project, retired_at__isnull=True).select_related("parent")
    rows = [(kpi, metric_label(kpi.metric)) for kpi in listed]
    return render(request, "canvas/kpi_list.html", {"project": project, "rows": rows})


@require_http_methods(["GET", "POST"])
def kpi_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a KPI."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    form = KpiForm(request.POST if request.method == "POST" else None, project=project)
    if request.method == "POST" and form.is_valid():
        fields = {key: value for key, value in form.cleaned_data.items() if key != "based_on"}
        try:
            kpi = kpis.create_kpi(project, by=user, **fields)
        except kpis.KpiNameTaken as reason:
            form.add_error("name", str(reason))
        else:
            messages.success(request, f"The KPI {kpi} is added.")
            return redirect("canvas:kpi-list", slug)
    context = {"project": project, "form": form}
    return render(request, "canvas/kpi_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def kpi_edit(request: HttpRequest, slug: str, kpi_id: int) -> HttpResponse:
    """Change a KPI; the journal keeps what it was."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    kpi = get_object_or_404(Kpi, project=project, pk=kpi_id, retired_at__isnull=True)
    held = Kpi.objects.get(pk=kpi.pk)  # the form writes into its instance
    sent = request.POST if request.method == "POST" else None
    form = KpiForm(sent, instance=kpi, project=project, initial={"based_on": kpi.revision})
    if request.method == "POST" and form.is_valid():
        fields = {key: value for key, value in form.cleaned_data.items() if key != "based_on"}
        try:
            kpis.change_kpi(held, by=user, based_on=form.cleaned_data["based_on"], **fields)
        except kpis.KpiNameTaken as reason:
            form.add_error("name", str(reason))
        except kpis.ServesItself as reason:
            form.add_error("parent", str(reason))
        except kpis.StaleKpi as reason:
            return _render_conflict(request, project, kpi_id, reason)
        else:
            messages.success(request, f"The KPI {held} is changed.")
            return redirect("canvas:kpi-list", slug)
    context = {"project": project, "form": form, "kpi": held}
    return render(request, "canvas/kpi_form.html", context, status=422 if form.errors else 200)


def _render_conflict(request: HttpRequest, project: Project, kpi_id: int, reason: kpis.StaleKpi) -> HttpResponse:
    """What holds beside what was typed, which stays in the form and now rests on what holds."""
    latest = Kpi.objects.select_related("parent").get(pk=kpi_id)
    typed = request.POST.copy()
    typed["based_on"] = str(latest.revision)
    form = KpiForm(typed, instance=Kpi.objects.get(pk=kpi_id), project=project)
    form.is_valid()
    differences = [
        (form.fields[key].label, _in_words(latest, key), _in_words(form.instance, key))
        for key in form.changed_data
        if key != "based_on"
    ]
    context = {"project": project, "form": form, "kpi": latest, "conflict": reason, "differences": differences}
    return render(request, "canvas/kpi_form.html", context, status=409)


@require_POST
def kpi_retire(request: HttpRequest, slug: str, kpi_id: int) -> HttpResponse:
    """Stop holding the project to a KPI."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    kpi = kpis.retire_kpi(get_object_or_404(Kpi, project=project, pk=kpi_id), by=user)
    messages.success(request, f"The KPI {kpi} is retired. Verdicts about it stay.")
    return redirect("canvas:kpi-list", slug)


def _in_words(kpi: Kpi, key: str) -> str:
    value = getattr(kpi, f"get_{key}_display", lambda: getattr(kpi, key))()
    return "" if value is None else str(value)
