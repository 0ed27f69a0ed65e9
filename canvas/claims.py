"""What the plan's own records say against the plan."""

from collections.abc import Mapping
from typing import Any

from canvas import evidence
from canvas.answers import display
from canvas.blocks import get_block
from canvas.evidence import Contradiction
from canvas.models import Project
from canvas.services.classifications import latest_classification
from canvas.services.decisions import standing_decision

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


def decision_differs(project: Project, answers: Mapping[int, Mapping[str, Any]]) -> list[tuple[int, Contradiction]]:
    """Block 10 names one decision, and two people signed another."""
    said = str(answers.get(10, {}).get("decision", ""))
    signed = standing_decision(project) if said else None
    if signed is None or signed.outcome == said.replace("_", "-"):
        return []
    words = display(get_block(10).field("decision"), said)
    sentence = f"Says “{words}”; decision {signed.number}, signed by two people, says “{signed.get_outcome_display()}”."
    return [(10, Contradiction("decision", sentence))]


def ban_is_overlooked(project: Project, answers: Mapping[int, Mapping[str, Any]]) -> list[tuple[int, Contradiction]]:
    """Block 10 denies a prohibited practice that a signed classification found."""
    rows = answers.get(10, {}).get("disqualifiers") or []
    denied = {"disqualifier": "prohibited_practice", "applies": "no"}
    if not any(denied.items() <= row.items() for row in rows):
        return []
    signed = latest_classification(project)
    if signed is None or not signed.is_prohibited:
        return []
    sentence = f"Says that no practice is prohibited; classification {signed.number} found one."
    return [(10, Contradiction("disqualifiers", sentence))]


def offer() -> None:
    """Make the comparisons known."""
    evidence.offer_claim("canvas.decision", decision_differs)
    evidence.offer_claim("canvas.prohibited", ban_is_overlooked)
    evidence.offer_claim("canvas.task", task_differs)
