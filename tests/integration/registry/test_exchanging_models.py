"""A model leaves as one file and comes back elsewhere: the same content, and nobody's decisions."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data import storage
from data.models import Dataset
from jobs.models import Job
from registry import registered
from registry.exchange import zips
from registry.exchange.gathering import gather
from registry.models import (
    Alias,
    Artifact,
    ModelArchive,
    ModelExport,
    ModelVersion,
    RegisteredModel,
    RegisteredModelTag,
    Run,
    RunParam,
    RunTag,
    StageAssignment,
    VersionDataset,
    VersionTag,
    Vote,
)
from registry.services import metrics
from registry.services.metrics import Point
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import ProjectFactory
from tests.factories.jobs import work
from tests.factories.registry import (
    EnvironmentFactory,
    ExperimentFactory,
    ModelVersionFactory,
    PromotionFactory,
    RegisteredModelFactory,
    RunFactory,
    documented_snapshot,
    skops_file,
    stored,
    the_stages,
)


@pytest.fixture(autouse=True)
def _nobody_reads_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of these tests only look like models."""
    monkeypatch.setattr(registered, "HEARERS", [])


@pytest.fixture
def model(project: Project) -> RegisteredModel:
    """Two versions with a nested run, metrics, tags, files, an environment, a snapshot, an alias and a promotion."""
    the_stages()
    model = RegisteredModelFactory(project=project, name="triage", description="Finds masses.")
    RegisteredModelTag.objects.create(model=model, key="team", value="clinic")
    experiment = ExperimentFactory(project=project, name="masses")
    parent = RunFactory(experiment=experiment, name="search")
    run = RunFactory(experiment=experiment, name="best", parent=parent, note="The best of three.")
    RunParam.objects.create(run=run, key="C", value="0.5")
    RunTag.objects.create(run=run, key="mlflow.source.name", value="train.py")
    points = [Point("loss", 1.0 / step, step, 1_700_000_000_000 + step) for step in range(1, 40)]
    metrics.add(run, [*points, Point("auc", float("nan"), 0, 1_700_000_000_000)])
    plot = stored(b"a plot")
    Artifact.objects.create(
        run=run, path="plots/roc.png", sha256=plot.sha256, size=plot.size, stored_by=project.created_by
    )
    environment, dataset = EnvironmentFactory(project=project), documented_snapshot(project)
    main, note = stored(skops_file()), stored(b"flavors: {}")
    files = [
        {"path": "MLmodel", "sha256": note.sha256, "size": note.size},
        {"path": "model.skops", "sha256": main.sha256, "size": main.size},
    ]
    first = ModelVersionFactory(
        model=model, run=run, environment=environment, hyperparameters={"C": 0.5}, limits="One clinic.",
        example_input={"size": 1.5}, files=files, flavors={"sklearn": {"sklearn_version": "1.7.2"}}, content=skops_file(),
    )  # fmt: skip
    VersionDataset.objects.create(version=first, dataset=dataset, use="training")
    VersionTag.objects.create(version=first, key="reviewed", value="yes")
    second = ModelVersionFactory(model=model, number=3, algorithm="forest", content=skops_file(b"other"))
    Alias.objects.create(model=model, name="champion", version=first, moved_by=project.created_by)
    PromotionFactory(version=second, status="approved", evidence={"subject": {"version": "triage v3"}})
    return model


@pytest.fixture
def elsewhere(owner: User) -> Project:
    return ProjectFactory(slug="elsewhere", name="Elsewhere", created_by=owner)


def exported(model: RegisteredModel, client: Any) -> bytes:
    address = reverse("registry:export-list", args=[model.project.slug, model.name])
    assert client.post(address).status_code == 302
    work()
    export = ModelExport.objects.filter(model=model).first()
    assert export is not None
    assert export.sha256, export.job.error
    page = client.get(address).content.decode()
    assert export.file_name.rpartition("-")[2] in page.replace("<wbr>", "")
    file = client.get(reverse("registry:export-file", args=[model.project.slug, model.name, export.pk]))
    assert file.headers["Content-Disposition"].startswith("attachment")
    return b"".join(file.streaming_content)


