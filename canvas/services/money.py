"""Every write to the lines of money in a plan: costs, benefits, error costs and stated zeros."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.blocks import BLOCKS, get_block
from canvas.currencies import mentioned_currency
from canvas.models import BenefitLine, CostItem, CostWaiver, ErrorCost, Project, RoiEstimate
from canvas.models.money import MoneyLine
from canvas.services.blocks import latest_revision

Line = TypeVar("Line", bound=MoneyLine)
KEPT_OUT = ("id", "project", "created_by", "created_at", "changed_at", "removed_at")
ERROR_COSTS_BLOCK = 5


class StaleLine(Exception):
    """Somebody changed the line in the meantime."""


class LineRemoved(Exception):
    """The line was removed in the meantime."""


class NotZero(Exception):
    """A block that has cost items does not cost nothing."""


ACTIONS: dict[type[MoneyLine], tuple[Action, Action, Action]] = {
    CostItem: (Action.COST_ADDED, Action.COST_CHANGED, Action.COST_REMOVED),
    BenefitLine: (Action.BENEFIT_ADDED, Action.BENEFIT_CHANGED, Action.BENEFIT_REMOVED),
    ErrorCost: (Action.ERROR_COST_ADDED, Action.ERROR_COST_CHANGED, Action.ERROR_COST_REMOVED),
}


@transaction.atomic
def add_line(model: type[Line], project: Project, *, by: User, **fields: Any) -> Line:  # Any: the model's columns
    """Add a cost item, a benefit line or an error cost; a cost takes back its block's stated zero."""
    Project.objects.select_for_update().get(pk=project.pk)
    line = model(project=project, created_by=by, **fields)
    line.save()
    if isinstance(line, CostItem):
        _take_back_zero(line, by)
    record(ACTIONS[model][0], by=by, on=line, chain=project.chain, after=_values(line))
    return line


@transaction.atomic
def change_line(line: Line, *, by: User, based_on: int, **fields: Any) -> Line:  # Any: the model's columns
    """Change a line; without a difference nothing is written. Raises StaleLine and LineRemoved."""
    held = _locked(line, based_on)
    before = _values(held)
    for key, value in fields.items():
        setattr(held, key, value)
    if _values(held) == before:
        return held
    held.revision += 1
    held.changed_at = timezone.now()
    held.save()
    if isinstance(held, CostItem):
        _take_back_zero(held, by)
    action = ACTIONS[type(held)][1]
    record(action, by=by, on=held, chain=held.project.chain, before=before, after=_values(held))
    return held


@transaction.atomic
def remove_line(line: Line, *, by: User, based_on: int) -> None:
    """Take a line out of the plan; estimates that were made with it keep it. Raises StaleLine and LineRemoved."""
    held = _locked(line, based_on)
    held.removed_at = timezone.now()
    held.save(update_fields=["removed_at"])
    record(ACTIONS[type(held)][2], by=by, on=held, chain=held.project.chain, before=_values(held))


@transaction.atomic
def waive_cost(project: Project, *, block: int, reason: str, by: User) -> CostWaiver:
    """State with a reason that a block costs nothing; raises NotZero when it has cost items. A new reason replaces."""
    Project.objects.select_for_update().get(pk=project.pk)
    if CostItem.objects.filter(project=project, block=block, removed_at__isnull=True).exists():
        raise NotZero(f"Block {block} has cost items. Remove them first, or leave out the zero.")
    held = CostWaiver.objects.filter(project=project, block=block).first()
    if held and held.reason == reason:
        return held
    fields = {"reason": reason, "stated_by": by, "stated_at": timezone.now()}
    waiver, _ = CostWaiver.objects.update_or_create(project=project, block=block, defaults=fields)
    after = {"block": block, "reason": reason}
    record(Action.COST_WAIVED, by=by, on=waiver, chain=project.chain, label=_zero(block), after=after)
    return waiver


@transaction.atomic
def take_back_waiver(waiver: CostWaiver, *, by: User) -> None:
    """No longer state that a block costs nothing."""
    _delete_waiver(waiver, by)


