"""Evaluations side by side with one thing held fixed: the model while data change, the data while models change, or both
the recipe and the test rows while only the training data change."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import rfc8785
from django.db.models import Q

from canvas.models import Project
from data.models import RowOverlap
from evaluation.choices import metric_of
from evaluation.measures import intervals
from evaluation.measures.estimates import Estimate, show, show_interval
from evaluation.measures.metrics import Metric
from evaluation.models import EvaluationJob, MetricResult
from evaluation.presentation import label_of
from registry.models import VersionDataset


class By(StrEnum):
    """What changes from row to row; everything else is held fixed."""

    DATA = "data"
    TRAINING = "training"
    MODEL = "model"


@dataclass(frozen=True)
class Difference:
    """A number less that of the first row, with a 95 % interval, and what may be concluded."""

    value: float
    low: float
    high: float
    # better, worse, or inconclusive when the interval includes zero or no side is better.
    standing: str
    sentence: str


@dataclass(frozen=True)
class Cell:
    """One metric of one row, and how it differs from the first row."""

    estimate: Estimate
    difference: Difference | None = None


@dataclass(frozen=True)
class Compared:
    """One evaluation as a row: what changed, and every metric by key."""

    evaluation: EvaluationJob
    label: str
    detail: str
    cells: dict[str, Cell]


@dataclass(frozen=True)
class Group:
    """Evaluations that share what is held fixed."""

    title: str
    held: str
    task: str
    metrics: dict[str, str]
    rows: list[Compared] = field(default_factory=list)
    # How the differences were worked out, for people.
    method: str = ""


def compare(project: Project, by: By) -> list[Group]:
    """The groups of finished evaluations with two rows or more, the latest group first; a fixed number of queries."""
    evaluations = _finished(project)
    training = _training(evaluations)
    groups: dict[object, list[EvaluationJob]] = defaultdict(list)
    for one in evaluations:
        groups[_fixed(one, by, training)].append(one)
    shared = _shared(evaluations) if by is By.DATA else {}
    found = [_group(_one_for_each(rows, by, training), by, training, shared) for rows in groups.values()]
    return [group for group in found if len(group.rows) > 1]


def _finished(project: Project) -> list[EvaluationJob]:
    """Finished evaluations of a snapshot, the latest first: without a snapshot nobody knows which rows were measured."""
    done = EvaluationJob.objects.finished().filter(project=project, dataset__isnull=False)
    named = done.select_related("project", "version__model__project", "dataset__labeling_method", "dataset__project")
    return list(named.prefetch_related("metrics").order_by("-finished_at", "-number"))


def _training(evaluations: Sequence[EvaluationJob]) -> dict[int, tuple[str, ...]]:
    """By version, the snapshots it was trained on, by name."""
    links = VersionDataset.objects.filter(
        version__in={one.version_id for one in evaluations}, use=VersionDataset.Use.TRAINING
    ).select_related("dataset")
    found: dict[int, list[str]] = defaultdict(list)
    for link in links.order_by("dataset__name", "dataset__number"):
        found[link.version_id].append(str(link.dataset))
    return {version: tuple(names) for version, names in found.items()}


def _shared(evaluations: Sequence[EvaluationJob]) -> dict[frozenset[int], int]:
    """How many rows two snapshots share, for those pairs that were compared."""
    snapshots = {one.dataset_id for one in evaluations}
    overlaps = RowOverlap.objects.filter(Q(first__in=snapshots) & Q(second__in=snapshots), shared__gt=0)
    return {frozenset((one.first_id, one.second_id)): one.shared for one in overlaps}


def _fixed(one: EvaluationJob, by: By, training: dict[int, tuple[str, ...]]) -> object:
    """What every row of a group shares."""
    if by is By.DATA:
        # The same file is the same model, under whichever number it was registered.
        return one.version.model_id, one.version.artifact_sha256
    if by is By.MODEL:
        return _rows_of(one)
    recipe = rfc8785.dumps(
        {"a": one.version.algorithm, "h": {k: str(v) for k, v in one.version.hyperparameters.items()}}
    )
    return one.version.model_id, recipe, _rows_of(one)


def _rows_of(one: EvaluationJob) -> object:
    return (one.dataset.sha256 or one.dataset_id) if one.dataset else None, one.label_column


def _changing(one: EvaluationJob, by: By, training: dict[int, tuple[str, ...]]) -> object:
    """What differs from row to row; of several evaluations with the same, the latest counts."""
    if by is By.DATA:
        return _rows_of(one)
    return one.version.artifact_sha256 if by is By.MODEL else training.get(one.version_id, ())


def _one_for_each(rows: Iterable[EvaluationJob], by: By, training: dict[int, tuple[str, ...]]) -> list[EvaluationJob]:
    latest: dict[object, EvaluationJob] = {}
    for one in rows:
        latest.setdefault(_changing(one, by, training), one)
    if by is By.TRAINING:
        latest.pop((), None)  # nobody knows what these learned from
    return sorted(latest.values(), key=ORDER[by])


ORDER: dict[By, Callable[[EvaluationJob], tuple[object, ...]]] = {
    By.DATA: lambda one: (one.dataset.created_at, one.dataset_id) if one.dataset else (),
    By.MODEL: lambda one: (one.version.created_at, one.version_id),
    By.TRAINING: lambda one: (one.version.created_at, one.version_id),
}


def _group(
    rows: list[EvaluationJob],
    by: By,
    training: dict[int, tuple[str, ...]],
    shared: dict[frozenset[int], int],
) -> Group:
    if not rows:
        return Group("", "", "", {})
    first, task = rows[0], rows[0].version.model.task
    measured = [
        {row.metric: _estimate(row) for row in one.metrics.all() if row.subject == MetricResult.Subject.MODEL}
        for one in rows
    ]
    keys = [key for key in measured[0] if sum(key in one for one in measured) > 1]
    keys += [key for one in measured[1:] for key in one if key not in keys and sum(key in o for o in measured) > 1]
    compared = []
    for place, (one, own) in enumerate(zip(rows, measured, strict=True)):
        cells = {
            key: Cell(own[key], _difference(metric_of(task, key), own[key], measured[0].get(key)) if place else None)
            for key in keys
            if key in own
        }
        compared.append(Compared(one, *_words(one, by, training), cells))
    title, held = _title(first, by)
    names = {key: label_of(task, key) for key in dict.fromkeys(keys)}
    return Group(title, held, task, names, compared, _method(rows, by, shared))


def _estimate(row: MetricResult) -> Estimate:
    return Estimate(row.metric, row.value, row.low, row.high, row.n, row.method, reason=row.reason)


def _difference(metric: Metric | None, own: Estimate, first: Estimate | None) -> Difference | None:
    """This row less the first, from both intervals (MOVER), as if the rows were independent."""
    if first is None or own.value is None or first.value is None or own.interval is None or first.interval is None:
        return None
    low, high = intervals.difference(own.value, own.interval, first.value, first.interval)
    value, better = own.value - first.value, metric.higher_is_better if metric else None
    standing = "inconclusive" if better is None or low <= 0 <= high else "better" if (low > 0) is better else "worse"
    side = "higher" if value > 0 else "lower"
    gap = f"{show(abs(value))} {side}" if value else "The same"
    conclusion = {
        "inconclusive": "not shown to differ" if low <= 0 <= high else "neither side is better",
        "better": "better",
        "worse": "worse",
    }[standing]
    return Difference(value, low, high, standing, f"{gap} ({show_interval((low, high))}): {conclusion}")


def _words(one: EvaluationJob, by: By, training: dict[int, tuple[str, ...]]) -> tuple[str, str]:
    """What a row is called, and what else tells it apart."""
    if by is By.DATA and one.dataset:
        labels = one.dataset.labeling_method
        return str(one.dataset), f"Labels: {labels}" if labels else "No labeling method"
    if by is By.TRAINING:
        return ", ".join(training.get(one.version_id, ())), f"{one.version}"
    return str(one.version), one.version.algorithm


def _title(first: EvaluationJob, by: By) -> tuple[str, str]:
    if by is By.DATA:
        return str(
            first.version
        ), f"The model file {first.version.artifact_sha256[:12]} is held fixed; the rows change."
    if by is By.MODEL:
        return str(first.dataset), "The rows are held fixed; the models change."
    held = f"{first.version.algorithm}, its hyperparameters and the test rows are held fixed; the training data change."
    return f"{first.version.model.name} on {first.dataset}", held


def _method(rows: Sequence[EvaluationJob], by: By, shared: dict[frozenset[int], int]) -> str:
    said = "Differences are to the first row, each with a 95 % interval made from the two intervals (unpaired)."
    if by is not By.DATA:
        return (
            f"{said} Both models were measured on the same rows, whose single answers are not kept, so a paired interval "
            "would be narrower: what is shown to differ here does differ, and more may."
        )
    overlapping = [
        shared[pair]
        for one in rows[1:]
        if (pair := frozenset((rows[0].dataset_id or 0, one.dataset_id or 0))) in shared
    ]
    if overlapping:
        return f"{said} Some of these snapshots share rows with the first, so their intervals are rather too wide."
    return f"{said} The snapshots are taken to be separate samples."
