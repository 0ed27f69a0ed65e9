from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from canvas import portfolio
from canvas.forms.opportunities import OpportunityForm, ProcessForm, ReasonForm, WeightsForm
from canvas.matrix import matrix
from canvas.models import Opportunity, Process, Project, RankingWeights
from canvas.ranking import DEFAULT, KEYS, bounds, terms
from canvas.services import opportunities, projects
from canvas.services.similar import similar_to
from canvas.views.requests import signed_in

PER_PAGE = 50
# Which entry of the side bar these pages belong to.
HERE = {"section": "opportunities"}
LONGEST_TEXT = 4000
Status = Opportunity.Status


@require_safe
def opportunity_list(request: HttpRequest) -> HttpResponse:
    """Every idea, ranked, with the picture of those that are open."""
    user = signed_in(request)
    asked = {name: request.GET.get(name, "").replace("\0", "").strip() for name in ("status", "process", "q")}
    weights, held = opportunities.weights_in_force()
    rows = portfolio.ranking(weights)
    # A search looks everywhere, so that nobody proposes again what was declined.
    status = asked["status"] or ("" if asked["q"] else Status.OPEN)
    if status not in Status.values:
        status = ""
    found = portfolio.filtered(rows, status=status, process=asked["process"], query=asked["q"])
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    svg, words = matrix([row for row in found if row.rank is not None])
    low, high = bounds(weights)
    context = {
        "page": page, "query": asked["q"], "status": asked["status"] or status, "process": asked["process"],
        "statuses": Status.choices, "processes": Process.objects.all(), "any": bool(rows), "svg": svg, "words": words,
        "weights": weights, "weights_version": held, "low": low, "high": high, "may_add": opportunities.may_add(user),
        "slugs": portfolio.slugs_for(Project.objects.visible_to(user), [row.opportunity for row in page]),
    }  # fmt: skip
    return render(request, "canvas/opportunity_list.html", HERE | context)


@require_safe
def opportunity_detail(request: HttpRequest, opportunity_id: int) -> HttpResponse:
    """One idea, and what can be done with it."""
    return _render_detail(request, _opportunity(opportunity_id))


