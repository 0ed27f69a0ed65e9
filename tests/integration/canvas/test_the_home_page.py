"""What one finds on arriving: what waits, what runs, what happened."""

from django.test import Client
from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from jobs.models import Job
from registry.models import PromotionRequest
from tests.conftest import ClientAs
from tests.factories.canvas import ProjectFactory
from tests.factories.jobs import JobFactory
from tests.factories.registry import PromotionFactory


def home(client: Client) -> str:
    return client.get(reverse("canvas:home")).content.decode()


def test_what_runs_in_ones_projects_shows_its_progress(
    project: Project, owner: User, viewer: User, outsider: User, client_as: ClientAs
) -> None:
    JobFactory(project=project, label="Evaluation 3", state=Job.State.RUNNING, progress=42, requested_by=owner)
    JobFactory(project=project, label="Evaluation 2", state=Job.State.SUCCEEDED, requested_by=owner)
    shown = home(client_as(viewer))
    assert "Evaluation 3" in shown
    assert "42 %" in shown
    assert "Evaluation 2" not in shown
    assert "Nothing runs" in home(client_as(outsider))


def test_only_who_asked_for_a_job_may_cancel_it_from_here(
    project: Project, owner: User, viewer: User, client_as: ClientAs
) -> None:
    job = JobFactory(project=project, label="Evaluation 3", state=Job.State.RUNNING, requested_by=owner)
    cancel = reverse("jobs:job-cancel", args=[project.slug, job.pk])
    assert cancel in home(client_as(owner))
    assert cancel not in home(client_as(viewer))


def test_a_promotion_waits_for_an_approver_who_had_no_part_in_it(
    project: Project, owner: User, approver: User, viewer: User, client_as: ClientAs
) -> None:
    promotion: PromotionRequest = PromotionFactory(version__model__project=project, requested_by=owner)
    theirs = home(client_as(approver))
    assert promotion.get_absolute_url() in theirs
    assert '<span class="count hot">1</span>' in theirs
    for somebody in (owner, viewer):
        shown = home(client_as(somebody))
        assert promotion.get_absolute_url() not in shown
        assert "Nothing waits for you" in shown
        assert '<span class="count hot">' not in shown


def test_a_newcomer_is_told_how_it_goes(outsider: User, owner: User, project: Project, client_as: ClientAs) -> None:
    assert "New here?" in home(client_as(outsider))
    assert "New here?" not in home(client_as(owner))
    ProjectFactory(created_by=outsider)
    assert "New here?" not in home(client_as(outsider))