def documents(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}


def content_of(content: bytes) -> dict[str, Any]:
    """What an archive says, without who recorded it where and when."""
    told = documents(content)
    history, manifest = told.pop("history.json"), told.pop("manifest.json")
    assert history is not None
    for one in (*told["records.json"]["runs"], *told["records.json"]["versions"]):
        one.pop("recorded")
    return told | {"files": {name: told for name, told in manifest["entries"].items() if name.startswith("files/")}}


def upload(client: Any, project: Project, content: bytes, name: str = "triage.tenet-model.zip") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("registry:archive-list", args=[project.slug]), {"file": file})


def restored(client: Any, project: Project, content: bytes, name: str = "triage") -> ModelArchive:
    response = upload(client, project, content)
    assert response.status_code == 302, response.content.decode()
    archive = ModelArchive.objects.get(project=project, state="checked")
    page = client.get(response["Location"])
    assert "Restore the model" in page.content.decode()
    client.post(reverse("registry:archive-restore", args=[project.slug, archive.pk]), {"name": name})
    work()
    archive.refresh_from_db()
    return archive


def test_what_comes_back_elsewhere_says_the_same_as_what_left(
    model: RegisteredModel, elsewhere: Project, owner: User, client_as: ClientAs
) -> None:
    client = client_as(owner)
    content = exported(model, client)
    assert exported(model, client) == content
    archive = restored(client, elsewhere, content)
    assert archive.state == "restored", archive.reason
    back = RegisteredModel.objects.get(project=elsewhere, name="triage")
    assert list(back.versions.order_by("number").values_list("number", flat=True)) == [1, 3]
    assert content_of(exported(back, client)) == content_of(content)

    version = back.versions.get(number=1)
    assert (version.origin, version.uploaded_by, version.trained_by) == ("import", owner, owner)
    assert version.run is not None
    assert (version.run.name, version.run.parent.name, version.run.experiment.project) == ("best", "search", elsewhere)
    assert version.run.metrics.count() == 40
    assert version.run.run_id != Run.objects.get(name="best", experiment__project=model.project).run_id
    assert version.source.startswith("mlflow-artifacts:/")
    assert {one.path for one in Artifact.objects.filter(logged_model=version.logged_model)} == {
        "MLmodel",
        "model.skops",
    }
    dataset = version.datasets.get()
    assert (dataset.holding, dataset.project) == (Dataset.Holding.DECLARED, elsewhere)
    # Decisions of other people elsewhere are told, and count as nothing.
    assert not Alias.objects.filter(model=back).exists()
    assert not Vote.objects.filter(promotion__version__model=back).exists()
    assert not back.versions.filter(promotions__isnull=False).exists()
    assert set(StageAssignment.objects.filter(version__model=back).values_list("stage__key", flat=True)) == {
        "development"
    }
    assert archive.history["aliases"][0]["name"] == "champion"
    assert archive.history["promotions"][0]["status"] == "Approved"
    page = client.get(archive.get_absolute_url()).content.decode()
    assert "Alias champion" in page
    lines = list(AuditEntry.objects.filter(chain=elsewhere.chain).order_by("seq").values_list("action", flat=True))
    assert lines[-1] == "model-export.finished"
    for action in ("model-archive.received", "model-restore.requested", "model-restore.finished", "version.registered"):
        assert action in lines


