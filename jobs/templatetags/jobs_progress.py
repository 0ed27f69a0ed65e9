"""What a progress bar says about a job beyond its row."""

from django import template
from django.utils import timezone

from jobs.models import Job

register = template.Library()

EARLIEST_GUESS_PERCENT = 10


@register.filter
def time_left(job: Job) -> str:
    """How long the rest should take at the pace so far; nothing before the pace can be told."""
    if job.state != Job.State.RUNNING or job.started_at is None or job.cancel_requested:
        return ""
    if job.progress < EARLIEST_GUESS_PERCENT or job.is_silent:
        return ""
    spent = (timezone.now() - job.started_at).total_seconds()
    seconds = round(spent * (100 - job.progress) / job.progress)
    if seconds < 60:
        return f"{max(seconds, 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


@register.filter
def standing(job: Job) -> str:
    """The step in words: what is running, or what the job waits for."""
    if job.is_silent:
        return "The worker has stopped answering. Unless it comes back, this is taken over within a minute or two"
    if job.is_cancelling:
        return "Cancelling: the worker stops at its next step"
    if job.state == Job.State.QUEUED and job.attempt:
        return f"Waiting for attempt {job.attempt + 1} of {job.max_attempts}: the worker stopped answering"
    if job.state == Job.State.QUEUED:
        return "Waiting for a worker"
    return job.phase if job.state == Job.State.RUNNING else job.get_state_display()
