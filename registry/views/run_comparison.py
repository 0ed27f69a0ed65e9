from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from registry.json_values import NotStorable
from registry.run_charts.histories import STEP, TIME, keys_over
from registry.run_comparison import MOST, Comparison
from registry.run_forms import HIGHER, LOWER, SelectionForm
from registry.run_table.page import Address
from registry.services import selections

TURNED = "turned"
MOST_CHARTS, MOST_CHARTS_EVER = 4, 24


@require_safe
def compare(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The runs that the address names, side by side."""
    project = get_project(request.user, slug)
    return _render(request, project, request.GET.getlist("run"))


@require_POST
def choose(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Record which of the compared runs was chosen, and why."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    compared = request.POST.getlist("run")
    comparison = Comparison.of(project, compared)
    form = SelectionForm(request.POST, runs=comparison.runs, metrics=comparison.metrics)
    if form.is_valid():
        try:
            selection = selections.record_selection(project, candidates=compared, by=request.user, **form.choice())
        except (selections.InvalidSelection, selections.StillGoing, NotStorable) as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, "The choice is recorded, with its candidates as they stand now.")
            return redirect(selection)
    return _render(request, project, compared, form=form)


def _render(
    request: AuthenticatedRequest, project: Project, run_ids: Sequence[str], *, form: SelectionForm | None = None
) -> HttpResponse:
    turned = request.GET.getlist(TURNED)
    comparison = Comparison.of(project, run_ids, turned=turned)
    if form is None:
        form = SelectionForm(runs=comparison.runs, metrics=comparison.metrics, initial=_first_guess(comparison))
    # After a refused choice the runs stand in the body; the page's own links name them all the same.
    query = request.GET.copy()
    query.setlist("run", [run.run_id for run in comparison.runs])
    address = Address(query)
    # As on the page of one run: what draws is loaded when something is drawn.
    from registry.run_charts.lines import charts  # noqa: PLC0415
    from registry.run_charts.parallel import parallel  # noqa: PLC0415

    by = TIME if request.GET.get("x") == TIME else STEP
    most = MOST_CHARTS_EVER if request.GET.get("charts") == "all" else MOST_CHARTS
    keys = keys_over(comparison.runs) if comparison.is_side_by_side else []
    context = {
        "project": project,
        "comparison": comparison,
        "here": f"{reverse('registry:run-compare', args=[project.slug])}",
        "columns": [
            (run, address.having(run=[other.run_id for other in comparison.runs if other.pk != run.pk]))
            for run in comparison.runs
        ],
        "metrics": [(line, address.having(turned=_toggled(turned, line.key))) for line in comparison.metrics],
        "crossed": parallel(comparison) if len(comparison.runs) > 1 else None,
        "charts": charts(comparison.runs, keys[:most], by=by) if len(comparison.runs) > 1 else [],
        "charts_left_out": max(0, len(keys) - most),
        "by": by,
        "other_axis": address.having(x=STEP if by == TIME else TIME),
        "every_chart": address.having(charts="all"),
        "form": form,
        "left_out": len(set(run_ids)) - len(comparison.runs),
        "most": MOST,
        "can_choose": len(comparison.runs) > 1 and bool(comparison.metrics),
        "tab": "models",
    }
    return render(request, "registry/run_comparison.html", context, status=422 if form.errors else 200)


def _first_guess(comparison: Comparison) -> dict[str, str]:
    """The first metric that tells the runs apart, scores before losses and times, and the run that is best by it."""
    for line in sorted(comparison.metrics, key=lambda line: not line.higher_is_better):
        for at in sorted(line.best):
            chosen = comparison.runs[at].run_id
            return {"metric": line.key, "direction": HIGHER if line.higher_is_better else LOWER, "chosen": chosen}
    return {}


def _toggled(names: Sequence[str], name: str) -> list[str]:
    return [other for other in names if other != name] if name in names else [*names, name]