def test_restoring_twice_changes_nothing_and_taken_numbers_are_told(
    model: RegisteredModel, elsewhere: Project, owner: User, client_as: ClientAs
) -> None:
    client = client_as(owner)
    content = exported(model, client)
    ModelVersionFactory(model__project=elsewhere, model__name="triage", content=skops_file(b"theirs"))
    first = restored(client, elsewhere, content)
    assert [(one["number"], one["version"], one["is_new"]) for one in first.origins] == [(1, 4, True), (3, 3, True)]
    counts = [kind.objects.count() for kind in (ModelVersion, Run, Artifact, Dataset)]
    again = restored(client, elsewhere, content)
    assert [(one["number"], one["version"], one["is_new"]) for one in again.origins] == [(1, 4, False), (3, 3, False)]
    assert [kind.objects.count() for kind in (ModelVersion, Run, Artifact, Dataset)] == counts
    assert (
        client.post(
            reverse("registry:archive-restore", args=[elsewhere.slug, again.pk]), {"name": "triage"}
        ).status_code
        == 302
    )
    assert not Job.objects.filter(state="queued", kind="model-restore").exists()


def test_the_same_way_through_the_api(model: RegisteredModel, project: Project, owner: User, api_as: ApiAs) -> None:
    api = api_as(owner)
    exports = reverse("registry-api:export-list", args=[project.slug, model.name])
    asked = api.post(exports)
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    work()
    one = reverse("registry-api:export-detail", args=[project.slug, model.name, asked.json()["id"]])
    told = api.get(one).json()
    assert (told["state"], told["counts"]) == ("succeeded", {"versions": 2, "runs": 2, "files": 4})
    content = b"".join(api.get(f"{one}file/").streaming_content)
    assert hashlib.sha256(content).hexdigest() == told["sha256"]
    brought = api.post(
        reverse("registry-api:archive-list", args=[project.slug]),
        {"file": SimpleUploadedFile("t.zip", content)},
        format="multipart",
    )
    assert brought.status_code == 201
    assert [(row["number"], row["becomes"], row["is_known"]) for row in brought.json()["plan"]] == [
        (1, 1, True),
        (3, 3, True),
    ]
    restore = reverse("registry-api:archive-restore", args=[project.slug, brought.json()["id"]])
    assert api.post(restore, {"name": "new"}).status_code == 400
    assert api.post(restore, {"name": "copy"}).status_code == 202
    assert api.post(restore, {"name": "copy"}).status_code == 409
    work()
    done = api.get(reverse("registry-api:archive-detail", args=[project.slug, brought.json()["id"]])).json()
    assert (done["state"], done["model"], done["restored_by"]) == ("restored", "copy", "owner")


