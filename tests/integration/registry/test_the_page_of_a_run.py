"""The page of a run: charts, files, its seal, renewal until its end, its note, and setting it aside."""

import csv
import io
import json
import math
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from registry.models import LoggedModel, Run, RunDataset, RunTag
from registry.services import artifacts, batches, experiments, metrics, runs, tags
from registry.services.metrics import Point
from tests.conftest import ClientAs
from tests.factories.canvas import ProjectFactory
from tests.factories.registry import ModelVersionFactory, RunFactory, documented_snapshot

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def run(project: Project, contributor: User) -> Run:
    """A run that is going."""
    experiment = experiments.default_of(project)
    return runs.start(project, experiment_id=experiment.mlflow_id, name="boosting", by=contributor, started_by="tarik")


def url(run: Run, name: str = "run-detail") -> str:
    return reverse(f"registry:{name}", args=[run.experiment.project.slug, run.run_id])


def test_charts_show_histories_with_gaps_long_ones_and_those_without_steps(
    run: Run, viewer: User, client_as: ClientAs
) -> None:
    loss = [Point("loss", math.nan if step == 5 else 1 / (1 + step), step, 1000 * step) for step in range(20)]
    long = [Point("long", float(step % 7), step, step) for step in range(3_000)]
    clock = [Point("clock", float(second), 0, 1_000 * second) for second in range(5)]
    far = [Point("far", (-1) ** at * 1e99, at * 2**53 - 2**62, 1) for at in range(400)]
    steep = [Point("steep", value, at, at) for at, value in enumerate((1e308, -1e308, 1.0, 2.0))]
    metrics.add(run, [*loss, *long, *clock, *far, *steep, Point("once", 3.0, 0, 1), Point("huge", 1e308 * 10, 0, 1)])
    page = client_as(viewer).get(url(run))
    drawn = {drawing.title: drawing for drawing in page.context["charts"]}
    assert sorted(drawn) == ["clock", "far", "long", "loss", "steep"]
    assert all(drawing.svg.startswith("<svg") for drawing in drawn.values())
    assert "From 1 at step 0 to 0.05 at step 19" in drawn["loss"].caption
    assert "1 of the values is no number that can be drawn" in drawn["loss"].caption
    assert "means of neighbouring points" in drawn["long"].caption
    assert drawn["clock"].columns[0] == "Seconds since the first point"
    assert "1.7977e+308" in page.content.decode()
    timed = client_as(viewer).get(url(run), {"x": "time"}).context["charts"]
    assert {drawing.columns[0] for drawing in timed} == {"Seconds since the first point"}
    answer = client_as(viewer).get(url(run, "run-history"), {"key": "loss"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[arg-type]
    assert (len(rows), rows[5]["value"], float(rows[19]["value"])) == (20, "NaN", 0.05)


def test_a_run_that_fell_silent_is_no_longer_waited_for_and_stays_as_it_said(
    run: Run, project: Project, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    browser, table = client_as(viewer), reverse("registry:run-list", args=[project.slug])
    assert "hx-trigger" in browser.get(table).content.decode()
    silent = timezone.now() - timedelta(hours=25)
    Run.objects.filter(pk=run.pk).update(last_heard_at=silent, created_at=silent)
    page = browser.get(url(run)).content.decode()
    assert ("No news since" in page, "hx-trigger" in page) == (True, False)
    part = browser.get(url(run), headers=HTMX)
    assert (part.status_code, "HX-Refresh" in part.headers) == (286, False)
    assert "hx-trigger" not in browser.get(table).content.decode()
    run.refresh_from_db()
    assert run.status == Run.Status.RUNNING
    # Before a run's silence was noted, nothing but its start is known.
    Run.objects.filter(pk=run.pk).update(last_heard_at=None)
    assert "No news since" in browser.get(url(run)).content.decode()
    child = runs.start(project, experiment_id="0", by=contributor, sent={tags.PARENT: run.run_id})
    assert 'hx-trigger="every 5s"' in browser.get(url(run)).content.decode()
    child.delete()
    batches.log(project, run.run_id, by=contributor, params=[("C", "1")])
    assert 'hx-trigger="every 5s"' in browser.get(url(run)).content.decode()
    Run.objects.filter(pk=run.pk).update(last_heard_at=silent)
    run.refresh_from_db()
    artifacts.store(run, "late.txt", iter([b"late"]), by=contributor)
    assert "hx-trigger" in browser.get(table).content.decode()


def test_the_page_renews_itself_until_the_run_ends_and_then_shows_the_seal(
    run: Run, project: Project, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    browser = client_as(viewer)
    assert 'hx-trigger="every 5s"' in browser.get(url(run)).content.decode()
    metrics.add(run, [Point("auc", 0.91, 1, 1)])
    part = browser.get(url(run), headers=HTMX)
    assert (part.status_code, "0.91" in part.content.decode()) == (200, True)
    assert "<h1" not in part.content.decode()
    runs.update(project, run.run_id, by=contributor, status=Run.Status.FINISHED)
    over = browser.get(url(run), headers=HTMX)
    assert (over.status_code, over.headers["HX-Refresh"]) == (286, "true")
    page = browser.get(url(run))
    line = AuditEntry.objects.get(action="run.ended")
    assert page.context["seal"].sha256 in line.body
    assert f"line {line.seq} of the journal: 1 tag, 1 metric" in " ".join(page.content.decode().split())
    assert page.context["sealed"].entry.actor_label == contributor.name
    assert "hx-trigger" not in page.content.decode()


def test_a_note_is_written_and_the_journal_says_so_after_the_end(
    run: Run, project: Project, contributor: User, client_as: ClientAs
) -> None:
    runs.update(project, run.run_id, by=contributor, status=Run.Status.FINISHED)
    page = client_as(contributor).post(url(run, "run-note"), {"note": "Overfits after step 40."}, follow=True)
    assert "Overfits after step 40." in page.content.decode()
    assert RunTag.objects.get(run=run, key="mlflow.note.content").value == "Overfits after step 40."
    assert AuditEntry.objects.filter(action="run.changed").count() == 1
    assert "Changed 1 time since" in page.content.decode()


def test_a_run_is_set_aside_with_a_reason_and_comes_back(run: Run, contributor: User, client_as: ClientAs) -> None:
    browser = client_as(contributor)
    gone = browser.post(url(run, "run-delete"), {"reason": "Wrong data."}, follow=True).content.decode()
    assert "This run was deleted" in gone
    assert "Wrong data." in AuditEntry.objects.get(action="run.deleted").body
    refused = browser.post(url(run, "run-note"), {"note": "x"}, follow=True).content.decode()
    assert "Restore it before you write about it" in refused
    assert "is back" in browser.post(url(run, "run-restore"), follow=True).content.decode()
    run.refresh_from_db()
    assert run.deleted_at is None


def test_a_run_that_a_version_came_of_stays_and_the_page_says_which(
    run: Run, project: Project, contributor: User, client_as: ClientAs
) -> None:
    version = ModelVersionFactory(model__project=project, run=run)
    page = client_as(contributor).post(url(run, "run-delete"), follow=True).content.decode()
    assert f"cannot be deleted, because {version} came out of it" in page
    assert not Run.objects.filter(deleted_at__isnull=False).exists()


def test_files_of_the_run_and_its_models_are_listed_and_handed_out_as_attachments(
    run: Run, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    model = LoggedModel.objects.create(experiment=run.experiment, name="forest", source_run=run, created_by=contributor)
    artifacts.store(run, "plots/100 & more+=.html", iter([b"<script>alert(1)</script>"]), by=contributor)
    artifacts.store(model, "MLmodel", iter([b"flavors: {}"]), by=contributor)
    browser = client_as(viewer)
    page = browser.get(url(run)).content.decode()
    links = [part.split('"')[0].replace("&amp;", "&") for part in page.split('href="')[1:] if "/file/" in part]
    assert len(links) == 2
    got = [browser.get(link) for link in links]
    assert {b"".join(answer.streaming_content) for answer in got} == {b"<script>alert(1)</script>", b"flavors: {}"}  # type: ignore[arg-type]
    for answer in got:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Type"] == "application/octet-stream"
    for query in ({"path": "../secret"}, {"path": "no\0pe"}, {"path": "MLmodel"}, {"path": "MLmodel", "model": "m-0"}):
        assert browser.get(url(run, "run-file"), query).status_code == 404


def test_datasets_link_to_their_snapshots_and_nothing_runs_as_markup(
    run: Run, project: Project, viewer: User, client_as: ClientAs
) -> None:
    nasty = "<script>alert(1)</script>"
    snapshot = documented_snapshot(project)
    RunDataset.objects.create(run=run, dataset=snapshot, name=nasty, digest="abc", context=nasty, source=nasty)
    metrics.add(run, [Point(nasty, float(step), step, 1) for step in range(3)])
    RunTag.objects.create(run=run, key=nasty, value=nasty)
    Run.objects.filter(pk=run.pk).update(name=nasty, note=nasty, algorithm=nasty, parent=RunFactory(name=nasty))
    page = client_as(viewer).get(url(run)).content.decode()
    assert nasty not in page
    assert f'href="{snapshot.get_absolute_url()}"' in page


def test_a_run_of_another_project_is_not_found(run: Run, viewer: User, client_as: ClientAs) -> None:
    other = ProjectFactory(created_by=viewer)
    for name in ("run-detail", "run-history", "run-file"):
        address = reverse(f"registry:{name}", args=[other.slug, run.run_id])
        assert client_as(viewer).get(address).status_code == 404


def test_the_page_stays_under_its_ceiling_with_thousands_of_points_and_children(
    run: Run, viewer: User, client_as: ClientAs, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Run.objects.bulk_create(
        Run(experiment=run.experiment, name=f"child {n}", parent=run, created_by=run.created_by) for n in range(2_000)
    )
    metrics.add(run, [Point(f"m{key}", step / 7, step, step) for key in range(20) for step in range(40)])
    Run.objects.filter(pk=run.pk).update(status=Run.Status.FINISHED, ended_at=timezone.now())
    client = client_as(viewer)
    with django_assert_max_num_queries(40):
        page = client.get(url(run))
    assert page.context["child_count"] == 2_000
    assert (len(page.context["charts"]), page.context["charts_left_out"]) == (8, 12)


def test_what_is_logged_after_the_end_is_named_on_the_pages_of_run_and_version(
    run: Run, project: Project, contributor: User, auditor: User, client_as: ClientAs
) -> None:
    batches.log(project, run.run_id, by=contributor, points=[Point("auc", 0.7, 0, 1)], sent_tags={"stage": "draft"})
    runs.update(project, run.run_id, by=contributor, status=Run.Status.FINISHED)
    version = ModelVersionFactory(model__project=project, run=run)
    points = [Point("auc", 0.99, 1, 2), Point("f1", 0.9, 0, 1)]
    batches.log(project, run.run_id, by=contributor, points=points, params=[("depth", "3")])
    tags.set_one(project, run.run_id, key="stage", value="final", by=contributor)
    tags.delete(project, run.run_id, key="stage", by=contributor)
    batches.log(project, run.run_id, by=contributor, points=[Point(f"m{n:03}", n, 0, 1) for n in range(500)])
    lines = list(AuditEntry.objects.filter(action="run.changed").order_by("seq"))
    assert [line.object_label for line in lines[:3]] == [
        "boosting: parameter depth; metrics auc and f1",
        "boosting: tag stage",
        "boosting: tag stage taken away",
    ]
    assert lines[3].object_label.startswith("boosting: metrics m000, m001, ")
    assert lines[3].object_label.endswith("more")
    said = json.loads(lines[1].body)
    assert (said["before"], said["after"]) == ({"tags": {"stage": "draft"}}, {"tags": {"stage": "final"}})
    for address in (url(run), version.get_absolute_url()):
        page = client_as(auditor).get(address).content.decode()
        assert "changed, after its end, the run boosting: parameter depth; metrics auc and f1" in page
        assert "{&quot;stage&quot;: &quot;draft&quot;}" in page
    # However many changes there are, the page still shows the seal of the end.
    for number in range(25):
        tags.set_one(project, run.run_id, key="round", value=str(number), by=contributor)
    assert client_as(auditor).get(url(run)).context["seal"].changed_after == 29


def test_what_a_run_gathers_while_it_is_open_again_is_named_by_its_next_end(
    run: Run, project: Project, contributor: User, auditor: User, client_as: ClientAs
) -> None:
    sent = {"kept": "1", "moved": "from", "dropped": "x"}
    batches.log(project, run.run_id, by=contributor, points=[Point("auc", 0.7, 0, 1)], sent_tags=sent)
    runs.update(project, run.run_id, by=contributor, status=Run.Status.FINISHED)
    first = AuditEntry.objects.get(action="run.ended")
    assert first.object_label == "boosting"
    version = ModelVersionFactory(model__project=project, run=run)
    runs.update(project, run.run_id, by=contributor, status=Run.Status.RUNNING)
    points = [Point("auc", 0.99, 1, 2), Point("auc", 0.7, 0, 1)]
    batches.log(project, run.run_id, by=contributor, points=points, params=[("depth", "3")], sent_tags={"moved": "to"})
    tags.delete(project, run.run_id, key="dropped", by=contributor)
    assert not AuditEntry.objects.filter(action="run.changed").exists()
    runs.update(project, run.run_id, by=contributor, status=Run.Status.FINISHED)
    line = AuditEntry.objects.filter(action="run.ended").latest("seq")
    assert line.object_label == "boosting: parameter depth; metric auc; tag moved; tag dropped taken away"
    said = json.loads(line.body)
    assert said["after"]["params"] == {"depth": "3"}
    assert said["after"]["metrics"] == {"auc": 1}
    assert (said["before"]["tags"], said["after"]["tags"]) == ({"moved": "from", "dropped": "x"}, {"moved": "to"})
    assert "parameter depth; metric auc" in client_as(auditor).get(version.get_absolute_url()).content.decode()
    runs.update(project, run.run_id, by=contributor, status=Run.Status.RUNNING)
    batches.log(project, run.run_id, by=contributor, points=[Point(f"m{n:03}", n, 0, 1) for n in range(700)])
    runs.update(project, run.run_id, by=contributor, status=Run.Status.FINISHED)
    line = AuditEntry.objects.filter(action="run.ended").latest("seq")
    named = line.object_label.removeprefix("boosting: metrics ").partition(" and ")[0].split(", ")
    assert line.object_label.endswith(f" and {700 - len(named)} more")
    assert len(json.loads(line.body)["after"]["metrics"]) == 500
    # An opening and an end with nothing between them name nothing.
    runs.update(project, run.run_id, by=contributor, status=Run.Status.RUNNING)
    runs.update(project, run.run_id, by=contributor, status=Run.Status.FAILED)
    assert AuditEntry.objects.filter(action="run.ended").latest("seq").object_label == "boosting"
