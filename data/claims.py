"""What the records about data say against the plan: sources, features and labels as named and as recorded."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from canvas import evidence
from canvas.evidence import Contradiction
from canvas.intervals import longest_gap
from canvas.models import Project
from data.models import Dataset, DataSource, FeatureDefinition, LabelingMethod
from data.proofs import day, overdue

Answers = Mapping[int, Mapping[str, Any]]
Found = list[tuple[int, Contradiction]]

# A refresh that is a little late is no contradiction.
PATIENCE = 1.5
PERSONAL = {"none": "none", "personal": "personal", "special_category": "special"}
# How a label came about, in the words of block 7, and the recorded approaches that fit them.
APPROACHES = {
    "manual": {LabelingMethod.Approach.MANUAL},
    "automated": {LabelingMethod.Approach.AUTOMATED, LabelingMethod.Approach.OBSERVED},
    "combined": {LabelingMethod.Approach.COMBINED, LabelingMethod.Approach.OBSERVED},
}


def sources_differ(project: Project, answers: Answers) -> Found:
    """Block 2 names a source that nobody registered though data are in use, or describes one other than it is."""
    rows = [row for row in answers.get(2, {}).get("sources") or [] if row.get("name")]
    if not rows:
        return []
    in_use = Dataset.objects.filter(project=OuterRef("project"))
    held = DataSource.objects.filter(project=project).annotate(data_in_use=Exists(in_use))
    registered = {_folded(source.name): source for source in held}
    data_in_use = any(source.data_in_use for source in registered.values()) or (
        not registered and Dataset.objects.filter(project=project).exists()
    )
    found: list[tuple[str, bool]] = []
    unknown = []
    for row in rows:
        source = registered.get(_folded(row["name"]))
        if source:
            found += _differences(row, source)
        elif data_in_use and row.get("access_status") == "granted":
            unknown.append(f"“{row['name']}”")
    if unknown:
        what = "a source that is" if len(unknown) == 1 else f"{len(unknown)} sources that are"
        found.append((f"Names {what} not registered, though snapshots are in use: {', '.join(unknown)}.", False))
    return [(2, Contradiction("sources", sentence, is_stale=is_stale)) for sentence, is_stale in found]


def _differences(row: Mapping[str, Any], source: DataSource) -> list[tuple[str, bool]]:
    name = row["name"]
    found = []
    if row.get("access_status") == "granted" and source.access_status in (
        DataSource.AccessStatus.REFUSED,
        DataSource.AccessStatus.REQUESTED,
    ):
        status = DataSource.AccessStatus(source.access_status).label.lower()
        found.append((f"Says access to “{name}” is granted; the register says it is {status}.", False))
    planned = PERSONAL.get(row.get("personal_data", ""))
    if planned == "none" and source.personal_data != DataSource.PersonalData.NONE:
        kind = DataSource.PersonalData(source.personal_data).label.lower()
        found.append((f"Says “{name}” holds no personal data; the register says {kind}.", False))
    if late := _late(row, source):
        found.append((late, True))
    return found


def _late(row: Mapping[str, Any], source: DataSource) -> str:
    """Whether the source was renewed as often as the plan says, or as its own record allows."""
    said, refreshed_on = str(row.get("refresh", "")), source.last_refreshed_on
    if refreshed_on is None:
        return ""
    age = (timezone.localdate() - refreshed_on).days
    gap = longest_gap(said)
    if gap is not None and age > gap * PATIENCE:
        promise = f"Says “{row['name']}” is refreshed {said[:1].lower()}{said[1:]}"
        return f"{promise}; it was last refreshed {age} days ago, on {day(refreshed_on)}."
    return f"“{row['name']}” was {overdue(source)}." if overdue(source) else ""


def features_differ(project: Project, answers: Answers) -> Found:
    """Block 4 names a feature whose own record says that it comes too late, leaks or stands in for a trait."""
    rows = [row for row in answers.get(4, {}).get("features") or [] if row.get("name")]
    if not rows:
        return []
    newest = FeatureDefinition.objects.newest().filter(project=project, retired_at__isnull=True)
    recorded = {_folded(feature.name): feature for feature in newest}
    sentences = [
        sentence
        for row in rows
        if (feature := recorded.get(_folded(row["name"])))
        for sentence in _wrong_about(row, feature)
    ]
    return [(4, Contradiction("features", sentence)) for sentence in sentences]


def _wrong_about(row: Mapping[str, Any], feature: FeatureDefinition) -> list[str]:
    name, found = row["name"], []
    is_late = feature.availability == FeatureDefinition.Availability.LATE
    if is_late and row.get("available_at_prediction") == "yes":
        found.append(f"Says “{name}” is known at prediction; {feature} is recorded as known only later.")
    if feature.leakage == FeatureDefinition.Finding.FOUND:
        found.append(f"Uses “{name}”; the leak check of {feature} found that it gives the outcome away.")
    stands_in = feature.is_sensitive or feature.proxy == FeatureDefinition.Finding.FOUND
    if stands_in and row.get("sensitive_or_proxy") == "no":
        what = "sensitive" if feature.is_sensitive else "a proxy for a protected trait"
        found.append(f"Says “{name}” is neither sensitive nor a proxy; {feature} is recorded as {what}.")
    return found


def labeling_differs(project: Project, answers: Answers) -> Found:
    """Block 7 plans one way of labeling and the recorded methods use another."""
    planned = answers.get(7, {}).get("labelling_method", "")
    if planned not in APPROACHES:
        return []
    recorded = list(LabelingMethod.objects.newest().filter(project=project))
    if not recorded or any(method.approach in APPROACHES[planned] for method in recorded):
        return []
    method = recorded[0]
    approach = LabelingMethod.Approach(method.approach).label.lower()
    return [
        (7, Contradiction("labelling_method", f"Says labels are made “{planned}”; {method} is recorded as {approach}."))
    ]


def offer() -> None:
    """Make the comparisons known."""
    evidence.offer_claim("data.sources", sources_differ)
    evidence.offer_claim("data.features", features_differ)
    evidence.offer_claim("data.labeling", labeling_differs)


def _folded(name: str) -> str:
    return " ".join(str(name).casefold().split())
