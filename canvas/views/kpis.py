from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from canvas.access import get_project
from canvas.charts import MOST_READINGS, readings_chart
from canvas.correlations import Correlation, correlate, verdict_on
from canvas.forms.kpis import CloseForm, KpiForm, TargetReasonForm
from canvas.forms.readings import ReadingFileForm, ReadingForm
from canvas.kpis import metric_label
from canvas.models import Kpi, KpiReading, Project
from canvas.roles import Permission
from canvas.services import kpis, signatures
from canvas.services.readings import values_by_day
from canvas.smart import joins_business_and_model
from canvas.views.requests import signed_in

SHOWN_READINGS = 30


@dataclass(frozen=True)
class Bond:
    """A KPI, the one it serves, and whether their readings move as expected."""

    child: Kpi
    parent: Kpi
    found: Correlation
    verdict: str
    sentence: str


@require_safe
def kpi_list(request: HttpRequest, slug: str) -> HttpResponse:
    """What the project is held to."""
    project = get_project(signed_in(request), slug)
    listed = list(Kpi.objects.filter(project=project, retired_at__isnull=True).select_related("parent"))
    judged = kpis.smart_of(listed)
    context = {
        "project": project,
        "rows": [(kpi, metric_label(kpi.metric), judged[kpi.pk]) for kpi in listed],
        "tree": _tree(listed, bonds_of([kpi for kpi in listed if kpi.parent and kpi.parent.retired_at is None])),
        "is_joined": joins_business_and_model(listed),
    }
    return render(request, "canvas/kpi_list.html", context)


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


@require_safe
def kpi_detail(request: HttpRequest, slug: str, kpi_id: int) -> HttpResponse:
    """One KPI: its five checks, its readings, and the KPIs it moves with."""
    project = get_project(signed_in(request), slug)
    return render_kpi(request, project, kpi_id)


def render_kpi(request: HttpRequest, project: Project, kpi_id: int, *, status: int = 200, **forms: Any) -> HttpResponse:
    """A KPI's page; `forms` are those that came back with something to correct."""
    known = Kpi.objects.select_related("parent", "achievable_signed_by", "created_by")
    kpi = get_object_or_404(known, project=project, pk=kpi_id)
    every = KpiReading.objects.filter(kpi=kpi).order_by("-measured_on", "-recorded_at", "-pk")
    standing = list(every.filter(superseded_at__isnull=True)[: MOST_READINGS + 1])[::-1]
    children = list(Kpi.objects.filter(parent=kpi, retired_at__isnull=True).select_related("parent"))
    context = {
        "project": project,
        "kpi": kpi,
        "metric": metric_label(kpi.metric),
        "smart": kpis.smart_of([kpi])[kpi.pk],
        "chart": readings_chart(kpi, standing),
        "readings": every.select_related("recorded_by")[:SHOWN_READINGS],
        "is_cut": len(standing) > MOST_READINGS,
        "more_readings": max(0, every.count() - SHOWN_READINGS),
        "last": standing[-1] if standing else None,
        "bonds": bonds_of([*([kpi] if kpi.parent else []), *children]),
        "may_edit": project.can.edit_canvas and kpi.retired_at is None,
        "reading_form": ReadingForm(initial={"measured_on": timezone.localdate()}),
        "file_form": ReadingFileForm(auto_id="id_file_%s"),
        "sign_form": TargetReasonForm(auto_id="id_sign_%s"),
        "close_form": CloseForm(auto_id="id_close_%s", initial={"closed_on": timezone.localdate()}),
    }
    return render(request, "canvas/kpi_detail.html", context | forms, status=status)


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
            changed = kpis.change_kpi(held, by=user, based_on=form.cleaned_data["based_on"], **fields)
        except kpis.KpiNameTaken as reason:
            form.add_error("name", str(reason))
        except kpis.ServesItself as reason:
            form.add_error("parent", str(reason))
        except kpis.StaleKpi as reason:
            return _render_conflict(request, project, kpi_id, reason)
        else:
            said = f"The KPI {changed} is changed." if changed.revision != held.revision else "Nothing changed."
            messages.success(request, said)
            return redirect("canvas:kpi-detail", slug, kpi_id)
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
        if key not in ("based_on", "blocks")
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


@require_POST
def kpi_close(request: HttpRequest, slug: str, kpi_id: int) -> HttpResponse:
    """Say what came of a KPI."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    kpi = get_object_or_404(Kpi, project=project, pk=kpi_id, retired_at__isnull=True)
    form = CloseForm(request.POST, auto_id="id_close_%s")
    if form.is_valid():
        try:
            kpis.close_kpi(kpi, by=user, **form.cleaned_data)
        except kpis.KpiClosed as reason:
            form.add_error("closed_on", str(reason))
        else:
            messages.success(request, f"The KPI {kpi} is closed.")
            return redirect("canvas:kpi-detail", slug, kpi_id)
    return render_kpi(request, project, kpi_id, status=422, close_form=form)


@require_POST
def kpi_sign(request: HttpRequest, slug: str, kpi_id: int) -> HttpResponse:
    """Sign why the target can be reached."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    kpi = get_object_or_404(Kpi.objects.select_related("project"), project=project, pk=kpi_id, retired_at__isnull=True)
    form = TargetReasonForm(request.POST, auto_id="id_sign_%s")
    if form.is_valid():
        try:
            kpis.sign_target(kpi, by=user, **form.cleaned_data)
        except (signatures.WrongPassword, signatures.TooManyAttempts) as reason:
            form.add_error("password", str(reason))
        else:
            messages.success(request, "Your reason is signed.")
            return redirect("canvas:kpi-detail", slug, kpi_id)
    return render_kpi(request, project, kpi_id, status=422, sign_form=form)


def bonds_of(children: Sequence[Kpi]) -> list[Bond]:
    """Each KPI that serves another, with how the two have moved together; one query."""
    pairs = [(child, child.parent) for child in children if child.parent is not None]
    days = values_by_day({kpi.pk: kpi for pair in pairs for kpi in pair}.values())
    bonds = []
    for child, parent in pairs:
        found = correlate(days.get(child.pk, {}), days.get(parent.pk, {}))
        verdict, sentence = verdict_on(child.parent_sign, found)
        bonds.append(Bond(child, parent, found, verdict, sentence))
    return bonds


@dataclass(frozen=True)
class Branch:
    """A KPI in the tree: how deep it stands, and its bond to the one above."""

    kpi: Kpi
    depth: int
    bond: Bond | None


def _tree(listed: Sequence[Kpi], bonds: Sequence[Bond]) -> list[Branch]:
    """The KPIs that serve or are served, those that are served first and each followed by those that serve it."""
    bond_of = {bond.child.pk: bond for bond in bonds}
    below: dict[int, list[Kpi]] = {}
    for kpi in listed:
        if kpi.pk in bond_of and kpi.parent_id:
            below.setdefault(kpi.parent_id, []).append(kpi)
    branches: list[Branch] = []

    def grow(kpi: Kpi, depth: int) -> None:
        branches.append(Branch(kpi, depth, bond_of.get(kpi.pk)))
        for child in below.get(kpi.pk, []):
            grow(child, min(depth + 1, 4))

    for kpi in listed:
        if kpi.pk not in bond_of and kpi.pk in below:
            grow(kpi, 0)
    return branches


def _in_words(kpi: Kpi, key: str) -> str:
    value = getattr(kpi, f"get_{key}_display", lambda: getattr(kpi, key))()
    return "" if value is None else str(value)
