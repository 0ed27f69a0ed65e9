from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Project
from canvas.roles import Role
from jobs.handlers import PermanentFailure, Progress
from jobs.models import Job
from tests.conftest import ClientAs
from tests.factories.canvas import MembershipFactory
from tests.factories.jobs import JobFactory, RecordingHandler, offered, work

HTMX = {"HX-Request": "true"}


@pytest.fixture
def job(project: Project) -> Job:
    return JobFactory(project=project)


def address(job: Job, page: str = "progress") -> str:
    return reverse(f"jobs:job-{page}", args=[job.project.slug, job.pk])


def test_a_running_job_shows_its_step_its_share_and_the_time_left(job: Job, viewer: User, client_as: ClientAs) -> None:
    Job.objects.update(
        state=Job.State.RUNNING, phase="Measuring", progress=25, started_at=timezone.now() - timedelta(seconds=60)
    )
    response = client_as(viewer).get(address(job), headers=HTMX)
    html = response.content.decode()
    assert response.status_code == 200
    assert "HX-Refresh" not in response
    assert 'value="25"' in html
    assert "Measuring" in html
    assert "about 3 min left" in html
    assert 'hx-trigger="every 2s"' in html


def test_the_time_left_is_not_guessed_before_a_tenth_is_done(job: Job, viewer: User, client_as: ClientAs) -> None:
    Job.objects.update(state=Job.State.RUNNING, progress=9, started_at=timezone.now() - timedelta(seconds=60))
    assert "left" not in client_as(viewer).get(address(job), headers=HTMX).content.decode()


@pytest.mark.parametrize(("silence", "is_said"), [(5, False), (30, True)])
def test_a_worker_that_stopped_answering_is_said_to_have(
    job: Job, viewer: User, client_as: ClientAs, settings: LazySettings, silence: int, is_said: bool
) -> None:
    settings.JOB_LEASE_SECONDS, settings.JOB_HEARTBEAT_SECONDS = 60, 10
    now = timezone.now()
    Job.objects.update(
        state=Job.State.RUNNING,
        phase="Measuring",
        progress=50,
        started_at=now - timedelta(seconds=60),
        lease_until=now + timedelta(seconds=60 - silence),
    )
    html = client_as(viewer).get(address(job), headers=HTMX).content.decode()
    assert ("stopped answering" in html) is is_said
    assert (" left</div>" in html) is not is_said


def test_the_watching_page_reloads_itself_once_the_job_is_over(job: Job, viewer: User, client_as: ClientAs) -> None:
    with offered(RecordingHandler()):
        work()
    response = client_as(viewer).get(address(job), headers=HTMX)
    assert response.status_code == 286
    assert response["HX-Refresh"] == "true"
    assert "hx-get" not in response.content.decode()


def test_a_failed_job_says_why_and_its_log_stays(job: Job, viewer: User, client_as: ClientAs) -> None:
    def refuse(job: Job, progress: Progress) -> None:
        progress.log("Read 0 rows of <measurements>")
        raise PermanentFailure("The snapshot has no rows. Upload one that has.")

    with offered(RecordingHandler(refuse)):
        work()
    client = client_as(viewer)
    assert "The snapshot has no rows. Upload one that has." in client.get(address(job)).content.decode()
    html = client.get(address(job, "log")).content.decode()
    assert "Read 0 rows of &lt;measurements&gt;" in html


def test_whoever_may_evaluate_can_cancel_and_comes_back_to_the_page(
    job: Job, validator: User, client_as: ClientAs
) -> None:
    with offered(RecordingHandler()):
        response = client_as(validator).post(address(job, "cancel"), {"next": "/projects/"})
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert response["Location"] == "/projects/"


def test_cancelling_never_leads_to_another_site(job: Job, validator: User, client_as: ClientAs) -> None:
    response = client_as(validator).post(address(job, "cancel"), {"next": "https://example.org/"})
    assert response["Location"] == job.project.get_absolute_url()


def test_a_viewer_cannot_cancel_somebody_elses_job_and_sees_no_button(
    job: Job, viewer: User, client_as: ClientAs
) -> None:
    client = client_as(viewer)
    assert address(job, "cancel") not in client.get(address(job)).content.decode()
    assert client.post(address(job, "cancel")).status_code == 403
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_whoever_asked_for_a_job_can_cancel_it(project: Project, approver: User, client_as: ClientAs) -> None:
    job = JobFactory(project=project, requested_by=approver)
    client = client_as(approver)
    assert address(job, "cancel") in client.get(address(job)).content.decode()
    assert client.post(address(job, "cancel")).status_code == 302
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED


def test_a_job_is_only_found_inside_its_own_project(job: Job, client_as: ClientAs) -> None:
    other = MembershipFactory(role=Role.OWNER)
    client = client_as(other.user)
    assert client.get(reverse("jobs:job-progress", args=[other.project.slug, job.pk])).status_code == 404
