"""The story of one evaluation: load, measure, compare, judge, draw, and hand over what is to be saved."""

from collections.abc import Callable
from functools import partial

from canvas.models import Project
from data.storage import Missing
from data.tables import BadTable
from evaluation import charts, held_out, judging, loading
from evaluation.choices import TASKS
from evaluation.loading import Rows
from evaluation.measures.baselines import BaselineSpec, Dummy, Given
from evaluation.measures.evaluate import Measurement, measure
from evaluation.measures.inputs import BadInput
from evaluation.measures.samples import Task
from evaluation.models import EvaluationJob
from evaluation.outcome import Outcome, Row
from evaluation.sandbox import client
from evaluation.sandbox.errors import Cancelled, SandboxBroken, SandboxError
from evaluation.services import results
from jobs.handlers import PermanentFailure, Progress, TransientFailure


def run(evaluation: EvaluationJob, progress: Progress) -> Callable[[], None]:
    """Do an evaluation, and return what saves it; failures become sentences for people."""
    try:
        outcome = _evaluate(evaluation, progress)
    except (BadInput, BadTable, Missing) as reason:
        raise PermanentFailure(str(reason)) from reason
    except SandboxBroken as reason:
        raise TransientFailure(str(reason)) from reason
    except Cancelled:
        raise
    except SandboxError as reason:
        raise PermanentFailure(str(reason)) from reason
    return partial(results.save, evaluation, outcome)


def _evaluate(evaluation: EvaluationJob, progress: Progress) -> Outcome:
    task = evaluation.version.model.task
    rows = _load(evaluation, progress)
    measurement = _measure(evaluation, rows, progress)
    progress.report("Comparing rows with the training data", 80)
    new = held_out.look(evaluation)
    progress.log(new.reason)
    progress.report("Judging thresholds", 86)
    judged = judging.verdicts(measurement, evaluation.thresholds)
    baseline = measurement.baselines[0] if measurement.baselines else None
    progress.report("Drawing charts", 88)
    curves = _curves(measurement, evaluation)
    progress.report("Saving the results", 98)
    return Outcome(
        rows=measurement.n,
        strength=_strength(evaluation),
        sandbox_tier=rows.sandbox_tier,
        held_out=new,
        baseline_name=baseline.name if baseline else "",
        software=rows.software,
        notes=[*rows.notes, *([baseline.note] if baseline else [])],
        metrics=_metrics(measurement),
        comparisons=_comparisons(measurement),
        slices=_slices(measurement),
        verdicts=judged,
        curves=curves,
        reports=judging.reports(task, new, judged, baseline),
    )


def _load(evaluation: EvaluationJob, progress: Progress) -> Rows:
    progress.report("Checking the files", 1)
    loading.ensure_unaltered(evaluation)
    if evaluation.mode == EvaluationJob.Mode.PREDICTIONS:
        progress.report("Reading the predictions", 3)
        rows = loading.from_predictions(evaluation)
        progress.log(f"Read {len(rows.labels):,} rows of {evaluation.predictions_name}.")
        return rows
    progress.report("Preparing the sandbox", 2)
    client.prepare(evaluation.version.artifact_format)
    progress.report("Running the model on the snapshot", 8)
    rows = loading.from_model(evaluation, progress.is_wanted)
    progress.log(f"The model answered for {len(rows.labels):,} rows in sandbox tier {rows.sandbox_tier}.")
    return rows


def _measure(evaluation: EvaluationJob, rows: Rows, progress: Progress) -> Measurement:
    def pass_on(phase: str, done: int, total: int) -> None:
        progress.report(phase, 35 + 44 * done // max(total, 1))

    task = TASKS[Project.Task(evaluation.version.model.task)]
    progress.report("Reading the training labels", 33)
    return measure(
        task,
        rows.labels,
        rows.predictions,
        rows.scores,
        slices=rows.slices,
        positive_label=evaluation.positive_label or None,
        classes=rows.classes if task is Task.MULTICLASS else None,
        baselines=[_baseline(evaluation, rows)],
        primary=judging.slice_metrics(task, evaluation.thresholds, has_scores=rows.scores is not None),
        seed=evaluation.seed,
        on_progress=pass_on,
    )


def _baseline(evaluation: EvaluationJob, rows: Rows) -> BaselineSpec:
    if rows.baseline is not None:
        return Given(predictions=rows.baseline, name=evaluation.baseline_column)
    return Dummy(train_labels=loading.training_labels(evaluation))


def _curves(measurement: Measurement, evaluation: EvaluationJob) -> list[Row]:
    held_to = judging.thresholds_of(evaluation.thresholds)
    return [
        {
            "name": chart.name[:60],
            "position": position,
            "title": chart.title[:200],
            "alt": chart.alt,
            "caption": chart.caption,
            "spec": chart.spec,
            "svg": chart.svg,
            "print_svg": charts.render_print(chart),
            "table": {"columns": list(chart.table_columns), "rows": [list(row) for row in chart.table_rows]},
        }
        for position, chart in enumerate(
            charts.charts_for(measurement, name=str(evaluation.version), thresholds=held_to)
        )
    ]


def _strength(evaluation: EvaluationJob) -> str:
    is_run = evaluation.mode == EvaluationJob.Mode.MODEL
    return EvaluationJob.Strength.REPRODUCED if is_run else EvaluationJob.Strength.MEASURED


def _metrics(measurement: Measurement) -> list[Row]:
    subjects = [("model", measurement.estimates)]
    subjects += [("baseline", baseline.estimates) for baseline in measurement.baselines[:1]]
    return [
        {
            "subject": subject,
            "metric": found.metric,
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "n": found.n,
            "method": found.method[:80],
            "reason": found.reason[:300],
        }
        for subject, estimates in subjects
        for found in estimates
    ]


def _comparisons(measurement: Measurement) -> list[Row]:
    return [
        {
            "metric": found.metric,
            "difference": found.difference,
            "low": found.low,
            "high": found.high,
            "n": found.n,
            "method": found.method[:80],
            "verdict": found.standing.value,
        }
        for baseline in measurement.baselines[:1]
        for found in baseline.comparisons
    ]


def _slices(measurement: Measurement) -> list[Row]:
    return [
        {
            "column": column.name[:200],
            "value_label": result.label[:200],
            "position": position,
            "metric": found.metric,
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "n": found.n,
            "note": (result.note or found.reason)[:300],
        }
        for column in measurement.slices
        for position, result in enumerate(column.results)
        for found in result.estimates
    ]
