"""An evaluation's numbers as its pages show them: rows of words, digits that a reader can use, and which way is better."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from canvas.models import Kpi
from evaluation.choices import metric_of
from evaluation.measures.estimates import show, show_interval
from evaluation.models import BaselineComparison, EvaluationJob, KpiVerdict, MetricResult, SliceResult

DASH = "–"
TONES = {"better": "good", "worse": "bad"}


@dataclass(frozen=True)
class NumberRow:
    """One metric or threshold: the model's number, the baseline's, and how they differ."""

    name: str
    detail: str
    value: str
    interval: str
    n: int
    baseline: str
    change: str
    change_tone: str
    threshold: str = ""
    verdict: str = ""
    reason: str = ""


@dataclass(frozen=True)
class SliceTable:
    """One column's slices, with the same metrics for each."""

    column: str
    metrics: list[str]
    rows: list["SliceRow"] = field(default_factory=list)


@dataclass
class SliceRow:
    """One value or range of a column."""

    label: str
    note: str
    cells: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Shown:
    """A finished evaluation, ready for a page."""

    kpis: list[NumberRow]
    metrics: list[NumberRow]
    slices: list[SliceTable]
    verdict: str
    """All thresholds in one word: fail when one fails, inconclusive when one is, else pass; empty without any."""
    met: int


def present(evaluation: EvaluationJob) -> Shown:
    """Everything measured, as rows for a page."""
    metrics = list(evaluation.metrics.all())
    ours = {row.metric: row for row in metrics if row.subject == MetricResult.Subject.MODEL}
    theirs = {row.metric: row for row in metrics if row.subject == MetricResult.Subject.BASELINE}
    gaps = {row.metric: row for row in evaluation.comparisons.all()}
    verdicts = list(evaluation.verdicts.all())
    task = evaluation.version.model.task
    words = [str(verdict.verdict) for verdict in verdicts]
    # A fairness threshold is held against one slice, and the baseline's number is of all rows.
    of_slices = {frozen["kpi"] for frozen in evaluation.thresholds if frozen["kind"] == Kpi.Kind.FAIRNESS}
    whole = {row.kpi_id: row.metric for row in verdicts if row.kpi_id not in of_slices}
    return Shown(
        kpis=[
            _kpi_row(task, row, theirs.get(whole.get(row.kpi_id, "")), gaps.get(whole.get(row.kpi_id, "")))
            for row in verdicts
        ],
        metrics=[_metric_row(task, row, theirs.get(row.metric), gaps.get(row.metric)) for row in ours.values()],
        slices=_slice_tables(task, evaluation.slices.all()),
        verdict=overall(words),
        met=words.count("pass"),
    )


def overall(verdicts: Iterable[str]) -> str:
    """Several verdicts as one: the worst of them."""
    found = set(verdicts)
    return next((word for word in ("fail", "inconclusive", "pass") if word in found), "")


def label_of(task: str, key: str) -> str:
    """A metric's name for people."""
    metric = metric_of(task, key)
    return metric.name if metric else key


def _kpi_row(task: str, row: KpiVerdict, baseline: MetricResult | None, gap: BaselineComparison | None) -> NumberRow:
    return NumberRow(
        name=row.kpi_name,
        detail=label_of(task, row.metric),
        value=_show(row.value),
        interval=_interval(row.low, row.high),
        n=row.n,
        baseline=_show(baseline.value if baseline else None),
        change=_change(gap),
        change_tone=TONES.get(gap.verdict, "") if gap else "",
        threshold=_threshold(row),
        verdict=row.verdict,
        reason=row.reason,
    )


def _metric_row(
    task: str, row: MetricResult, baseline: MetricResult | None, gap: BaselineComparison | None
) -> NumberRow:
    metric = metric_of(task, row.metric)
    return NumberRow(
        name=metric.name if metric else row.metric,
        detail=metric.direction.capitalize() if metric else "",
        value=_show(row.value),
        interval=_interval(row.low, row.high),
        n=row.n,
        baseline=_show(baseline.value if baseline else None),
        change=_change(gap),
        change_tone=TONES.get(gap.verdict, "") if gap else "",
        reason=row.reason,
    )


def _slice_tables(task: str, rows: Iterable[SliceResult]) -> list[SliceTable]:
    tables: dict[str, SliceTable] = {}
    found: dict[tuple[str, str], SliceRow] = {}
    for row in rows:
        table = tables.setdefault(row.column, SliceTable(row.column, []))
        name = label_of(task, row.metric)
        if name not in table.metrics:
            table.metrics.append(name)
        key = (row.column, row.value_label)
        if key not in found:
            found[key] = SliceRow(row.value_label, row.note)
            table.rows.append(found[key])
        found[key].cells.append((_show(row.value), _interval(row.low, row.high), row.n))
    return list(tables.values())


def _threshold(row: KpiVerdict) -> str:
    if row.direction == Kpi.Direction.BAND:
        return f"{_show(row.threshold)} – {_show(row.threshold_upper)}"
    return f"{'≤' if row.direction == Kpi.Direction.DOWN else '≥'} {_show(row.threshold)}"


def _show(value: float | None) -> str:
    return DASH if value is None else show(value)


def _interval(low: float | None, high: float | None) -> str:
    return DASH if low is None or high is None else show_interval((low, high)).replace(" to ", " – ")


def _change(gap: BaselineComparison | None) -> str:
    if gap is None or gap.difference is None:
        return DASH
    text = show(gap.difference)
    return text if gap.difference <= 0 else f"+{text}"
