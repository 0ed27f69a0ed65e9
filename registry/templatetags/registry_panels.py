"""What the registry shows on pages that several rooms compose."""

from typing import Any

from django import template

from accounts.models import User
from canvas.models import Project
from registry.environments.comparison import Step
from registry.models import Check, ModelVersion, PromotionRequest, RegisteredModel, Run, SelectionRecord

register = template.Library()

SHOWN = 5
STAGE_TONES = {"production": ("good", "circle-check"), "staging": ("info", "clock-play"), "retired": ("", "archive")}
STEP_TONES = {
    Step.ADDED: ("info", "plus"),
    Step.REMOVED: ("info", "minus"),
    Step.MAJOR: ("bad", "arrows-up-down"),
    Step.MINOR: ("warn", "arrow-right"),
    Step.PATCH: ("", "point"),
    Step.OTHER: ("", "dots"),
}
PROMOTION_TONES = {
    PromotionRequest.Status.OPEN: ("info", "git-pull-request"),
    PromotionRequest.Status.APPROVED: ("good", "check"),
    PromotionRequest.Status.REJECTED: ("bad", "x"),
    PromotionRequest.Status.WITHDRAWN: ("", "arrow-back-up"),
}


@register.inclusion_tag("registry/_models_panel.html")
def models_panel(project: Project) -> dict[str, Any]:
    """The project's models with their latest versions, for its overview."""
    models = RegisteredModel.objects.filter(project=project).live().listed().order_by("name")[: SHOWN + 1]
    return {"project": project, "models": models[:SHOWN], "has_more": len(models) > SHOWN}


@register.inclusion_tag("registry/_promotions_panel.html")
def promotions_panel(project: Project) -> dict[str, Any]:
    """The project's latest requests, open ones first, for its overview."""
    listed = project.promotions.listed()
    waiting = list(listed.filter(status=PromotionRequest.Status.OPEN).order_by("requested_at")[:SHOWN])
    decided = list(listed.exclude(status=PromotionRequest.Status.OPEN).order_by("-closed_at")[:SHOWN])
    return {"project": project, "promotions": [*waiting, *decided][:SHOWN]}


@register.inclusion_tag("registry/_reviews_panel.html")
def reviews_panel(user: User) -> dict[str, Any]:
    """The requests that wait for somebody's decision, for their home page."""
    waiting = PromotionRequest.objects.waiting_for(user).listed().order_by("requested_at")[: SHOWN + 1]
    return {"promotions": waiting[:SHOWN], "has_more": len(waiting) > SHOWN}


@register.inclusion_tag("registry/_selections_panel.html")
def selection_of(version: ModelVersion) -> dict[str, Any]:
    """Why the run that a version came from was chosen among others, for the version's page."""
    found = SelectionRecord.objects.filter(chosen=version.run_id).listed() if version.run_id else []
    return {"selections": found, "subject": "version"}


@register.inclusion_tag("registry/_selections_panel.html")
def selections_of_run(run: Run) -> dict[str, Any]:
    """Why a run was chosen among others, for the run's page."""
    return {"selections": SelectionRecord.objects.filter(chosen=run).listed(), "subject": "run"}


@register.inclusion_tag("registry/_stage_pill.html")
def stage_pill(key: str | None, name: str | None) -> dict[str, str]:
    """The stage a version holds, as a pill."""
    tone, sign = STAGE_TONES.get(key or "", ("", "circle-dashed"))
    return {"label": name or "No stage", "tone": tone, "sign": sign}


@register.inclusion_tag("registry/_stage_pill.html")
def step_pill(step: str) -> dict[str, str]:
    """How far two versions of a package lie apart, as a pill."""
    tone, sign = STEP_TONES[Step(step)]
    return {"label": str(step), "tone": tone, "sign": sign}


@register.inclusion_tag("registry/_stage_pill.html")
def promotion_pill(promotion: PromotionRequest) -> dict[str, str]:
    """Where a request stands, as a pill."""
    tone, sign = PROMOTION_TONES[PromotionRequest.Status(promotion.status)]
    return {"label": promotion.get_status_display(), "tone": tone, "sign": sign}


@register.filter
def check_word(status: str) -> str:
    """A check's status in a word."""
    return str(Check.Status(status).label)
