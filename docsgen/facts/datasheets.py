"""What is known of one snapshot: its rows as a worker found them, its checks, its labels, its uses."""

from typing import Any

from data.models import Dataset, DatasetProfile, FeatureDefinition, QualityCheck, RowOverlap
from docsgen.facts.data import dataset_fact
from docsgen.facts.labels import agreement_facts, audit_facts
from docsgen.facts.ledger import Ledger, Snapshot, stamp
from evaluation.models import EvaluationJob
from jobs.models import Job

TOP_VALUES = 12
MOST_COLUMNS = 400
MOST_LISTED = 60


def datasheet_facts(dataset: Dataset, ledger: Ledger) -> Snapshot:
    """The parts of a datasheet beside project and plan."""
    schema = dataset.schema
    return {
        "dataset": _dataset(dataset, ledger),
        "profile": _profile(dataset, ledger),
        "schema_check": _check(dataset, ledger),
        "schema_versions": schema.project.schemas.filter(name=schema.name).count() if schema else 0,
        "overlaps": [_overlap(overlap, dataset, ledger) for overlap in _overlaps(dataset)],
        "quality_checks": [_quality(check, ledger) for check in _quality_checks(dataset)],
        "agreements": agreement_facts(dataset.labeling_method, ledger) if dataset.labeling_method else [],
        "audits": audit_facts(dataset.labeling_method, ledger) if dataset.labeling_method else [],
        "features": [_feature(feature, ledger) for feature in _features(dataset)],
        "uses": _uses(dataset, ledger),
        "siblings": [_sibling(other, ledger) for other in _siblings(dataset)],
    }


def _dataset(dataset: Dataset, ledger: Ledger) -> Snapshot:
    terms = {source.name: source for source in dataset.sources.all()}
    fact = dataset_fact(dataset, "", ledger)
    for source in fact["sources"]:
        held = terms[source["name"]]
        source["freshness_days"] = held.freshness_days
        source["last_refreshed_on"] = stamp_of_day(held.last_refreshed_on)
    return fact | {
        "origin": dataset.get_origin_display(),
        "is_stored": dataset.is_stored,
        "uri": dataset.uri,
        "declared_digest": dataset.declared_digest,
        "file_name": dataset.file_name,
        "uploaded_by": dataset.uploaded_by.get_full_name(),
        "created_at": stamp(dataset.created_at),
        "url": dataset.get_absolute_url(),
    }


def stamp_of_day(day: Any) -> str:  # Any: a date or None
    """A day as ISO 8601 text; empty for none."""
    return day.isoformat() if day else ""


def _profile(dataset: Dataset, ledger: Ledger) -> Snapshot | None:
    held = dataset.profiles.filter(finished_at__isnull=False).select_related("requested_by").order_by("-pk")
    profile: DatasetProfile | None = held.first()
    if profile is None:
        return None
    hidden = (
        set(dataset.schema.fields.filter(is_sensitive=True).values_list("key", flat=True)) if dataset.schema else ()
    )
    columns = [
        _column(column, label=dataset.label_column, is_hidden=column["name"] in hidden)
        for column in profile.columns[:MOST_COLUMNS]
    ]
    warnings = [warning["text"] if isinstance(warning, dict) else str(warning) for warning in profile.warnings]
    return {
        "ref": ledger.cite(
            profile, label=f"profile of {dataset}", at=profile.finished_at, by=profile.requested_by,
            said=[profile.rows, profile.columns, profile.label, profile.warnings],
        ),
        "rows": profile.rows,
        "columns": columns,
        "column_count": len(profile.columns),
        "warnings": warnings,
    }  # fmt: skip


def _column(
    column: Any, *, label: str, is_hidden: bool
) -> Snapshot:  # Any: what data.profiling describes a column with
    # Frequent values of other columns may name people; of the label they are what a reader asks for.
    top = column.get("top", [])[:TOP_VALUES] if column["name"] == label and not is_hidden else []
    numbers = column.get("numbers") or {}
    # The least and the greatest value are somebody's own, and the document leaves the house.
    extremes = {} if is_hidden else numbers
    return {
        "name": column["name"],
        "missing": column.get("missing", 0),
        "distinct": column.get("distinct", 0),
        "least": extremes.get("min"),
        "median": (numbers.get("quantiles") or {}).get("0.5"),
        "most": extremes.get("max"),
        "top": [[str(value), count] for value, count in top],
    }


def _check(dataset: Dataset, ledger: Ledger) -> Snapshot | None:
    if dataset.schema is None:
        return None
    held = dataset.schema_checks.filter(schema=dataset.schema, passed__isnull=False).select_related("checked_by")
    check = held.order_by("-pk").first()
    if check is None:
        return None
    said = {"passed": check.passed, "rows": check.rows_checked, "failures": check.failures}
    ref = ledger.cite(check, label=f"check of {dataset}", at=check.checked_at, by=check.checked_by, said=said)
    return said | {"ref": ref, "at": stamp(check.checked_at)}


