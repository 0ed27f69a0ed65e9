from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from registry.models import Stage
from standing import portfolio as reading
from standing import services
from standing.forms import PracticeForm, TargetsForm
from standing.maturity import BY_KEY
from standing.models import Practice, Targets
from standing.promises import BROKEN, KEPT, OPEN, Promise
from standing.targets import TARGETS

PER_PAGE = 50
# How many standings one press of the button brings up to date; the schedule does the rest.
MOST_AT_ONCE = 25
FILTERS = ("q", "tier", "level", "stage", "broken", "sort")


@require_safe
def project(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Where a project stands: three scores and the MLOps level, each with the records that lower it."""
    found = get_project(request.user, slug)
    return render(request, "standing/project.html", {"project": found, "stand": services.stand_of(found)})


@require_safe
def project_promises(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """What the plan promised, beside what the records say."""
    found = get_project(request.user, slug)
    made = services.promises_of(found)
    state = request.GET.get("state", "")
    shown = [one for one in made if one.state == state] if state in (BROKEN, OPEN, KEPT) else made
    context = {"project": found, "promises": shown, "counts": _counts(made), "state": state, "any": bool(made)}
    return render(request, "standing/promises.html", context)


@require_http_methods(["GET", "POST"])
def practice(request: AuthenticatedRequest, slug: str, criterion: str) -> HttpResponse:
    """Put down one's word on a criterion that no record shows, and read earlier ones."""
    found = get_project(request.user, slug, needs=Permission.EDIT_CANVAS)
    known = BY_KEY.get(criterion)
    if known is None or not known.is_attestable:
        raise Http404("No such criterion.")
    form = PracticeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.state_practice(found, criterion=criterion, by=request.user, **form.cleaned_data)
        except services.InvalidWord as reason:
            form.add_error("expires_on", str(reason))
        else:
            messages.success(request, "Your word is on record, with your name and its end.")
            return redirect("standing:project", slug)
    earlier = Practice.objects.filter(project=found, criterion=criterion).select_related("stated_by")
    context = {"project": found, "criterion": known, "form": form, "earlier": earlier}
    return render(request, "standing/practice.html", context, status=422 if form.errors else 200)


@require_safe
def portfolio(request: AuthenticatedRequest) -> HttpResponse:
    """Every project one may see, with where it stood when that was last worked out."""
    visible = Project.objects.visible_to(request.user)
    asked = {key: request.GET.get(key, "") for key in FILTERS}
    page = Paginator(reading.filtered(visible, asked), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "asked": asked, "summary": reading.summary(visible), "tiers": Project.RiskTier.choices,
        "stages": Stage.objects.values_list("name", flat=True), "columns": _columns(request, asked["sort"]),
        "waiting": len(services.outdated(visible)), "is_filtered": any(asked[key] for key in FILTERS[:-1]),
    }  # fmt: skip
    return render(request, "standing/portfolio.html", context)


@require_POST
def portfolio_refresh(request: AuthenticatedRequest) -> HttpResponse:
    """Work out now where the projects stand that changed since."""
    waiting = services.outdated(Project.objects.visible_to(request.user))
    done = services.refresh(waiting[:MOST_AT_ONCE])
    rest = len(waiting) - done
    said = f"{done} {'project is' if done == 1 else 'projects are'} up to date now."
    messages.success(request, f"{said} {rest} still wait; the schedule brings them along." if rest else said)
    return redirect("standing:portfolio")


@require_http_methods(["GET", "POST"])
def targets(request: AuthenticatedRequest) -> HttpResponse:
    """What the installation measures itself against, and every earlier version; administrators set the next."""
    numbers, held = services.targets_in_force()
    form = (
        TargetsForm(
            initial={key: f"{value:g}" for key, value in numbers.items()} | {"based_on": held.pk if held else 0}
        )
        if request.user.is_administrator
        else None
    )
    status, conflict = 200, ""
    if request.method == "POST":
        if not request.user.is_administrator:
            raise PermissionDenied("Only an administrator sets targets.")
        form, status = TargetsForm(request.POST), 422
        if form.is_valid():
            said = {"based_on": form.cleaned_data["based_on"], "reason": form.cleaned_data["reason"]}
            try:
                services.set_targets(form.values, by=request.user, **said)
            except services.StaleTargets as reason:
                form, status, conflict = _rebased(request, held), 409, str(reason)
            else:
                messages.success(request, "The targets are set. Scores and levels follow them from now on.")
                return redirect("standing:targets")
    context = {
        "form": form, "held": held, "conflict": conflict, "rows": [(one, numbers[one.key]) for one in TARGETS],
        "versions": [(one, _changes(one)) for one in Targets.objects.select_related("set_by")[:PER_PAGE]],
    }  # fmt: skip
    return render(request, "standing/targets.html", {"section": "portfolio"} | context, status=status)


def _rebased(request: HttpRequest, held: Targets | None) -> TargetsForm:
    """What was typed, resting on the targets that hold now."""
    typed = request.POST.copy()
    typed["based_on"] = str(held.pk if held else 0)
    form = TargetsForm(typed)
    form.is_valid()
    return form


def _changes(one: Targets) -> list[str]:
    """The targets of a version that differ from the defaults, in words."""
    return [
        f"{target.label}: {one.values[target.key]:g} {target.unit}"
        for target in TARGETS
        if one.values.get(target.key, target.default) != target.default
    ]


def _counts(made: Iterable[Promise]) -> dict[str, int]:
    states = [one.state for one in made]
    return {BROKEN: states.count(BROKEN), OPEN: states.count(OPEN), KEPT: states.count(KEPT)}


def _columns(request: HttpRequest, sort: str) -> list[dict[str, Any]]:
    """The sortable columns: label, the address that sorts by it, and how it is sorted now."""
    found = []
    for key, (_, label) in reading.SORTS.items():
        query = request.GET.copy()
        query.pop("page", None)
        # Numbers are asked for because the worst matters; a second press turns the order round.
        query["sort"] = f"-{key}" if sort == key or (key == "broken" and sort != "-broken") else key
        order = {"": "", key: "ascending", f"-{key}": "descending"}.get(sort, "")
        found.append({"key": key, "label": label, "url": f"?{query.urlencode()}", "order": order})
    return found
