from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from jobs import services
from jobs.models import Job

STOP_POLLING = 286


@require_safe
def progress(request: AuthenticatedRequest, slug: str, job_id: UUID) -> HttpResponse:
    """How far a job is, for the page that watches it; the page reloads itself once the job is over."""
    project = get_project(request.user, slug)
    job = _job(project, job_id)
    response = render(request, "jobs/_progress.html", {"project": project, "job": job})
    if job.is_over and request.htmx:
        response.status_code = STOP_POLLING
        response["HX-Refresh"] = "true"
    return response


@require_POST
def cancel(request: AuthenticatedRequest, slug: str, job_id: UUID) -> HttpResponse:
    """Stop a job, on behalf of whoever asked for it or may evaluate."""
    project = get_project(request.user, slug)
    job = _job(project, job_id)
    if Permission.EVALUATE not in project.can and job.requested_by != request.user:
        raise PermissionDenied(f"Your role in {project.name} does not allow this.")
    try:
        services.request_cancel(job, by=request.user)
    except services.AlreadyOver as reason:
        messages.info(request, str(reason))
    if request.htmx:
        return progress(request, slug, job_id)
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect(project)


@require_safe
def log(request: AuthenticatedRequest, slug: str, job_id: UUID) -> HttpResponse:
    """Everything a job wrote down while it ran."""
    project = get_project(request.user, slug)
    job = _job(project, job_id)
    lines = job.log.all()
    return render(request, "jobs/job_log.html", {"project": project, "job": job, "lines": lines})


def _job(project: Project, job_id: UUID) -> Job:
    return get_object_or_404(Job.objects.select_related("project", "requested_by"), project=project, pk=job_id)
