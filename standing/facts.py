"""Gather the records of many projects at once: a fixed number of queries, whatever the number of projects."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from canvas.models import (
    BlockAcceptance,
    BlockRevision,
    EvidenceLink,
    GoNoGoCondition,
    GoNoGoDecision,
    Kpi,
    KpiReading,
    Project,
    Risk,
)
from data.models import DataSchema, Dataset, DataSource, LabelAgreement, QualityCheck, SchemaCheck
from evaluation.models import BaselineComparison, EvaluationJob, KpiVerdict, MetricResult, SliceResult
from registry.models import Check, ModelVersion, PromotionRequest, Run, StageAssignment, VersionDataset
from standing import records
from standing.models import Practice
from standing.records import Facts
from standing.targets import Numbers

BLOCKS = range(1, 11)

# Stands for a record's number while an address is worked out; no project has it in its slug.
PLACE = "9070605040302010"

ByProject = dict[int, Facts]


def gather(projects: Sequence[Project], *, targets: Numbers, now: datetime | None = None) -> ByProject:
    """The facts of each project by its id, for the window that the targets name."""
    now = now or timezone.now()
    since = now - timedelta(days=targets["window_days"])
    facts = {project.pk: _empty(project) for project in projects}
    for gather_some in (_plan, _runs, _versions, _promotions, _data, _kpis, _reviews, _words):
        gather_some(facts, since)
    return facts


def _empty(project: Project) -> Facts:
    urls = {block: reverse("canvas:block", args=[project.slug, block]) for block in BLOCKS}
    decision = reverse("canvas:decision", args=[project.slug])
    return Facts(project.slug, project.created_at, block_urls=urls, decision_url=decision)


def _plan(facts: ByProject, since: datetime) -> None:
    latest = BlockRevision.objects.latest_of(*facts)  # type: ignore[arg-type]  # ids do as well
    for project, block, answers in latest.values_list("project_id", "block", "answers"):
        facts[project].answers[block] = answers
    edits = BlockRevision.objects.filter(
        project=OuterRef("revision__project"),
        block=OuterRef("revision__block"),
        number__gt=OuterRef("revision__number"),
    )
    accepted = BlockAcceptance.objects.filter(revision__project__in=facts, accepted_at__isnull=False).annotate(
        edited_at=Subquery(edits.order_by("number").values("created_at")[:1])
    )
    for project, block, at, edited_at in accepted.order_by("accepted_at").values_list(
        "revision__project_id", "revision__block", "accepted_at", "edited_at"
    ):
        if at is not None:
            facts[project].acceptances.append((block, at, edited_at))
    links = EvidenceLink.objects.filter(project__in=facts).values_list("project_id", "block", "field")
    for project, block, field in links:
        facts[project].linked.add((block, field))


def _runs(facts: ByProject, since: datetime) -> None:
    ever = Run.objects.filter(experiment__project__in=facts).order_by().values_list("experiment__project_id", flat=True)
    for project in ever.distinct():
        facts[project].has_runs = True
    recent = Run.objects.filter(experiment__project__in=facts, created_at__gte=since).order_by()
    columns = ("experiment__project_id", "pk", "name", "run_id", "ended_at", "created_at", "status")
    for project, pk, name, run_id, ended_at, created_at, status in recent.values_list(*columns):
        url = reverse("registry:run-detail", args=[facts[project].slug, run_id])
        finished = status == Run.Status.FINISHED
        facts[project].runs.append(records.Run(pk, f"Run {name}", url, ended_at or created_at, finished))


def _versions(facts: ByProject, since: datetime) -> None:
    training = VersionDataset.Use.TRAINING
    links = VersionDataset.objects.filter(version__model__project__in=facts, use=training)
    checked = Exists(SchemaCheck.objects.filter(dataset=OuterRef("dataset")))
    learned: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    for version, sha256, is_checked in links.annotate(is_checked=checked).values_list(
        "version_id", "dataset__sha256", "is_checked"
    ):
        learned[version].append((sha256, is_checked))
    files = dict(
        Check.objects.filter(version__model__project__in=facts, key="artifact_verified").values_list(
            "version_id", "status"
        )
    )
    held = ModelVersion.objects.filter(model__project__in=facts).order_by("-created_at", "-pk")
    columns = (
        "pk", "model__project_id", "model_id", "model__name", "number", "created_at", "run_id", "run__ended_at",
        "run__created_at", "environment_id", "source_code",
    )  # fmt: skip
    for row in held.values(*columns):
        one = facts[row["model__project_id"]]
        sets = learned.get(row["pk"], [])
        one.versions.append(
            records.Version(
                pk=row["pk"],
                model=row["model_id"],
                label=f"{row['model__name']} v{row['number']}",
                url=reverse("registry:version-detail", args=[one.slug, row["model__name"], row["number"]]),
                created_at=row["created_at"],
                run=row["run_id"],
                run_ended_at=row["run__ended_at"] or row["run__created_at"],
                has_environment=row["environment_id"] is not None,
                commit=row["source_code"],
                training=tuple(sha256 for sha256, _ in sets),
                is_checked=bool(sets) and all(is_checked for _, is_checked in sets),
                artifact=files.get(row["pk"], "") if files.get(row["pk"]) in ("passed", "failed") else "",
            )
        )
    _evaluations(facts)


def _evaluations(facts: ByProject) -> None:
    done = EvaluationJob.objects.finished().filter(project__in=facts)
    verdicts = defaultdict(list)
    for evaluation, verdict in KpiVerdict.objects.filter(evaluation__in=done).values_list("evaluation_id", "verdict"):
        verdicts[evaluation].append(verdict)
    own = {"evaluation": OuterRef("pk")}
    baseline = MetricResult.objects.filter(**own, subject=MetricResult.Subject.BASELINE)
    found = done.annotate(
        with_slices=Exists(SliceResult.objects.filter(**own)),
        with_baseline=Exists(baseline),
        with_comparison=Exists(BaselineComparison.objects.filter(**own)),
    )
    columns = (
        "pk", "project_id", "number", "version_id", "version__number", "version__model__name", "finished_at",
        "is_held_out", "with_slices", "with_baseline", "with_comparison", "mode", "dataset_id", "predictions_sha256",
        "label_column", "prediction_column", "score_columns", "positive_label", "slice_columns", "seed", "thresholds",
    )  # fmt: skip
    for row in found.order_by("finished_at", "pk").values(*columns, "results_sha256"):
        one = facts[row["project_id"]]
        asked = repr([row[key] for key in ("version_id", *columns[11:])])
        one.evaluations.append(
            records.Evaluation(
                label=f"Evaluation {row['number']} of {row['version__model__name']} v{row['version__number']}",
                url=_at(one.slug, "evaluation:job-detail", row["number"]),
                version=row["version_id"],
                finished_at=row["finished_at"],
                is_held_out=bool(row["is_held_out"]),
                has_baseline=row["with_baseline"] or row["with_comparison"],
                has_slices=row["with_slices"],
                verdicts=tuple(verdicts[row["pk"]]),
                asked=asked,
                results=row["results_sha256"],
            )
        )


def _promotions(facts: ByProject, since: datetime) -> None:
    asked = PromotionRequest.objects.filter(project__in=facts).order_by("-number")
    columns = (
        "project_id", "number", "version_id", "version__number", "version__model__name", "stage__key", "stage__name",
        "status", "requested_at", "closed_at",
    )  # fmt: skip
    for row in asked.values(*columns):
        one = facts[row["project_id"]]
        version = f"{row['version__model__name']} v{row['version__number']}"
        one.promotions.append(
            records.Promotion(
                label=f"Promotion {row['number']}: {version} to {row['stage__name']}",
                url=_at(one.slug, "registry:promotion-detail", row["number"]),
                version=row["version_id"],
                stage=row["stage__key"],
                status=row["status"],
                requested_at=row["requested_at"],
                closed_at=row["closed_at"],
            )
        )
    live = StageAssignment.objects.filter(version__model__project__in=facts, stage__key=records.LIVE).order_by()
    for project, pk, from_at, until_at, promotion in live.values_list(
        "version__model__project_id", "version_id", "from_at", "until_at", "promotion_id"
    ):
        held = records.Assignment(pk, records.LIVE, from_at, until_at, promotion is not None)
        facts[project].assignments.append(held)


def _data(facts: ByProject, since: datetime) -> None:
    recent = Dataset.objects.filter(project__in=facts, created_at__gte=since).order_by("-created_at", "-pk")
    checks = _newest(SchemaCheck.objects.filter(dataset__in=recent), "dataset_id", "passed", order="-checked_at")
    sources: dict[int, list[int]] = defaultdict(list)
    for dataset, source in Dataset.sources.through.objects.filter(dataset__in=recent).values_list(
        "dataset_id", "datasource_id"
    ):
        sources[dataset].append(source)
    looked = _last_looks(facts)
    for project, pk, name, number, created_at in recent.values_list("project_id", "pk", "name", "number", "created_at"):
        passed, why = _quality(checks.get(pk), [looked[source] for source in sources[pk] if source in looked])
        url = _at(facts[project].slug, "data:dataset-detail", pk)
        snapshot = records.Snapshot(f"{name}, snapshot {number}", url, created_at, passed, why)
        facts[project].snapshots.append(snapshot)
    changed = DataSchema.objects.filter(project__in=facts, number__gt=1, created_at__gte=since).order_by("-created_at")
    for project, pk, name, number, created_at, note in changed.values_list(
        "project_id", "pk", "name", "number", "created_at", "note"
    ):
        url = _at(facts[project].slug, "data:schema-detail", pk)
        facts[project].schema_changes.append(records.SchemaChange(f"{name}, version {number}", url, created_at, note))
    held = DataSource.objects.filter(project__in=facts, freshness_days__isnull=False).order_by("name")
    for project, pk, name, days, refreshed_on in held.values_list(
        "project_id", "pk", "name", "freshness_days", "last_refreshed_on"
    ):
        url = _at(facts[project].slug, "data:source-detail", pk)
        facts[project].sources.append(records.Source(name, url, days or 0, refreshed_on))
    measured = LabelAgreement.objects.filter(project__in=facts).order_by("number")
    for project, number, method, results in measured.values_list("project_id", "number", "method_id", "results"):
        url = _at(facts[project].slug, "data:labeling-detail", method)
        facts[project].agreement = records.Agreement(f"Agreement {number}", url, results)


def _last_looks(facts: ByProject) -> dict[int, list[str]]:
    """By source, the names of its checks whose newest look failed; a source nobody looked at is left out."""
    looked: dict[int, dict[str, bool]] = defaultdict(dict)
    rows = QualityCheck.objects.filter(source__project__in=facts).order_by("checked_on", "pk")
    for source, name, passed in rows.values_list("source_id", "name", "passed"):
        looked[source][name] = passed
    return {source: [name for name, passed in names.items() if not passed] for source, names in looked.items()}


def _quality(schema_check: bool | None, failed_by_source: list[list[str]]) -> tuple[bool | None, str]:
    """Whether a snapshot's last quality check passed, and otherwise why not."""
    if schema_check is not None:
        return schema_check, "" if schema_check else "its rows break the schema"
    if not failed_by_source:
        return None, "never checked"
    failed = [name for names in failed_by_source for name in names]
    return not failed, f"a check of its source fails: {failed[0]}" if failed else ""


