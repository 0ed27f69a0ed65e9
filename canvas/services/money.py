"""Every write to the money of a plan, and the estimate that holds now."""

from canvas.models import Project, RoiEstimate


def latest_estimate(project: Project) -> RoiEstimate | None:
    """The newest frozen estimate, or None; `canvas.roi` says what its `results` hold."""
    return RoiEstimate.objects.filter(project=project).order_by("-number").first()
