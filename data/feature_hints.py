"""What should be looked at before a feature is used: what people left open, and what profiles of snapshots found."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from canvas.models import Project
from data.models import DatasetProfile, FeatureDefinition

# The newest profiles say what holds; older ones of other snapshots would only repeat it.
PROFILES_READ = 10
LEAKS = frozenset({"leak", "identifier", "time"})


def warnings_of(feature: FeatureDefinition) -> list[str]:
    """What speaks against using the feature as it is defined, one sentence each."""
    return [*_availability(feature), *_checks(feature)]


def hints_for(project: Project, source_fields: Sequence[str]) -> list[str]:
    """What profiles of the project's snapshots warn of in a feature's source fields."""
    return _matching(_found_by_profiles(project), set(source_fields))


def hints_for_all(project: Project, features: Iterable[FeatureDefinition]) -> dict[int, list[str]]:
    """The hints of several features by their id; one query."""
    found = _found_by_profiles(project)
    return {feature.pk: _matching(found, set(feature.source_fields)) for feature in features}


def _availability(feature: FeatureDefinition) -> list[str]:
    note = f" {feature.availability_note}" if feature.availability_note else ""
    if feature.availability == FeatureDefinition.Availability.LATE:
        return [f"It is known only after the prediction is due, so that no live model can use it.{note}"]
    if feature.availability == FeatureDefinition.Availability.UNKNOWN:
        return [f"Nobody has said whether it is known when the prediction is due.{note}"]
    return []


def _checks(feature: FeatureDefinition) -> list[str]:
    found = FeatureDefinition.Finding
    said = []
    if feature.leakage == found.FOUND:
        said.append(f"It gives the outcome away. {feature.leakage_note}".strip())
    elif feature.leakage == found.NOT_CHECKED:
        said.append("Nobody has checked whether it gives the outcome away.")
    if feature.proxy == found.FOUND:
        said.append(f"It stands in for a protected trait. {feature.proxy_note}".strip())
    elif feature.proxy == found.NOT_CHECKED:
        said.append("Nobody has checked whether it stands in for a protected trait.")
    return said


def _found_by_profiles(project: Project) -> list[tuple[str, str]]:
    """Column and sentence of each warning about leaks, of the newest profile of each snapshot name."""
    profiles = (
        DatasetProfile.objects.filter(dataset__project=project, finished_at__isnull=False)
        .select_related("dataset")
        .order_by("-finished_at")
        .only("warnings", "dataset__name", "dataset__number", "dataset__project_id")[:PROFILES_READ]
    )
    newest: dict[str, DatasetProfile] = {}
    for profile in profiles:
        newest.setdefault(profile.dataset.name, profile)
    return [
        (str(warning.get("column", "")), f"{_sentence(warning)} (profile of {profile.dataset})")
        for profile in newest.values()
        for warning in profile.warnings
        if isinstance(warning, Mapping) and warning.get("kind") in LEAKS and _sentence(warning)
    ]


def _sentence(warning: Mapping[str, Any]) -> str:
    return str(warning.get("text") or warning.get("sentence") or warning.get("message") or "").strip()


def _matching(found: list[tuple[str, str]], columns: set[str]) -> list[str]:
    return [sentence for column, sentence in found if column in columns]