def rewritten(content: bytes, change: Callable[[dict[str, Any]], None], *, honest: bool = True) -> bytes:
    """The archive with changed records and a manifest that agrees with them again, as somebody who means harm would."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    records = json.loads(entries["records.json"])
    change(records)
    entries["records.json"] = zips.as_bytes(records)
    if honest:
        manifest = json.loads(entries["manifest.json"])
        text = entries["records.json"]
        manifest["entries"]["records.json"] = {"sha256": hashlib.sha256(text).hexdigest(), "size": len(text)}
        entries["manifest.json"] = zips.as_bytes(manifest)
    return packed(entries)


def packed(entries: dict[str, bytes], *, method: int = zipfile.ZIP_STORED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target.getvalue()


def entries_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_manifest(content: bytes, **changed: Any) -> bytes:
    entries = entries_of(content)
    entries["manifest.json"] = zips.as_bytes(json.loads(entries["manifest.json"]) | changed)
    return packed(entries)


def _set(path: list[Any], value: Any) -> Callable[[dict[str, Any]], None]:
    def change(records: dict[str, Any]) -> None:
        place: Any = records
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "not a zip": lambda content: b"MZ" + b"\0" * 4000,
    "empty zip": lambda content: packed({}),
    "cut off": lambda content: content[: len(content) // 2],
    "one byte changed in a file": lambda content: content.replace(b"a plot", b"a Plot"),
    "records changed under an old manifest": lambda content: rewritten(
        content, _set(["model", "description"], "Better."), honest=False
    ),
    "unknown format version": lambda content: with_manifest(content, version=99),
    "another kind of zip": lambda content: with_manifest(content, format="something.else"),
    "traversal": lambda content: packed(entries_of(content) | {"../../etc/passwd": b"x"}),
    "an absolute name": lambda content: packed(entries_of(content) | {"/etc/passwd": b"x"}),
    "a name that is not in the manifest": lambda content: packed(entries_of(content) | {f"files/{'0' * 64}": b"x"}),
    "packed like a bomb": lambda content: packed(
        entries_of(content) | {f"files/{'0' * 64}": b"\0" * 30_000_000}, method=zipfile.ZIP_DEFLATED
    ),
    "a path that leaves the root": lambda content: rewritten(
        content, _set(["versions", 0, "files", 0, "path"], "../../MLmodel")
    ),
    "a run inside itself": lambda content: rewritten(content, _set(["runs", 0, "parent"], "run-1")),
    "a run that is not there": lambda content: rewritten(content, _set(["versions", 0, "run"], "run-77")),
    "a version twice": lambda content: rewritten(content, _set(["versions", 1, "number"], 1)),
    "a key the format does not know": lambda content: rewritten(content, _set(["versions", 0, "approved"], True)),
    "a number as text": lambda content: rewritten(content, _set(["versions", 0, "algorithm"], 7)),
    "a NUL": lambda content: rewritten(content, _set(["model", "description"], "a\0b")),
    "a reserved name": lambda content: rewritten(content, _set(["model", "name"], "new")),
    "versions that are no list": lambda content: rewritten(content, _set(["versions"], {"a": 1})),
    "a file that no record names": lambda content: rewritten(content, _set(["runs", 1, "files"], [])),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_is_kept(
    damage: str, model: RegisteredModel, elsewhere: Project, owner: User, client_as: ClientAs
) -> None:
    client = client_as(owner)
    content = DAMAGES[damage](exported(model, client))
    sha256 = hashlib.sha256(content).hexdigest()
    response = upload(client, elsewhere, content)
    assert response.status_code == 422
    assert not storage.exists(sha256)
    assert not ModelArchive.objects.exists()
    assert not RegisteredModel.objects.filter(project=elsewhere).exists()


def test_a_restoring_that_fails_makes_nothing_and_says_why(
    model: RegisteredModel, elsewhere: Project, owner: User, client_as: ClientAs
) -> None:
    client = client_as(owner)
    renamed = rewritten(exported(model, client), _set(["versions", 1, "artifact_name"], "model.onnx"))
    archive = restored(client, elsewhere, renamed)
    assert archive.state == "failed"
    assert "model.onnx is named .onnx but its content is" in archive.reason
    assert not RegisteredModel.objects.filter(project=elsewhere).exists()
    assert not Run.objects.filter(experiment__project=elsewhere).exists()
    assert archive.reason.split(".")[0] in client.get(archive.get_absolute_url()).content.decode().replace(
        "&#x27;", "'"
    )


def test_an_export_of_a_damaged_file_fails_and_a_cancelled_one_can_be_asked_for_again(
    model: RegisteredModel, owner: User, client_as: ClientAs
) -> None:
    client = client_as(owner)
    address = reverse("registry:export-list", args=[model.project.slug, model.name])
    client.post(address)
    client.post(address)
    [job] = Job.objects.filter(kind="model-export")
    client.post(reverse("jobs:job-cancel", args=[model.project.slug, job.pk]))
    assert "Cancelled" in client.get(address).content.decode()
    Artifact.objects.filter(path="plots/roc.png").update(sha256="0" * 64)
    client.post(address)
    work()
    export = ModelExport.objects.filter(model=model).first()
    assert export is not None
    assert (export.sha256, export.job.state) == ("", "failed")
    assert "so nothing was exported" in export.job.error
    actions = list(AuditEntry.objects.filter(chain=model.project.chain).values_list("action", flat=True))
    assert actions.count("model-export.failed") == 2


def test_gathering_takes_a_bounded_number_of_queries(
    model: RegisteredModel, django_assert_max_num_queries: Any
) -> None:
    for number in range(4, 24):
        ModelVersionFactory(model=model, number=number, content=skops_file(str(number).encode()))
    with django_assert_max_num_queries(40):
        gather(model)
    assert model.versions.count() == 22
