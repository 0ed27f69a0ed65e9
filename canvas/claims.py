"""What the plan's own records say against the plan."""

from collections.abc import Mapping
from typing import Any

from canvas import evidence
from canvas.answers import display
from canvas.blocks import get_block
from canvas.evidence import Contradiction
from canvas.models import Project

# How the tasks of block 3 are measured; the others have no task of their own here.
MEASURED_AS = {
    "binary_classification": Project.Task.BINARY,
    "multiclass_classification": Project.Task.MULTICLASS,
    "point_regression": Project.Task.REGRESSION,
    "interval_regression": Project.Task.REGRESSION,
    "count_regression": Project.Task.REGRESSION,
    "univariate_forecasting": Project.Task.REGRESSION,
    "multivariate_forecasting": Project.Task.REGRESSION,
}


def task_differs(project: Project, answers: Mapping[int, Mapping[str, Any]]) -> list[tuple[int, Contradiction]]:
    """Block 3 names one kind of task and the project's settings another, by which evaluations measure."""
    task = answers.get(3, {}).get("task", "")
    expected = MEASURED_AS.get(task, "")
    if not expected or not project.task or project.task == expected:
        return []
    said = display(get_block(3).field("task"), task)
    sentence = (
        f"Says “{said}”; the project's settings say “{Project.Task(project.task).label}”, which decides how it is "
    )
    return [(3, Contradiction("task", f"{sentence}evaluated."))]


def offer() -> None:
    """Make the comparisons known."""
    evidence.offer_claim("canvas.task", task_differs)
