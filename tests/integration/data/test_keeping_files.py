"""What is stored stays what it was, goes when nothing points to it, and fits into what a project may keep."""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data import kept, places, storage
from data.kept import Column
from data.models import StorageCheck, StorageUse
from data.services import keeping, quotas
from registry.models import Artifact, Check, ModelVersion, Run
from tests.buckets import bucket_server, bucket_settings
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory, RunFactory, stored

pytestmark = pytest.mark.django_db

# Columns that hold a SHA-256 of something that is no file of the storage.
NO_FILES = {
    "data.DatasetProfile.sha256",  # of the snapshot's bytes, which the snapshot points to
    "registry.TrainingEnvironment.sha256",
    "registry.ModelOutline.artifact_sha256",  # of the version's file, which the version points to
    "registry.PromotionRequest.evidence_sha256",
    "docsgen.Document.facts_sha256",
    "docsgen.Poster.facts_sha256",
    "evaluation.EvaluationJob.results_sha256",
    "data.StorageCheck.after_sha256",
}


@pytest.fixture(scope="module")
def buckets() -> Iterator[str]:
    with bucket_server() as address:
        yield address


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> str:
    """An empty storage of either kind."""
    content = {
        "folder": lambda: {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "content")},
        },
        "bucket": lambda: bucket_settings(request.getfixturevalue("buckets")),
    }
    settings.STORAGES = settings.STORAGES | {"content": content[request.param]()}
    return str(request.param)


@pytest.fixture
def run(project: Project) -> Run:
    return RunFactory(experiment__project=project)


def keep(run: Run, name: str, content: bytes) -> Artifact:
    file = stored(content)
    return Artifact.objects.create(run=run, path=name, sha256=file.sha256, size=file.size, stored_by=run.created_by)


def later(monkeypatch: pytest.MonkeyPatch, **time: float) -> None:
    """Go on as if so much time had passed."""
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(**time))


def damage(artifact: Artifact, content: bytes | None) -> None:
    name = f"{artifact.sha256[:2]}/{artifact.sha256[2:4]}/{artifact.sha256}"
    places.discard(name)
    if content is not None:
        path = places.incoming() / "damage"
        path.write_bytes(content)
        places.put(path, name)


def test_files_are_kept_read_in_parts_and_missed(place: str) -> None:
    file = stored(b"0123456789")
    again = stored(b"0123456789")
    assert file == again
    assert storage.exists(file.sha256)
    assert storage.matches(file.sha256)
    assert storage.size_of(file.sha256) == 10
    assert storage.open_part(file.sha256, 3, 4).read() == b"3456"
    assert storage.open_file(file.sha256).read() == b"0123456789"
    assert b"".join(storage.chunks(storage.open_stream(file.sha256))) == b"0123456789"
    with storage.local_path(file.sha256) as path:
        assert path.read_bytes() == b"0123456789"
    empty = stored(b"")
    assert storage.open_stream(empty.sha256).read() == b""
    missing = "0" * 64
    assert not storage.exists(missing)
    assert not storage.matches(missing)
    assert storage.size_of(missing) == 0
    for reading in (storage.open_file, storage.open_stream, lambda sha: storage.open_part(sha, 0, 1)):
        with pytest.raises(storage.Missing):
            reading(missing)
    with pytest.raises(storage.Missing), storage.local_path(missing):
        pass


