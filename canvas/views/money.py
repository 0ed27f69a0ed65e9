from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from canvas.access import get_project
from canvas.blocks import BLOCKS, Block, get_block
from canvas.forms.money import BenefitForm, CostForm, ErrorCostForm, LineForm, WaiverForm
from canvas.models import BenefitLine, CostItem, CostWaiver, ErrorCost, Project, RoiEstimate
from canvas.models.money import MoneyLine
from canvas.roles import Permission
from canvas.services import money
from canvas.views.requests import signed_in


@dataclass(frozen=True)
class Noun:
    """One kind of line, with its form and its words."""

    key: str
    model: type[MoneyLine]
    form: type[LineForm]
    new: str
    words: str


NOUNS = {
    "cost": Noun("cost", CostItem, CostForm, "New cost", "cost"),
    "benefit": Noun("benefit", BenefitLine, BenefitForm, "New benefit", "benefit"),
    "error-cost": Noun("error-cost", ErrorCost, ErrorCostForm, "New error cost", "error cost"),
}


@require_safe
def money_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What the project costs and what it is worth."""
    project = get_project(signed_in(request), slug)
    blocks = money.costs_by_block(project)
    benefits = BenefitLine.objects.filter(project=project, removed_at__isnull=True).select_related("kpi")
    errors = ErrorCost.objects.filter(project=project, removed_at__isnull=True)
    estimates = list(RoiEstimate.objects.filter(project=project).select_related("created_by").defer("lines")[:50])
    context = {
        "project": project,
        "blocks": blocks,
        "silent": [block for block in blocks if not block.is_stated],
        "cost_count": sum(len(block.items) for block in blocks),
        "hidden_count": sum(item.is_hidden for block in blocks for item in block.items),
        "benefits": list(benefits),
        "errors": list(errors),
        "offered": list(enumerate(money.offered_error_costs(project))),
        "estimates": estimates,
        "latest": estimates[0] if estimates else None,
    }
    return render(request, "canvas/money_page.html", context)


@require_http_methods(["GET", "POST"])
def line_create(request: HttpRequest, slug: str, noun: str) -> HttpResponse:
    """Add a cost, a benefit or an error cost."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    kind = NOUNS[noun]
    sent = request.POST if request.method == "POST" else None
    form = kind.form(sent, project=project, initial=_beginning(request, project, kind))
    if request.method == "POST" and form.is_valid():
        line = money.add_line(kind.model, project, by=user, **form.columns)
        messages.success(request, f"The {kind.words} {line} is added.")
        return redirect("canvas:money", slug)
    context = {"project": project, "form": form, "noun": kind}
    return render(request, "canvas/money_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def line_edit(request: HttpRequest, slug: str, noun: str, line_id: int) -> HttpResponse:
    """Change a cost, a benefit or an error cost; the journal keeps what it was."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    kind = NOUNS[noun]
    held = _line(project, kind, line_id)
    sent = request.POST if request.method == "POST" else None
    form = kind.form(sent, project=project, instance=_line(project, kind, line_id), initial={"based_on": held.revision})
    if request.method == "POST" and form.is_valid():
        try:
            based_on = form.cleaned_data["based_on"] or 0
            changed = money.change_line(held, by=user, based_on=based_on, **form.columns)
        except money.StaleLine as reason:
            return _render_conflict(request, project, kind, line_id, reason)
        except money.LineRemoved as reason:
            messages.error(request, str(reason))
            return redirect("canvas:money", slug)
        said = f"{changed} is changed." if changed.revision != held.revision else "Nothing changed."
        messages.success(request, said)
        return redirect("canvas:money", slug)
    context = {"project": project, "form": form, "line": held, "noun": kind}
    return render(request, "canvas/money_form.html", context, status=422 if form.errors else 200)


@require_POST
def line_remove(request: HttpRequest, slug: str, noun: str, line_id: int) -> HttpResponse:
    """Take a line out of the plan."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    line = _line(project, NOUNS[noun], line_id)
    try:
        money.remove_line(line, by=user, based_on=_number(request.POST.get("based_on")))
    except (money.StaleLine, money.LineRemoved) as reason:
        messages.error(request, f"{reason} It was not removed.")
    else:
        messages.success(request, f"{line} is removed. Estimates that were made with it keep it.")
    return redirect("canvas:money", slug)


@require_http_methods(["GET", "POST"])
def cost_waive(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """State with a reason that a block costs nothing."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    waiver = CostWaiver.objects.filter(project=project, block=number).first()
    block = _block(number)
    form = WaiverForm(
        request.POST if request.method == "POST" else None, initial={"reason": waiver.reason if waiver else ""}
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            money.waive_cost(project, block=number, reason=form.cleaned_data["reason"], by=user)
        except money.NotZero as reason:
            form.add_error(None, str(reason))
            status = 409
        else:
            messages.success(request, f"It is stated that block {number} costs nothing.")
            return redirect("canvas:money", slug)
    if form.errors and status == 200:
        status = 422
    context = {"project": project, "form": form, "block": block, "waiver": waiver}
    return render(request, "canvas/money_waiver.html", context, status=status)


@require_POST
def cost_unwaive(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """No longer state that a block costs nothing."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    waiver = get_object_or_404(CostWaiver.objects.select_related("project"), project=project, block=number)
    money.take_back_waiver(waiver, by=user)
    messages.success(request, f"Block {number} no longer states a zero.")
    return redirect("canvas:money", slug)


def _block(number: int) -> Block:
    if number not in {block.number for block in BLOCKS}:
        raise Http404("No such block.")
    return get_block(number)


def _line(project: Project, kind: Noun, line_id: int) -> Any:  # Any: a line of the kind
    model: Any = kind.model
    return get_object_or_404(
        model.objects.select_related("project"), project=project, pk=line_id, removed_at__isnull=True
    )


def _beginning(request: HttpRequest, project: Project, kind: Noun) -> dict[str, Any]:
    """What a new line starts from: the block one came from, what block 5 says, and the currency used last."""
    newest = kind.model._default_manager.filter(project=project).order_by("-pk").first()
    currency = getattr(newest, "currency", None) or _currency_of(project)
    begun: dict[str, Any] = {"based_on": 0, "currency": currency}
    if kind.key == "cost":
        return begun | {"block": request.GET.get("block", "")}
    offered = money.offered_error_costs(project) if kind.key == "error-cost" and "offer" in request.GET else []
    place = _number(request.GET.get("offer"))
    return begun | (offered[place] if 0 <= place < len(offered) else {})


def _currency_of(project: Project) -> str:
    cost = CostItem.objects.filter(project=project, removed_at__isnull=True).order_by("-pk").first()
    return cost.currency if cost else "EUR"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1


def _render_conflict(
    request: HttpRequest, project: Project, kind: Noun, line_id: int, reason: money.StaleLine
) -> HttpResponse:
    """What holds beside what was typed, which stays in the form and now rests on what holds."""
    latest = _line(project, kind, line_id)
    typed = request.POST.copy()
    typed["based_on"] = str(latest.revision)
    form = kind.form(typed, project=project, instance=_line(project, kind, line_id))
    form.is_valid()
    differences = [
        (form.fields[key].label, _in_words(latest, key), _in_words(form.instance, key))
        for key in form.changed_data
        if key != "based_on"
    ]
    context: Mapping[str, Any] = {
        "project": project, "form": form, "line": latest, "noun": kind, "conflict": reason, "differences": differences,
    }  # fmt: skip
    return render(request, "canvas/money_form.html", context, status=409)


def _in_words(line: Model, key: str) -> str:
    value = getattr(line, f"get_{key}_display", lambda: getattr(line, key))()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