def _kpis(facts: ByProject, since: datetime) -> None:
    held = list(Kpi.objects.filter(project__in=facts, retired_at__isnull=True).order_by("name", "pk"))
    readings: dict[int, list[records.Reading]] = defaultdict(list)
    rows = KpiReading.objects.filter(kpi__project__in=facts, kpi__retired_at__isnull=True, superseded_at__isnull=True)
    for key, measured_on, value in rows.order_by("measured_on", "pk").values_list("kpi_id", "measured_on", "value"):
        readings[key].append(records.Reading(measured_on, value))
    judged = _verdicts(facts)
    for kpi in held:
        one = facts[kpi.project_id]
        one.kpis.append(
            records.Kpi(
                pk=kpi.pk,
                name=kpi.name,
                kind=kpi.kind,
                url=_at(one.slug, "canvas:kpi-detail", kpi.pk),
                direction=kpi.direction,
                unit=kpi.unit,
                target=kpi.target_value,
                due_on=kpi.due_on,
                closed_on=kpi.closed_on,
                cadence=kpi.cadence,
                created_on=kpi.created_at.date(),
                threshold=kpi.threshold,
                readings=tuple(readings[kpi.pk]),
                verdict=judged.get(kpi.pk),
            )
        )


def _verdicts(facts: ByProject) -> dict[int, tuple[str, str, str, str]]:
    """By KPI, the verdict that counts: of the live version if there is one, on held-out rows if there are any."""
    live = {one.version for held in facts.values() for one in held.assignments if one.is_live}
    rows = KpiVerdict.objects.filter(evaluation__project__in=facts, evaluation__finished_at__isnull=False)
    found: dict[int, tuple[Any, tuple[str, str, str, str]]] = {}
    columns = (
        "kpi_id", "verdict", "reason", "evaluation__number", "evaluation__project_id", "evaluation__version_id",
        "evaluation__is_held_out", "evaluation__finished_at",
    )  # fmt: skip
    for kpi, verdict, reason, number, project, version, held_out, at in rows.values_list(*columns):
        weight = (version in live, bool(held_out), at)
        if kpi not in found or weight > found[kpi][0]:
            url = _at(facts[project].slug, "evaluation:job-detail", number)
            found[kpi] = weight, (verdict, reason, f"Evaluation {number}", url)
    return {kpi: told for kpi, (_, told) in found.items()}


