"""Every write to a labeling method: each version is a record that never changes."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.diff import Segment, words
from canvas.models import Project
from data import guidelines
from data.models import LabelingMethod

FIELDS = (
    "approach",
    "label_meaning",
    "guideline",
    "guideline_file_name",
    "guideline_sha256",
    "labelers",
    "labeler_role",
    "labeler_count",
    "agreement",
    "quality_control",
    "sample_size",
    "cost_amount",
    "cost_currency",
    "cost_unit",
    "known_weaknesses",
)
LABELS = {
    "label_meaning": "What each label means",
    "guideline_file_name": "Guideline file",
    "guideline_sha256": "Content of the guideline file",
    "labeler_count": "Number of labelers",
    "labeler_role": "Role of the labelers",
    "sample_size": "Rows labelled",
    "cost_unit": "Cost for",
}
# A guideline as a file, or the wish to go without the one that was.
Guideline = guidelines.Sent | None


class MethodNameTaken(Exception):
    """The project has a labeling method of this name."""


class StaleMethod(Exception):
    """A newer version of the method exists; `latest` is it."""

    def __init__(self, latest: LabelingMethod) -> None:
        self.latest = latest
        super().__init__(
            f"{latest.created_by} saved version {latest.number} of this method in the meantime. "
            "Nothing of yours is saved yet: compare, and save again."
        )


class UnchangedMethod(Exception):
    """The new version would say the same as the last."""


class NoGuideline(Exception):
    """Neither a text nor a file says what labelers were told."""


@dataclass(frozen=True)
class Change:
    """One field that differs between two versions, and its words told apart where it is a text."""

    label: str
    was: str
    now: str
    segments: list[Segment]


def create_method(
    project: Project, *, name: str, by: User, guideline_file: Guideline = None, **fields: Any
) -> LabelingMethod:  # Any: see FIELDS
    """Record how labels were obtained, as version 1; raises MethodNameTaken, NoGuideline, guidelines.Refused."""
    if not fields.get("guideline") and guideline_file is None:
        raise NoGuideline("Say what labelers were told: write it down, or attach the guideline as a file.")
    with transaction.atomic():
        # Two people may choose the same name at once: the project's row lets one of them in at a time.
        Project.objects.select_for_update().get(pk=project.pk)
        if LabelingMethod.objects.filter(project=project, name=name).exists():
            raise MethodNameTaken(
                f"This project has a labeling method called {name}. Choose another name, or revise it."
            )
        fields |= _kept(guideline_file)
        method = LabelingMethod.objects.create(project=project, name=name, number=1, created_by=by, **fields)
        record(Action.LABELING_METHOD_CREATED, by=by, on=method, chain=project.chain, after=_values(method))
    return method


@transaction.atomic
def revise_method(
    method: LabelingMethod,
    *,
    change_reason: str,
    by: User,
    guideline_file: Guideline = None,
    without_file: bool = False,
    **fields: Any,  # Any: see FIELDS
) -> LabelingMethod:
    """Record a new version that rests on `method`, and why; its guideline file stays unless another comes or it goes.

    Raises StaleMethod when `method` is not the latest version, UnchangedMethod when nothing differs, NoGuideline and
    guidelines.Refused.
    """
    project = Project.objects.select_for_update().get(pk=method.project_id)
    latest = LabelingMethod.objects.latest_of(project, method.name)
    if latest.pk != method.pk:
        raise StaleMethod(latest)
    if without_file:
        fields |= {"guideline_file_name": "", "guideline_sha256": ""}
    values = {key: getattr(method, key) for key in FIELDS} | fields | _kept(guideline_file)
    if not values["guideline"] and not values["guideline_sha256"]:
        raise NoGuideline("Say what labelers were told: write it down, or attach the guideline as a file.")
    revised = LabelingMethod(
        project=project,
        name=method.name,
        number=method.number + 1,
        change_reason=change_reason,
        created_by=by,
        **values,
    )
    if not changes_between(method, revised):
        raise UnchangedMethod("Nothing differs from the last version. Change something, or leave it as it is.")
    revised.save(force_insert=True)
    record(
        Action.LABELING_METHOD_REVISED,
        by=by,
        on=revised,
        chain=project.chain,
        before=_values(method),
        after=_values(revised),
        comment=change_reason,
    )
    return revised


def changes_between(older: LabelingMethod, newer: LabelingMethod) -> list[Change]:
    """What differs between two versions, field by field, with the words of texts told apart."""
    pairs = [(key, _shown(older, key), _shown(newer, key)) for key in FIELDS]
    return [Change(_label(key), was, now, words(was, now)) for key, was, now in pairs if was != now]


def _kept(sent: Guideline) -> dict[str, Any]:
    if sent is None:
        return {}
    kept = guidelines.keep(sent)
    return {"guideline_file_name": kept.file_name, "guideline_sha256": kept.sha256}


def _values(method: LabelingMethod) -> dict[str, Any]:
    values = {key: getattr(method, key) for key in ("name", "number", *FIELDS)}
    return values | {"cost_amount": None if method.cost_amount is None else str(method.cost_amount)}


def _label(key: str) -> str:
    name = str(LabelingMethod._meta.get_field(key).verbose_name)  # type: ignore[union-attr]  # own columns
    return LABELS.get(key, name.capitalize())


def _shown(method: LabelingMethod, key: str) -> str:
    if key == "approach":
        return method.get_approach_display()
    value = getattr(method, key)
    if key == "guideline_sha256" and value:
        return f"SHA-256 {value[:12]}…"
    if key == "cost_amount" and value is not None:
        return f"{value:.2f}"
    return "" if value is None else str(value)
