"""Every write to a feature definition: each version is a record that never changes but for its place in the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.diff import Segment, words
from canvas.models import Project
from data.models import FeatureDefinition

FIELDS = (
    "description",
    "entity",
    "entity_key",
    "source",
    "source_fields",
    "transformation",
    "data_type",
    "order",
    "unit",
    "availability",
    "availability_note",
    "leakage",
    "leakage_note",
    "proxy",
    "proxy_note",
    "is_sensitive",
    "expert",
    "owner",
    "max_age_days",
)
LABELS = {
    "source_fields": "Source fields",
    "data_type": "Data type",
    "order": "Order",
    "availability_note": "When it is known",
    "leakage": "Leakage check",
    "leakage_note": "Note on leakage",
    "proxy": "Proxy check",
    "proxy_note": "Note on proxies",
    "max_age_days": "Oldest value in days",
    "entity_key": "Key of the entity",
    "source": "Data source",
}
MOST_AT_ONCE = 500


class FeatureNameTaken(Exception):
    """The project has a feature of this name."""


class StaleFeature(Exception):
    """A newer version of the feature exists; `latest` is it."""

    def __init__(self, latest: FeatureDefinition) -> None:
        self.latest = latest
        super().__init__(
            f"{latest.created_by} saved version {latest.number} of this feature in the meantime. "
            "Nothing of yours is saved yet: compare, and save again."
        )


class UnchangedFeature(Exception):
    """The new version would say the same as the last."""


class Retired(Exception):
    """The feature is retired, and a retired feature is neither changed, shared nor reused."""


class NotReusable(Exception):
    """The feature cannot be reused here; the message says why, for people."""


@dataclass(frozen=True)
class Change:
    """One field that differs between two versions, with its words told apart."""

    label: str
    was: str
    now: str
    segments: list[Segment]


@dataclass(frozen=True)
class Imported:
    """What a bulk import did: the features it defined, and the names the project had already."""

    defined: list[FeatureDefinition]
    known: list[str]


@transaction.atomic
def define_feature(project: Project, *, name: str, by: User, **fields: Any) -> FeatureDefinition:  # Any: see FIELDS
    """Define a feature as version 1; raises FeatureNameTaken."""
    _lock(project)
    if FeatureDefinition.objects.filter(project=project, name=name).exists():
        raise FeatureNameTaken(f"This project has a feature called {name}. Choose another name, or revise it.")
    return _define(project, name=name, by=by, **fields)


@transaction.atomic
def define_features(project: Project, drafts: Sequence[dict[str, Any]], *, by: User) -> Imported:
    """Define several features at once, such as the columns of a schema; names that the project has are left alone."""
    _lock(project)
    held = set(FeatureDefinition.objects.filter(project=project).values_list("name", flat=True))
    defined, known = [], []
    for draft in drafts[:MOST_AT_ONCE]:
        if draft["name"] in held:
            known.append(draft["name"])
            continue
        held.add(draft["name"])
        defined.append(_define(project, by=by, **draft))
    return Imported(defined, known)


@transaction.atomic
def revise_feature(
    feature: FeatureDefinition, *, change_reason: str, by: User, **fields: Any
) -> FeatureDefinition:  # Any: see FIELDS
    """Record a new version that rests on `feature`, and why; it keeps its place in the catalogue.

    Raises StaleFeature when `feature` is not the latest version, UnchangedFeature when nothing differs, Retired.
    """
    latest = _latest(feature)
    if latest.pk != feature.pk:
        raise StaleFeature(latest)
    _refuse_retired(latest)
    revised = FeatureDefinition(
        project=latest.project,
        name=latest.name,
        number=latest.number + 1,
        change_reason=change_reason,
        is_shared=latest.is_shared,
        reused_from=latest.reused_from,
        created_by=by,
        **{key: getattr(latest, key) for key in FIELDS} | fields,
    )
    if not changes_between(latest, revised):
        raise UnchangedFeature("Nothing differs from the last version. Change something, or leave it as it is.")
    revised.save(force_insert=True)
    record(
        Action.FEATURE_REVISED,
        by=by,
        on=revised,
        chain=latest.project.chain,
        before=_values(latest),
        after=_values(revised),
        comment=change_reason,
    )
    return revised


@transaction.atomic
def retire_feature(feature: FeatureDefinition, *, by: User, reason: str = "") -> FeatureDefinition:
    """Retire a feature, which takes it out of the catalogue; its versions stay readable. Twice changes nothing."""
    latest = _latest(feature)
    if latest.retired_at is None:
        latest.retired_at, latest.is_shared = timezone.now(), False
        latest.save(update_fields=["retired_at", "is_shared"])
        record(Action.FEATURE_RETIRED, by=by, on=latest, chain=latest.project.chain, comment=reason)
    return latest


@transaction.atomic
def share_feature(feature: FeatureDefinition, *, by: User) -> FeatureDefinition:
    """Put a feature into the catalogue, where everybody with an account sees it; raises Retired."""
    latest = _latest(feature)
    _refuse_retired(latest)
    return _set_shared(latest, shared=True, by=by)


@transaction.atomic
def unshare_feature(feature: FeatureDefinition, *, by: User) -> FeatureDefinition:
    """Take a feature out of the catalogue; who reused it keeps their copy."""
    return _set_shared(_latest(feature), shared=False, by=by)


@transaction.atomic
def reuse_feature(original: FeatureDefinition, *, project: Project, by: User, name: str = "") -> FeatureDefinition:
    """Copy a shared feature into another project as version 1 there; raises NotReusable, FeatureNameTaken.

    What depends on the data of the other project, its source and its checks, does not come along.
    """
    original = FeatureDefinition.objects.select_related("project").get(pk=original.pk)
    newest = FeatureDefinition.objects.latest_of(original.project, original.name)
    if not newest.is_shared or newest.retired_at:
        raise NotReusable("This feature is no longer in the catalogue. Ask the team that owns it.")
    if original.project_id == project.pk:
        raise NotReusable("This feature belongs to this project already.")
    name = name or original.name
    _lock(project)
    if FeatureDefinition.objects.filter(project=project, name=name).exists():
        raise FeatureNameTaken(f"This project has a feature called {name}. Choose another name for the copy.")
    own = {"source", "leakage", "leakage_note", "proxy", "proxy_note"}
    fields = {key: getattr(original, key) for key in FIELDS if key not in own}
    copy = FeatureDefinition.objects.create(
        project=project, name=name, number=1, reused_from=original, created_by=by, **fields
    )
    after = _values(copy) | {"reused_from": str(original), "of": original.project.name}
    record(Action.FEATURE_REUSED, by=by, on=copy, chain=project.chain, after=after)
    return copy


def changes_between(older: FeatureDefinition, newer: FeatureDefinition) -> list[Change]:
    """What differs between two versions, field by field."""
    pairs = [(key, _shown(older, key), _shown(newer, key)) for key in FIELDS]
    return [Change(_label(key), was, now, words(was, now)) for key, was, now in pairs if was != now]


def _define(project: Project, *, name: str, by: User, **fields: Any) -> FeatureDefinition:  # Any: see FIELDS
    feature = FeatureDefinition.objects.create(project=project, name=name, number=1, created_by=by, **fields)
    record(Action.FEATURE_DEFINED, by=by, on=feature, chain=project.chain, after=_values(feature))
    return feature


def _set_shared(latest: FeatureDefinition, *, shared: bool, by: User) -> FeatureDefinition:
    if latest.is_shared != shared:
        latest.is_shared = shared
        latest.save(update_fields=["is_shared"])
        action = Action.FEATURE_SHARED if shared else Action.FEATURE_UNSHARED
        record(action, by=by, on=latest, chain=latest.project.chain)
    return latest


def _latest(feature: FeatureDefinition) -> FeatureDefinition:
    # Versions are counted under the project's row, so that two revisions at once cannot rest on the same one.
    project = _lock(feature.project)
    latest = FeatureDefinition.objects.latest_of(project, feature.name)
    latest.project = project
    return latest


def _lock(project: Project) -> Project:
    return Project.objects.select_for_update().get(pk=project.pk)


def _refuse_retired(feature: FeatureDefinition) -> None:
    if feature.retired_at:
        raise Retired("This feature is retired. Define a new one instead.")


def _values(feature: FeatureDefinition) -> dict[str, Any]:
    values = {key: getattr(feature, key) for key in ("name", "number", *FIELDS)}
    return values | {"source": str(feature.source) if feature.source else ""}


def _label(key: str) -> str:
    name = str(FeatureDefinition._meta.get_field(key).verbose_name)  # type: ignore[union-attr]  # own columns
    return LABELS.get(key, name.capitalize())


def _shown(feature: FeatureDefinition, key: str) -> str:
    if display := getattr(feature, f"get_{key}_display", None):
        return str(display())
    value = getattr(feature, key)
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else str(value)
