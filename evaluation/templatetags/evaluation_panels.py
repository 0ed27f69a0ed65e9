"""What this room shows on pages that rooms share, and the words of its own tables."""

from datetime import timedelta
from typing import Any

from django import template
from django.template import Context

from canvas.models import Project
from evaluation.models import EvaluationJob
from evaluation.presentation import Shown, overall, present
from evaluation.services import thresholds_changed
from jobs.models import Job
from registry.models import ModelVersion

register = template.Library()

SHOWN_ON_OVERVIEW = 5
SHOWN_ON_VERSION = 10


@register.inclusion_tag("evaluation/_project_panel.html", takes_context=True)
def evaluations_panel(context: Context, project: Project) -> dict[str, Any]:
    """A project's latest evaluations."""
    latest = list(project.evaluations.listed()[:SHOWN_ON_OVERVIEW])
    return {"project": project, "page": latest, "request": context.get("request")}


@register.inclusion_tag("evaluation/_version_panels.html", takes_context=True)
def version_evaluations(context: Context, version: ModelVersion) -> dict[str, Any]:
    """The evidence about a version: its best evaluation in full, and the list of all of them."""
    evaluations = list(version.evaluations.listed()[:SHOWN_ON_VERSION])
    best = best_of(version)
    return {
        "project": context.get("project"),
        "request": context.get("request"),
        "version": version,
        "page": evaluations,
        "running": next((one for one in evaluations if not one.job.is_over), None),
        "evaluation": best,
        "shown": present(best) if best else None,
        "thresholds_changed": thresholds_changed(best) if best else False,
        "curves": best.curves.defer("print_svg") if best else [],
    }


def best_of(version: ModelVersion) -> EvaluationJob | None:
    """The evaluation a promotion looks at; None while none has finished."""
    finished = version.evaluations.finished().select_related("project", "dataset", "version__model__project")
    return finished.by_weight().first()


@register.filter
def thousands(value: int | None) -> str:
    """A whole number with separators."""
    return "–" if value is None else f"{value:,}"


@register.filter
def verdict_word(evaluation: Any) -> str:  # Any: an evaluation with the counts of `listed()`, or without
    """All thresholds of an evaluation in one word; empty where there were none."""
    counted = {word: getattr(evaluation, f"{word}_count", None) for word in ("fail", "inconclusive", "pass")}
    if None in counted.values():
        return overall(verdict.verdict for verdict in evaluation.verdicts.all())
    return overall(word for word, count in counted.items() if count)


@register.filter
def threshold_count(evaluation: Any) -> int:  # Any: an evaluation with the counts of `listed()`
    """How many thresholds a listed evaluation was held to."""
    return int(evaluation.pass_count + evaluation.fail_count + evaluation.inconclusive_count)


@register.filter
def met_words(shown: Shown) -> str:
    """How many thresholds were met, in words."""
    return f"{shown.met} of {len(shown.kpis)} thresholds met"


@register.filter
def duration(job: Job) -> timedelta | None:
    """How long the last attempt took."""
    return job.finished_at - job.started_at if job.finished_at and job.started_at else None
