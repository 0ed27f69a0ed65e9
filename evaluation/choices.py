"""The metrics that this room measures, in the words of the rooms below."""

from canvas.kpis import MetricChoice
from canvas.models import Project
from evaluation.measures.metrics import METRICS, Metric
from evaluation.measures.samples import Task

# The arithmetic knows nothing of projects; here its tasks meet theirs.
TASKS = {
    Project.Task.BINARY: Task.BINARY,
    Project.Task.MULTICLASS: Task.MULTICLASS,
    Project.Task.REGRESSION: Task.REGRESSION,
}


def metric_choices() -> list[MetricChoice]:
    """Every metric once, with all tasks it can be measured for."""
    by_key: dict[str, list[Metric]] = {}
    for metric in METRICS:
        by_key.setdefault(metric.key, []).append(metric)
    return [
        MetricChoice(
            key=key,
            label=same[0].name,
            tasks=frozenset(str(ours) for ours, theirs in TASKS.items() if theirs in {metric.task for metric in same}),
            higher_is_better=bool(same[0].higher_is_better),
        )
        for key, same in by_key.items()
    ]


def metric_of(task: str, key: str) -> Metric | None:
    """The metric with this key for a project's task, or None."""
    wanted = TASKS.get(Project.Task(task))
    return next((metric for metric in METRICS if metric.task is wanted and metric.key == key), None)
