"""Every write to a labeling method: each version is a record that never changes."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data.models import LabelingMethod

FIELDS = (
    "approach",
    "label_meaning",
    "guideline",
    "labelers",
    "agreement",
    "quality_control",
    "sample_size",
    "known_weaknesses",
)


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


@dataclass(frozen=True)
class Change:
    """One field that differs between two versions."""

    label: str
    was: str
    now: str


@transaction.atomic
def create_method(project: Project, *, name: str, by: User, **fields: Any) -> LabelingMethod:  # Any: see FIELDS
    """Record how labels were obtained, as version 1; raises MethodNameTaken."""
    # Two people may choose the same name at once: the project's row lets one of them in at a time.
    Project.objects.select_for_update().get(pk=project.pk)
    if LabelingMethod.objects.filter(project=project, name=name).exists():
        raise MethodNameTaken(f"This project has a labeling method called {name}. Choose another name, or revise it.")
    method = LabelingMethod.objects.create(project=project, name=name, number=1, created_by=by, **fields)
    record(Action.LABELING_METHOD_CREATED, by=by, on=method, chain=project.chain, after=_values(method))
    return method


@transaction.atomic
def revise_method(
    method: LabelingMethod, *, change_reason: str, by: User, **fields: Any
) -> LabelingMethod:  # Any: see FIELDS
    """Record a new version that rests on `method`, and why.

    Raises StaleMethod when `method` is not the latest version, UnchangedMethod when nothing differs.
    """
    project = Project.objects.select_for_update().get(pk=method.project_id)
    latest = LabelingMethod.objects.latest_of(project, method.name)
    if latest.pk != method.pk:
        raise StaleMethod(latest)
    revised = LabelingMethod(
        project=project,
        name=method.name,
        number=method.number + 1,
        change_reason=change_reason,
        created_by=by,
        **{key: getattr(method, key) for key in FIELDS} | fields,
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
    """What differs between two versions, field by field."""
    pairs = [(key, _shown(older, key), _shown(newer, key)) for key in FIELDS]
    return [Change(_label(key), was, now) for key, was, now in pairs if was != now]


def _values(method: LabelingMethod) -> dict[str, Any]:
    return {key: getattr(method, key) for key in ("name", "number", *FIELDS)}


def _label(key: str) -> str:
    return str(LabelingMethod._meta.get_field(key).verbose_name).capitalize()  # type: ignore[union-attr]  # own columns


def _shown(method: LabelingMethod, key: str) -> str:
    if key == "approach":
        return method.get_approach_display()
    value = getattr(method, key)
    return "" if value is None else str(value)