@require_http_methods(["GET", "POST"])
def opportunity_create(request: HttpRequest) -> HttpResponse:
    """Bring in an idea."""
    user = _adding(request)
    given = {"process": request.GET.get("process")}
    form = OpportunityForm(request.POST if request.method == "POST" else None, initial=given)
    if request.method == "POST" and form.is_valid():
        fields = {key: value for key, value in form.cleaned_data.items() if key != "based_on"}
        try:
            added = opportunities.add(by=user, **fields)
        except opportunities.TaskTaken as reason:
            form.add_error("task", str(reason))
        else:
            messages.success(request, f"The idea “{added}” is in the ranking.")
            return redirect(added)
    context = {"form": form, "processes": Process.objects.exists()}
    return render(request, "canvas/opportunity_form.html", HERE | context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def opportunity_edit(request: HttpRequest, opportunity_id: int) -> HttpResponse:
    """Change an idea; the journal keeps what it was."""
    user = signed_in(request)
    held = _opportunity(opportunity_id)
    _ensure_may_change(user, held)
    sent = request.POST if request.method == "POST" else None
    form = OpportunityForm(sent, instance=_opportunity(opportunity_id), initial={"based_on": held.revision})
    context: dict[str, Any] = {"form": form, "opportunity": held, "processes": True}
    if request.method == "POST" and form.is_valid():
        fields = {key: value for key, value in form.cleaned_data.items() if key != "based_on"}
        try:
            opportunities.change(held, by=user, based_on=form.cleaned_data["based_on"], **fields)
        except opportunities.TaskTaken as reason:
            form.add_error("task", str(reason))
        except (opportunities.StaleOpportunity, opportunities.NotOpen) as reason:
            latest = _opportunity(opportunity_id)
            form = _rebased(OpportunityForm, request, str(latest.revision), instance=_opportunity(opportunity_id))
            context |= {
                "form": form,
                "opportunity": latest,
                "conflict": reason,
                "differences": _differences(form, latest),
            }
            return render(request, "canvas/opportunity_form.html", HERE | context, status=409)
        else:
            messages.success(request, f"The idea “{held}” is changed.")
            return redirect(held)
    return render(request, "canvas/opportunity_form.html", HERE | context, status=422 if form.errors else 200)


@require_POST
def opportunity_decline(request: HttpRequest, opportunity_id: int) -> HttpResponse:
    """Put an idea aside with a reason."""
    return _decide(request, opportunity_id, opportunities.decline, "The idea is declined. It stays findable.")


@require_POST
def opportunity_reopen(request: HttpRequest, opportunity_id: int) -> HttpResponse:
    """Bring a declined idea back with a reason."""
    return _decide(request, opportunity_id, opportunities.reopen, "The idea is open again.")


@require_POST
def opportunity_start(request: HttpRequest, opportunity_id: int) -> HttpResponse:
    """Make a project of an idea."""
    user = _adding(request)
    held = _opportunity(opportunity_id)
    try:
        project = opportunities.start(held, by=user)
    except (opportunities.NotOpen, projects.NameTaken) as reason:
        return _render_detail(request, _opportunity(opportunity_id), conflict=str(reason), status=409)
    messages.success(request, f"The project {project} is yours. What was known stands in block 1.")
    return redirect("canvas:board", project.slug)


@require_safe
def process_list(request: HttpRequest) -> HttpResponse:
    """The processes that were taken apart, with how many ideas each gave."""
    user = signed_in(request)
    counted = Process.objects.select_related("created_by").annotate(
        tasks=Count("opportunities"), open_tasks=Count("opportunities", filter=Q(opportunities__status=Status.OPEN))
    )
    counted = counted.order_by("name")
    page = Paginator(counted, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may_add": opportunities.may_add(user)}
    return render(request, "canvas/opportunity_process_list.html", HERE | context)


@require_http_methods(["GET", "POST"])
def process_create(request: HttpRequest) -> HttpResponse:
    """Add a process."""
    user = _adding(request)
    form = ProcessForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        fields = {key: value for key, value in form.cleaned_data.items() if key != "based_on"}
        try:
            added = opportunities.add_process(by=user, **fields)
        except opportunities.ProcessNameTaken as reason:
            form.add_error("name", str(reason))
        else:
            messages.success(request, f"The process {added} is added. Now name its tasks.")
            return redirect("canvas:process-edit", added.pk)
    return render(request, "canvas/opportunity_process.html", HERE | {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def process_edit(request: HttpRequest, process_id: int) -> HttpResponse:
    """A process with its tasks; its creator and administrators change it."""
    user = signed_in(request)
    held = get_object_or_404(Process.objects.select_related("created_by"), pk=process_id)
    may_change = opportunities.may_change(user, held)
    context = {
        "process": held, "may_change": may_change, "may_add": opportunities.may_add(user),
        "rows": portfolio.filtered(portfolio.ranking(), process=str(held.pk)),
    }  # fmt: skip
    if request.method == "GET":
        form = ProcessForm(instance=held, initial={"based_on": held.fingerprint}) if may_change else None
        return render(request, "canvas/opportunity_process.html", HERE | context | {"form": form})
    _ensure_may_change(user, held)
    form = ProcessForm(request.POST, instance=Process.objects.get(pk=held.pk))
    status = 422
    if form.is_valid():
        try:
            opportunities.change_process(held, by=user, **form.cleaned_data)
        except opportunities.ProcessNameTaken as reason:
            form.add_error("name", str(reason))
        except opportunities.StaleOpportunity as reason:
            latest, status = Process.objects.get(pk=process_id), 409
            form = _rebased(ProcessForm, request, latest.fingerprint, instance=Process.objects.get(pk=process_id))
            context |= {"process": latest, "conflict": reason, "differences": _differences(form, latest)}
        else:
            messages.success(request, f"The process {held} is changed.")
            return redirect("canvas:process-edit", process_id)
    return render(request, "canvas/opportunity_process.html", HERE | context | {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def ranking_weights(request: HttpRequest) -> HttpResponse:
    """How much each score counts, and every earlier version; administrators set the next."""
    user = signed_in(request)
    weights, held = opportunities.weights_in_force()
    initial = {key: getattr(weights, key) for key in KEYS} | {"based_on": held.pk if held else 0}
    form, status, conflict = (WeightsForm(initial=initial) if user.is_administrator else None), 200, ""
    if request.method == "POST":
        if not user.is_administrator:
            raise PermissionDenied("Only an administrator changes the weights.")
        form, status = WeightsForm(request.POST), 422
        if form.is_valid():
            said = {"based_on": form.cleaned_data["based_on"], "reason": form.cleaned_data["reason"]}
            try:
                opportunities.set_weights(form.weights, by=user, **said)
            except opportunities.InvalidWeights as reason:
                form.add_error(None, str(reason))
            except opportunities.StaleOpportunity as reason:
                form = _rebased(WeightsForm, request, str(held.pk if held else 0))
                status, conflict = 409, str(reason)
            else:
                messages.success(request, "The weights are set. The ranking follows them from now on.")
                return redirect("canvas:ranking-weights")
    versions = RankingWeights.objects.select_related("set_by")[:PER_PAGE]
    context = {
        "form": form,
        "weights": weights,
        "held": held,
        "versions": versions,
        "default": DEFAULT,
        "conflict": conflict,
    }
    return render(request, "canvas/opportunity_weights.html", HERE | context, status=status)


@require_safe
def similar(request: HttpRequest) -> HttpResponse:
    """What resembles a name and a purpose while somebody types them; a fragment for the page of a new project."""
    user = signed_in(request)
    text = " ".join(request.GET.get(key, "").replace("\0", "") for key in ("name", "purpose"))
    return render(request, "canvas/_similar.html", {"similar": similar_to(text[:LONGEST_TEXT], user=user)})


def _opportunity(opportunity_id: int) -> Opportunity:
    named = Opportunity.objects.select_related("process", "created_by", "decided_by", "project")
    return get_object_or_404(named, pk=opportunity_id)


def _adding(request: HttpRequest) -> User:
    user = signed_in(request)
    if not opportunities.may_add(user):
        raise PermissionDenied("Auditors read ideas, and change none.")
    return user


def _ensure_may_change(user: User, held: Opportunity | Process) -> None:
    if not opportunities.may_change(user, held):
        raise PermissionDenied(f"Only {held.created_by} and administrators change this.")


def _decide(request: HttpRequest, opportunity_id: int, verb: Callable[..., Opportunity], said: str) -> HttpResponse:
    user = signed_in(request)
    held = _opportunity(opportunity_id)
    _ensure_may_change(user, held)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _render_detail(request, held, reason_form=form, status=422)
    try:
        verb(held, by=user, **form.cleaned_data)
    except (opportunities.StaleOpportunity, opportunities.NotOpen) as reason:
        latest = _opportunity(opportunity_id)
        form = _rebased(ReasonForm, request, str(latest.revision))
        return _render_detail(request, latest, reason_form=form, conflict=str(reason), status=409)
    messages.success(request, said)
    return redirect(held)


def _render_detail(
    request: HttpRequest,
    held: Opportunity,
    *,
    reason_form: ReasonForm | None = None,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    user = signed_in(request)
    weights, _ = opportunities.weights_in_force()
    row = next(one for one in portfolio.ranking(weights) if one.opportunity.pk == held.pk)
    low, high = bounds(weights)
    near = similar_to(f"{held.task} {held.idea}", user=user)
    context = {
        "opportunity": held, "row": row, "terms": terms(held, weights), "low": low, "high": high, "conflict": conflict,
        "may_change": opportunities.may_change(user, held), "may_start": opportunities.may_add(user),
        "reason_form": reason_form or ReasonForm(initial={"based_on": held.revision}),
        "similar": [one for one in near if one.url != held.get_absolute_url()],
        "slug": portfolio.slugs_for(Project.objects.visible_to(user), [held]).get(held.project_id or 0),
    }  # fmt: skip
    return render(request, "canvas/opportunity_detail.html", HERE | context, status=status)


def _rebased(form_class: type[Any], request: HttpRequest, based_on: str, **kwargs: Any) -> Any:  # Any: any of our forms
    """What was typed, resting on what holds now, so that saving again is a decision and not an accident."""
    typed = request.POST.copy()
    typed["based_on"] = based_on
    form = form_class(typed, **kwargs)
    form.is_valid()
    return form


def _differences(form: Any, latest: Opportunity | Process) -> list[tuple[str, str, str]]:  # Any: a model form
    """Label, what holds and what was typed, for every field in which they differ."""
    keys = [key for key in form.fields if key != "based_on"]
    both = [(form.fields[key].label, _in_words(latest, key), _in_words(form.instance, key)) for key in keys]
    return [(label, theirs, yours) for label, theirs, yours in both if theirs != yours]


def _in_words(held: Opportunity | Process, key: str) -> str:
    value = getattr(held, key)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return f"{value * 100:g} %"
    return "" if value is None else str(value)
