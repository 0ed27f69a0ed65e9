from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from audit.models import AuditEntry
from canvas.models import Project
from jobs import runner, services
from jobs.handlers import PermanentFailure, Progress, TransientFailure
from jobs.models import Job
from tests.factories.canvas import ProjectFactory
from tests.factories.jobs import KIND, JobFactory, RecordingHandler, in_this_thread, offered, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(project: Project) -> Job:
    return JobFactory(project=project)


def purpose_of(job: Job) -> str:
    return Project.objects.get(pk=job.project_id).purpose


def test_a_finished_job_keeps_what_it_saved_and_what_it_said(job: Job) -> None:
    before = job.project.purpose

    def count(job: Job, progress: Progress) -> None:
        progress.report("Counting", 40)
        progress.log("Saw 3 rows")

    with offered(RecordingHandler(count)):
        assert work() == 1
    job.refresh_from_db()
    assert (job.state, job.progress, job.attempt) == (Job.State.SUCCEEDED, 100, 1)
    assert job.started_at
    assert job.finished_at
    assert purpose_of(job) == f"{before}+1"
    assert [line.text for line in job.log.all()] == ["Saw 3 rows"]


def test_a_permanent_failure_is_not_tried_again(job: Job) -> None:
    def refuse(job: Job, progress: Progress) -> None:
        raise PermanentFailure("The file is empty. Upload one with rows.")

    handler = RecordingHandler(refuse)
    before = purpose_of(job)
    with offered(handler):
        assert work() == 1
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert job.error == "The file is empty. Upload one with rows."
    assert handler.failures == [job.error]
    assert purpose_of(job) == before


def test_a_mistake_of_ours_fails_the_job_without_showing_its_insides(job: Job) -> None:
    def stumble(job: Job, progress: Progress) -> None:
        raise ZeroDivisionError("secret detail")

    handler = RecordingHandler(stumble)
    with offered(handler):
        work()
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert handler.runs == [1]
    assert "secret detail" not in job.error
    assert str(job.pk) in job.error


def test_a_passing_trouble_is_tried_again_later_and_fails_the_third_time(job: Job) -> None:
    def hiccup(job: Job, progress: Progress) -> None:
        raise TransientFailure("The storage did not answer.")

    handler = RecordingHandler(hiccup)
    with offered(handler):
        for attempt in (1, 2, 3):
            started = timezone.now()
            assert work() == 1
            job.refresh_from_db()
            if attempt < 3:
                assert job.state == Job.State.QUEUED
                wait = (job.not_before - started).total_seconds()
                assert 2**attempt <= wait <= 2**attempt * 1.25 + 5
                assert work() == 0
                Job.objects.update(not_before=started)
    assert handler.runs == [1, 2, 3]
    assert job.state == Job.State.FAILED
    assert job.error == "The storage did not answer."


def test_a_lost_lease_refuses_the_late_write(job: Job) -> None:
    before = purpose_of(job)

    def be_overtaken(job: Job, progress: Progress) -> None:
        # The sweep gave the job to another worker while this one stood still.
        Job.objects.filter(pk=job.pk).update(token="another worker's")
        progress.log("too late")

    handler = RecordingHandler(be_overtaken)
    with offered(handler):
        assert runner.run_next(supervise=in_this_thread) is True
    job.refresh_from_db()
    assert (job.state, job.token) == (Job.State.RUNNING, "another worker's")
    assert purpose_of(job) == before
    assert not job.log.exists()
    assert handler.failures == []


def test_a_handler_learns_at_its_next_report_that_its_lease_is_lost(job: Job) -> None:
    reached: list[str] = []

    def be_overtaken(job: Job, progress: Progress) -> None:
        Job.objects.filter(pk=job.pk).update(token="another worker's")
        progress.report("Counting", 50)
        reached.append("after the report")

    with offered(RecordingHandler(be_overtaken)):
        work()
    assert reached == []


def test_the_sweep_puts_a_job_back_whose_worker_stopped_answering(job: Job) -> None:
    handler = RecordingHandler()
    with offered(handler):
        lease = services.claim()
        assert lease is not None
        assert services.sweep() == 0
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert services.sweep() == 1
        job.refresh_from_db()
        assert (job.state, job.attempt, job.token) == (Job.State.QUEUED, 1, "")
        assert job.not_before > timezone.now()
        assert services.sweep() == 0
        Job.objects.update(not_before=timezone.now())
        assert work() == 1
    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.SUCCEEDED, 2)
    assert "attempt 1 of 3" in job.log.get().text


def test_a_poisoned_job_stops_after_three_dead_workers(job: Job) -> None:
    handler = RecordingHandler()
    with offered(handler):
        for attempt in (1, 2, 3):
            lease = services.claim()
            assert lease is not None
            assert lease.job.attempt == attempt
            services.heartbeat(lease, phase="Measuring", percent=30)
            past = timezone.now() - timedelta(seconds=1)
            Job.objects.update(lease_until=past)
            assert services.sweep() == 1
            Job.objects.update(not_before=past)
        assert services.claim() is None
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "died 3 times" in job.error
    assert "Measuring" in job.error
    assert handler.failures == [job.error]


def test_a_job_handed_back_by_a_stopping_worker_does_not_count_as_tried(job: Job) -> None:
    with offered(RecordingHandler()):
        lease = services.claim()
        assert lease is not None
        assert services.release(lease) is True
        assert services.release(lease) is False
        job.refresh_from_db()
        assert (job.state, job.attempt) == (Job.State.QUEUED, 0)
        again = services.claim()
    assert again is not None
    assert again.token != lease.token
    assert again.job.attempt == 1