def _overlaps(dataset: Dataset) -> list[RowOverlap]:
    found = RowOverlap.objects.select_related("first", "second")
    held = [*found.filter(first=dataset), *found.filter(second=dataset)]
    # A snapshot that plays the same part by now is no longer one to be kept apart from.
    apart = [overlap for overlap in held if overlap.first.split_role != overlap.second.split_role]
    return apart[:MOST_LISTED]


def _overlap(overlap: RowOverlap, dataset: Dataset, ledger: Ledger) -> Snapshot:
    other = overlap.second if overlap.first_id == dataset.pk else overlap.first
    said = [overlap.shared, overlap.first_rows, overlap.second_rows, overlap.compared]
    return {
        "ref": ledger.cite(overlap, label=f"overlap with {other}", at=overlap.found_at, said=said),
        "other": str(other),
        "split_role": other.get_split_role_display(),
        "shared": overlap.shared,
        "compared": overlap.compared,
    }


def _quality_checks(dataset: Dataset) -> list[QualityCheck]:
    held = QualityCheck.objects.filter(source__in=dataset.sources.all()).select_related("source", "recorded_by")
    return list(held.order_by("source__name", "-checked_on", "-pk")[:MOST_LISTED])


def _quality(check: QualityCheck, ledger: Ledger) -> Snapshot:
    said = {
        "source": check.source.name,
        "dimension": check.get_dimension_display(),
        "name": check.name,
        "measured": check.measured,
        "unit": check.unit,
        "limit": check.limit,
        "passed": check.passed,
        "checked_on": check.checked_on.isoformat(),
    }
    ref = ledger.cite(check, label=str(check), at=check.recorded_at, by=check.recorded_by, said=said)
    return said | {"ref": ref}


def _features(dataset: Dataset) -> list[FeatureDefinition]:
    """The newest versions of features made from this snapshot's sources."""
    held = FeatureDefinition.objects.filter(
        project=dataset.project, source__in=dataset.sources.all(), retired_at__isnull=True
    )
    return list(held.newest().select_related("created_by").order_by("name")[:MOST_LISTED])


def _feature(feature: FeatureDefinition, ledger: Ledger) -> Snapshot:
    said = {
        "name": feature.name,
        "number": feature.number,
        "transformation": feature.transformation,
        "source_fields": feature.source_fields,
        "availability": feature.get_availability_display(),
        "leakage": feature.get_leakage_display(),
        "proxy": feature.get_proxy_display(),
    }
    ref = ledger.cite(feature, revision=feature.number, at=feature.created_at, by=feature.created_by, said=said)
    return said | {"ref": ref}


def _uses(dataset: Dataset, ledger: Ledger) -> Snapshot:
    links = dataset.version_links.select_related("version__model", "version__uploaded_by").order_by("version_id")
    measured = (
        EvaluationJob.objects.filter(dataset=dataset, job__state=Job.State.SUCCEEDED)
        .select_related("version__model", "requested_by")
        .order_by("number")
    )
    return {
        "versions": [
            {
                "ref": ledger.cite(
                    link.version, revision=link.version.number, sha256=link.version.artifact_sha256,
                    at=link.version.created_at, by=link.version.uploaded_by,
                ),
                "version": str(link.version),
                "use": link.get_use_display(),
            }
            for link in links[:MOST_LISTED]
        ],
        "evaluations": [
            {
                "ref": ledger.cite(
                    evaluation, label=f"evaluation {evaluation.number}", revision=evaluation.number,
                    sha256=evaluation.results_sha256, at=evaluation.finished_at, by=evaluation.requested_by,
                ),
                "number": evaluation.number,
                "version": str(evaluation.version),
            }
            for evaluation in measured[:MOST_LISTED]
        ],
    }  # fmt: skip


def _siblings(dataset: Dataset) -> list[Dataset]:
    held = Dataset.objects.filter(project=dataset.project, name=dataset.name).exclude(pk=dataset.pk)
    return list(held.select_related("uploaded_by").order_by("number")[:MOST_LISTED])


def _sibling(other: Dataset, ledger: Ledger) -> Snapshot:
    ref = ledger.cite(
        other, revision=other.number, sha256=other.sha256, at=other.created_at, by=other.uploaded_by,
        said=[other.uri, other.declared_digest],
    )  # fmt: skip
    return {"ref": ref, "number": other.number, "rows": other.rows, "created_at": stamp(other.created_at)}