def _reviews(facts: ByProject, since: datetime) -> None:
    for risk in Risk.objects.filter(project__in=facts, review_on__isnull=False).exclude(status=Risk.Status.CLOSED):
        changed_on = risk.changed_at.date()
        done = changed_on if risk.review_on and changed_on >= risk.review_on else None
        url = _at(facts[risk.project_id].slug, "canvas:risk-detail", risk.number)
        review = records.Dated(str(risk), url, risk.review_on or changed_on, done)
        facts[risk.project_id].risk_reviews.append(review)
    decided = GoNoGoDecision.objects.filter(project__in=facts, status=GoNoGoDecision.Status.DECIDED)
    rows = decided.order_by("project_id", "number").values_list("project_id", "number", "decided_at", "revisit_on")
    for project, group in groupby(rows, key=lambda row: row[0]):
        one, decisions = facts[project], list(group)
        for place, (_, number, decided_at, revisit_on) in enumerate(decisions):
            one.decision_url = _at(one.slug, "canvas:decision-detail", number)
            if decided_at:
                one.decided_at.append(decided_at)
            if revisit_on:
                later = decisions[place + 1][2] if place + 1 < len(decisions) else None
                label = f"Go/no-go decision {number}"
                done = later.date() if later else None
                one.revisits.append(records.Dated(label, one.decision_url, revisit_on, done))
    conditions = GoNoGoCondition.objects.filter(decision__in=decided).values_list(
        "decision__project_id", "decision__number", "text", "due_on", "met_at", "owner"
    )
    for project, number, text, due_on, met_at, owner in conditions:
        url = _at(facts[project].slug, "canvas:decision-detail", number)
        done = met_at.date() if met_at else None
        facts[project].conditions.append(records.Dated(text, url, due_on, done, owner))


def _words(facts: ByProject, since: datetime) -> None:
    stated = Practice.objects.filter(project__in=facts).select_related("stated_by").order_by("stated_at", "pk")
    for one in stated:
        facts[one.project_id].words[one.criterion] = records.Word(
            one.criterion, one.holds, one.reason, one.expires_on, str(one.stated_by), one.stated_at
        )


def _newest(rows: QuerySet[Any, Any], key: str, value: str, *, order: str) -> dict[int, Any]:  # Any: of any model
    """By key, the value of the newest row."""
    return dict(reversed(list(rows.order_by(order, "-pk").values_list(key, value))))


def _at(slug: str, name: str, number: int) -> str:
    """The address of a project's record; worked out once for each project and kind, because there are thousands."""
    return _pattern(name, slug).replace(PLACE, str(number))


@lru_cache(maxsize=2048)
def _pattern(name: str, slug: str) -> str:
    return reverse(name, args=[slug, int(PLACE)])