def latest_estimate(project: Project) -> RoiEstimate | None:
    """The newest frozen estimate, or None; `canvas.roi` says what its `results` hold."""
    return RoiEstimate.objects.filter(project=project).order_by("-number").first()


@dataclass(frozen=True)
class BlockCosts:
    """What a block costs as far as it is stated: its items, or a zero with a reason, or neither yet."""

    number: int
    title: str
    items: list[CostItem]
    waiver: CostWaiver | None

    @property
    def is_stated(self) -> bool:
        """Whether the block says what it costs."""
        return bool(self.items) or self.waiver is not None


def costs_by_block(project: Project) -> list[BlockCosts]:
    """The costs of all ten blocks, each of which can hide some; two queries."""
    items: dict[int, list[CostItem]] = {}
    for item in CostItem.objects.filter(project=project, removed_at__isnull=True):
        items.setdefault(item.block, []).append(item)
    waivers = {
        waiver.block: waiver for waiver in CostWaiver.objects.filter(project=project).select_related("stated_by")
    }
    return [BlockCosts(b.number, b.title, items.get(b.number, []), waivers.get(b.number)) for b in BLOCKS]


def costs_of_block(project: Project, number: int) -> BlockCosts:
    """The costs of one block; two queries."""
    items = list(CostItem.objects.filter(project=project, block=number, removed_at__isnull=True))
    waiver = CostWaiver.objects.filter(project=project, block=number).select_related("stated_by").first()
    return BlockCosts(number, get_block(number).title, items, waiver)


def offered_error_costs(project: Project) -> list[dict[str, Any]]:
    """What block 5 says errors cost, as the beginnings of error costs that the plan does not have yet."""
    revision = latest_revision(project, ERROR_COSTS_BLOCK)
    rows = revision.answers.get("error_costs", []) if revision else []
    held = ErrorCost.objects.filter(project=project, removed_at__isnull=True).values_list("label", flat=True)
    have = {label.casefold() for label in held}
    return [row for row in map(_offered, rows) if row and row["label"].casefold() not in have]


def _offered(row: dict[str, Any]) -> dict[str, Any]:
    """One row of block 5 as columns of an error cost; empty where it names no amount of money."""
    currency = mentioned_currency(str(row.get("unit", "")))
    if currency is None or not row.get("cost") or not row.get("consequence"):
        return {}
    kind = str(row.get("error", "")).replace("_", "-")
    return {
        "label": str(row["consequence"]).splitlines()[0][:200],
        "kind": kind if kind in ErrorCost.Kind.values else ErrorCost.Kind.OTHER,
        "unit_cost": row["cost"],
        "currency": currency,
        "bearer": str(row.get("borne_by", ""))[:120],
        "note": str(row.get("basis", ""))[:300],
    }


def _locked(line: Line, based_on: int) -> Line:
    found: Any = type(line)._default_manager.select_for_update(of=("self",)).select_related("project")
    held: Line = found.get(pk=line.pk)
    if held.removed_at is not None:
        raise LineRemoved(f"{held.label} was removed while you were writing. Add it anew to keep what you typed.")
    if held.revision != based_on:
        raise StaleLine(
            f"Somebody else changed {held.label} while you were writing. Nothing of yours is lost: "
            "compare it with the line as it is now, then save again."
        )
    return held


def _take_back_zero(item: CostItem, by: User) -> None:
    waiver = CostWaiver.objects.filter(project=item.project, block=item.block).first()
    if waiver:
        _delete_waiver(waiver, by)


def _delete_waiver(waiver: CostWaiver, by: User) -> None:
    before = {"block": waiver.block, "reason": waiver.reason}
    label, chain = _zero(waiver.block), waiver.project.chain
    record(Action.COST_WAIVER_REMOVED, by=by, on=waiver, chain=chain, label=label, before=before)
    waiver.delete()


def _zero(block: int) -> str:
    return f"block {block}, {get_block(block).title}, costs nothing"


def _values(line: MoneyLine) -> dict[str, Any]:
    """The line's columns as the journal keeps them."""
    return {key: _plain(value) for key, value in model_to_dict(line, exclude=KEPT_OUT).items()}


def _plain(value: Any) -> Any:  # Any: a column's value, as JSON
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value if isinstance(value, int | float | str | None) else str(value)