def test_a_heartbeat_extends_the_lease_and_a_stranger_does_not(job: Job) -> None:
    with offered(RecordingHandler()):
        lease = services.claim()
    assert lease is not None
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=5))
    stranger = services.Lease(job, "f" * 32)
    assert services.heartbeat(stranger, phase="Mine", percent=99) == services.Beat(is_held=False, is_cancelled=False)
    job.refresh_from_db()
    assert job.lease_until
    assert job.lease_until < timezone.now()
    assert services.heartbeat(lease, phase="Measuring", percent=55).is_held
    job.refresh_from_db()
    assert job.lease_until
    assert job.lease_until > timezone.now()
    assert (job.phase, job.progress) == ("Measuring", 55)


def test_one_project_never_takes_every_worker(job: Job, settings) -> None:
    settings.JOBS_PER_PROJECT = 1
    JobFactory(project=job.project)
    other = JobFactory(project=ProjectFactory())
    with offered(RecordingHandler()):
        first, second, third = services.claim(), services.claim(), services.claim()
    assert first is not None
    assert second is not None
    assert (first.job, second.job, third) == (job, other, None)


def test_a_pressing_job_goes_first(job: Job) -> None:
    pressing = JobFactory(project=job.project, priority=5)
    with offered(RecordingHandler()):
        first = services.claim()
    assert first is not None
    assert first.job == pressing


def test_the_same_key_gives_the_same_job_and_another_project_its_own(project: Project) -> None:
    def ask(where: Project) -> Job:
        with transaction.atomic():
            return services.enqueue(
                KIND, project=where, label="Count", by=project.created_by, idempotency_key="once, please"
            )

    first = ask(project)
    assert ask(project) == first
    assert ask(ProjectFactory()) != first
    assert Job.objects.count() == 2


def test_a_committed_job_rings_a_worker(project: Project, django_capture_on_commit_callbacks, monkeypatch) -> None:
    rung: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda self, name, args, **options: rung.append((name, args))
    )
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        job = services.enqueue(KIND, project=project, label="Count", by=project.created_by)
        assert rung == []
    assert rung == [("jobs.tasks.run_job", [str(job.pk)])]


def test_a_broker_that_is_down_loses_nothing(project: Project, django_capture_on_commit_callbacks, monkeypatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("celery.app.base.Celery.send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        services.enqueue(KIND, project=project, label="Count", by=project.created_by)
    with offered(RecordingHandler()):
        assert services.has_due()
        assert work() == 1


def test_a_waiting_job_is_cancelled_at_once(job: Job) -> None:
    handler = RecordingHandler()
    with offered(handler):
        services.request_cancel(job, by=job.requested_by)
        assert work() == 0
    assert (job.state, handler.runs, handler.cancellations) == (Job.State.CANCELLED, [], 1)
    line = AuditEntry.objects.get(action="job.cancel-requested")
    assert line.actor_id == job.requested_by.pk


def test_a_running_job_stops_at_its_next_report_and_saves_nothing(job: Job) -> None:
    before = purpose_of(job)
    reached: list[str] = []

    def count(job: Job, progress: Progress) -> None:
        services.request_cancel(job, by=job.requested_by)
        services.request_cancel(job, by=job.requested_by)
        assert job.is_cancelling
        progress.report("Counting", 50)
        reached.append("after the report")

    handler = RecordingHandler(count)
    with offered(handler):
        work()
    job.refresh_from_db()
    assert (job.state, handler.cancellations, reached) == (Job.State.CANCELLED, 1, [])
    assert purpose_of(job) == before
    assert AuditEntry.objects.filter(action="job.cancel-requested").count() == 1


def test_a_cancel_that_arrives_with_the_last_row_still_counts(job: Job) -> None:
    before = purpose_of(job)

    def count(job: Job, progress: Progress) -> None:
        services.request_cancel(job, by=job.requested_by)

    with offered(RecordingHandler(count)):
        work()
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert purpose_of(job) == before


def test_whatever_a_handler_trips_over_while_stopping_the_job_counts_as_cancelled(job: Job) -> None:
    def count(job: Job, progress: Progress) -> None:
        services.request_cancel(job, by=job.requested_by)
        try:
            progress.report("Counting", 50)
        finally:
            raise BrokenPipeError

    with offered(RecordingHandler(count)):
        work()
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED


def test_a_dead_workers_job_that_was_to_be_cancelled_is_cancelled_by_the_sweep(job: Job) -> None:
    handler = RecordingHandler()
    with offered(handler):
        services.claim()
        services.request_cancel(job, by=job.requested_by)
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        services.sweep()
    job.refresh_from_db()
    assert (job.state, handler.cancellations) == (Job.State.CANCELLED, 1)


def test_a_finished_job_cannot_be_cancelled(job: Job) -> None:
    with offered(RecordingHandler()):
        work()
        job.refresh_from_db()
        with pytest.raises(services.AlreadyOver, match="finished already"):
            services.request_cancel(job, by=job.requested_by)


def test_a_result_that_cannot_be_saved_leaves_nothing_behind(job: Job) -> None:
    handler = RecordingHandler()
    before = purpose_of(job)

    def save_half() -> None:
        Project.objects.update(purpose="half")
        raise RuntimeError

    with offered(handler):
        lease = services.claim()
        assert lease is not None
        with pytest.raises(RuntimeError):
            services.finish(lease, save_half)
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING
    assert purpose_of(job) == before