def test_nothing_that_a_record_points_to_is_removed(place: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted, nobodys = keep(run, "a.txt", b"wanted"), stored(b"nobody's")
    later(monkeypatch, days=3)
    check = keeping.look_after()
    assert check is not None
    assert (check.removed_files, check.removed_bytes, check.damaged) == (1, 8, [])
    assert storage.matches(wanted.sha256)
    assert {file.sha256 for start in keeping.STARTS for file in storage.lying(start)} == {wanted.sha256}
    line = AuditEntry.objects.get(action="storage.swept")
    assert nobodys.sha256 in line.body


def test_what_just_arrived_is_left_alone(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = stored(b"its record is being written")
    later(monkeypatch, hours=47)
    check = keeping.look_after()
    assert check is not None
    assert check.removed_files == 0
    assert storage.exists(file.sha256)


def test_a_file_set_aside_comes_back_to_whoever_asks_for_it(
    place: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = stored(b"in between")
    later(monkeypatch, days=3)
    keeping.look_after()
    # Its record was written at that very moment.
    artifact = Artifact.objects.create(run=run, path="a", sha256=file.sha256, size=file.size, stored_by=run.created_by)
    assert storage.matches(artifact.sha256)
    later(monkeypatch, days=30)
    check = keeping.look_after()
    assert check is not None
    assert check.damaged == []
    assert storage.matches(artifact.sha256)


def test_what_was_set_aside_goes_for_good_in_the_end(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = stored(b"nobody ever asks")
    later(monkeypatch, days=3)
    keeping.look_after()
    assert list(places.below("aside/"))
    later(monkeypatch, days=6)
    keeping.look_after()
    assert not list(places.below("aside/"))
    assert not storage.exists(file.sha256)


def test_a_file_sent_again_is_as_good_as_new(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = stored(b"sent again")
    if place == "folder":
        path = places.path_of(f"{first.sha256[:2]}/{first.sha256[2:4]}/{first.sha256}")
        assert path is not None
        os.utime(path, (0, 0))
    assert stored(b"sent again") == first
    check = keeping.look_after()
    assert check is not None
    assert check.removed_files == 0


@pytest.mark.parametrize(("content", "problem"), [(b"other", keeping.ALTERED), (None, keeping.GONE)])
def test_damage_is_told_once_and_stops_a_promotion(
    place: str, project: Project, run: Run, content: bytes | None, problem: str
) -> None:
    artifact = keep(run, "model/model.skops", b"weights")
    version: ModelVersion = ModelVersionFactory(
        model=RegisteredModelFactory(project=project),
        files=[{"path": "model.skops", "sha256": artifact.sha256, "size": 7}],
    )
    damage(artifact, content)
    for _ in range(2):
        keeping.look_after()
    assert keeping.damaged_now() == [{"sha256": artifact.sha256, "problem": problem}]
    check = version.checks.get(key="artifact_verified")
    assert check.status == Check.Status.FAILED
    assert problem in check.reason
    assert AuditEntry.objects.filter(action="file.damaged").count() == 1

    stored(b"weights")
    keeping.look_after()
    check.refresh_from_db()
    assert check.status == Check.Status.PASSED
    assert keeping.damaged_now() == []
    assert AuditEntry.objects.filter(action="file.whole-again").count() == 1


def test_a_pass_reads_no_more_than_it_may_and_the_next_goes_on(place: str, run: Run) -> None:
    for number in range(6):
        keep(run, f"{number}.txt", b"%d" % number * 100)
    seen = []
    for _ in range(3):
        check = keeping.look_after(budget=2 * 4096)
        assert check is not None
        seen.append(check.files)
    assert seen == [2, 2, 2]
    last = keeping.look_after()
    assert last is not None
    assert last.files in (0, 6)


def test_two_passes_do_not_work_at_once(place: str) -> None:
    StorageCheck.objects.create()
    assert keeping.look_after() is None


def test_every_column_that_names_a_file_is_offered() -> None:
    offered = {f"{one.model}.{one.field}" for one in kept.offered()}
    found = {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField) and re.search(r"(^|_)sha256$", field.name)
    }
    canvas = {name for name in found if name.startswith(("canvas.", "audit."))}  # rooms that store no files
    assert found - canvas - NO_FILES - offered == set()
    assert not NO_FILES & offered
    for one in kept.offered():
        assert one.starting_with("0") == one.among([]) == set()
        if isinstance(one, Column):
            assert isinstance(apps.get_model(one.model)._meta.get_field(one.field), models.CharField)


def test_a_file_that_does_not_fit_is_refused_before_it_is_kept(project: Project, settings: Settings) -> None:
    settings.PROJECT_QUOTA_BYTES = 10
    quotas.count(project, 6)
    with quotas.receive(project, [b"1234"], limit=100) as received:
        assert received.size == 4
    before = list(places.below(""))
    full = pytest.raises(quotas.OverQuota, match="keeps 6 bytes of the 10 bytes")
    with full, quotas.receive(project, [b"12345"], limit=100) as received:
        received.keep()
    assert list(places.below("")) == before
    with pytest.raises(storage.TooLarge, match="larger than 3 bytes"), quotas.receive(project, [b"1234"], limit=3):
        pass
    with pytest.raises(quotas.OverQuota):
        quotas.count(project, 5)


def test_use_is_counted_afresh_each_file_once(project: Project, run: Run) -> None:
    keep(run, "a.txt", b"12345")
    keep(run, "b.txt", b"12345")
    keep(run, "c.txt", b"123")
    ModelVersionFactory(model=RegisteredModelFactory(project=project), artifact_sha256=stored(b"1234567").sha256)
    keep(RunFactory(), "theirs.txt", b"123456789")
    StorageUse.objects.create(project=project, used_bytes=999)
    keeping.recount_all()
    assert StorageUse.objects.get(project=project).used_bytes == 15


def test_a_limit_of_ones_own_goes_before_the_default(project: Project, settings: Settings, administrator: User) -> None:
    settings.PROJECT_QUOTA_BYTES = 10
    assert quotas.room_of(project) == 10
    quotas.set_limit(project, 100, by=administrator)
    quotas.set_limit(project, 100, by=administrator)
    assert quotas.room_of(project) == 100
    line = AuditEntry.objects.get(action="storage-limit.set")
    assert (line.actor_label, line.chain) == ("administrator", project.chain)
    quotas.set_limit(project, None, by=administrator)
    assert quotas.room_of(project) == 10
    settings.PROJECT_QUOTA_BYTES = 0
    assert quotas.room_of(project) is None
    with pytest.raises(quotas.InvalidLimit):
        quotas.set_limit(project, -1, by=administrator)


def test_a_client_of_mlflow_hears_that_its_project_is_full(
    project: Project, owner: User, api_as: Any, administrator: User
) -> None:
    run = RunFactory(experiment__project=project, status=Run.Status.RUNNING)
    quotas.set_limit(project, 10, by=administrator)
    path = f"/api/2.0/mlflow-artifacts/artifacts/{run.experiment.mlflow_id}/{run.run_id}/artifacts/"
    program = api_as(owner)
    assert program.generic("PUT", path + "a.txt", b"12345678").status_code == 200
    refused = program.generic("PUT", path + "b.txt", b"12345678x")
    assert (refused.status_code, refused.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert "ask an administrator" in refused.json()["message"]
    assert [artifact.path for artifact in run.artifacts.all()] == ["a.txt"]
    # The same bytes under another name take no more room.
    assert StorageUse.objects.get(project=project).used_bytes == 8
