"""The page of a version: lineage, files, environments, note, aliases over time, activity, and what removal leaves."""

import hashlib
import io
import zipfile
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from registry.environment_files import EnvironmentFacts
from registry.models import ModelVersion, PromotionRequest, RegisteredModel
from registry.services import model_tags, versions
from tests.conftest import ApiAs, ClientAs
from tests.factories.evaluation import EvaluationFactory
from tests.factories.registry import (
    EnvironmentFactory,
    ModelVersionFactory,
    PromotionFactory,
    RegisteredModelFactory,
    RunFactory,
    stored,
)
from tests.integration.registry.conftest import Decide

pytestmark = pytest.mark.django_db
EVIL = '"><script>alert(1)</script>'
SERVED = EnvironmentFacts(python_version="3.11.7", os="Debian 12", packages=[{"name": "numpy", "version": "2.4.0"}])
ODD = "ünï % ?#1 &'\""
CONTENTS = {"MLmodel": b"flavors: {}\n", "model.skops": b"weights", f"data/{ODD}.json": b"{}"}


def address(name: str, version: ModelVersion, *more: str, api: bool = False) -> str:
    args = [version.model.project.slug, version.model.name, version.number, *more]
    return reverse(f"registry{'-api' if api else ''}:{name}", args=args)


def folder_version(project: Project, **kwargs: Any) -> ModelVersion:
    """A version as MLflow's client registers it: a folder of files, with a signature and a search."""
    files = [
        {"path": path, "sha256": stored(content).sha256, "size": len(content)}
        for path, content in sorted(CONTENTS.items())
    ]
    main = next(file for file in files if file["path"] == "model.skops")
    return ModelVersionFactory(
        model__project=project, model__name=ODD, files=files, artifact_name="model.skops",
        artifact_sha256=main["sha256"], artifact_size=main["size"], origin="mlflow", source=f"models:/{EVIL}",
        flavors={"sklearn": {"code": EVIL}, "python_function": {}},
        signature={
            "inputs": [{"type": "double", "name": EVIL, "required": True}, {"type": "string", "required": False}],
            "outputs": [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}}],
            "params": [{"name": "alpha", "type": "double", "default": 0.5, "shape": None}],
        },
        search={"method": "GridSearchCV", "space": {"C": [0.1, 1]}, "candidates": 2, "best": {"C": 1}},
        **kwargs,
    )  # fmt: skip


def read(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("api", [False, True])
def test_each_file_comes_out_as_it_went_in(
    api: bool, project: Project, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    version = folder_version(project)
    client = api_as(viewer) if api else client_as(viewer)
    for path, content in CONTENTS.items():
        answer = client.get(address("version-file", version, path, api=api))
        assert read(answer) == content
        assert answer["Content-Type"] == "application/octet-stream"
        assert "attachment" in answer["Content-Disposition"]
    for path in ("none", "../MLmodel", "data", "model.skops/", "%2e%2e/MLmodel"):
        assert client.get(address("version-file", version, path, api=api)).status_code == 404


@pytest.mark.parametrize("api", [False, True])
def test_all_files_come_as_one_zip_that_is_streamed(
    api: bool, project: Project, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    version = folder_version(project)
    client = api_as(viewer) if api else client_as(viewer)
    answer = client.get(address("version-zip", version, api=api))
    assert isinstance(answer, StreamingHttpResponse)
    with zipfile.ZipFile(io.BytesIO(read(answer))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == CONTENTS
    assert client.get(address("version-zip", version, api=api)).status_code == 200


def test_a_version_of_one_file_has_that_file(version: ModelVersion, viewer: User, api_as: ApiAs) -> None:
    (file,) = api_as(viewer).get(address("version-files", version, api=True)).json()
    assert file == {
        "path": version.artifact_name, "sha256": version.artifact_sha256, "size": version.artifact_size, "is_model": True,
    }  # fmt: skip
    content = read(api_as(viewer).get(address("version-file", version, version.artifact_name, api=True)))
    assert hashlib.sha256(content).hexdigest() == version.artifact_sha256


def test_a_lost_file_is_not_found_rather_than_half_sent(project: Project, viewer: User, client_as: ClientAs) -> None:
    version = folder_version(project)
    lost = ModelVersionFactory(model=version.model, number=7, files=[{"path": "gone", "sha256": "0" * 64, "size": 3}])
    assert client_as(viewer).get(address("version-zip", lost)).status_code == 404
    assert client_as(viewer).get(address("version-file", lost, "gone")).status_code == 404


def test_the_page_shows_what_mlflow_registered(project: Project, viewer: User, client_as: ClientAs) -> None:
    version = folder_version(project, environment=EnvironmentFactory(project=project))
    model_tags.tag_version(version, tags={"reviewed": EVIL}, by=version.uploaded_by)
    page = client_as(viewer).get(version.get_absolute_url()).content.decode()
    for seen in ("GridSearchCV", "tensor of float64, shape any × 3", "0.5 unless it is given", "An MLflow client"):
        assert seen in page
    for file in version.files:
        assert file["sha256"] in page
        assert address("version-file", version, file["path"]).replace("&", "&amp;").replace("'", "&#x27;") in page
    assert EVIL not in page
    assert "reviewed" in page


def test_lineage_names_every_record_in_between(
    version: ModelVersion,
    promotion: PromotionRequest,
    approver: User,
    viewer: User,
    decide: Decide,
    api_as: ApiAs,
    client_as: ClientAs,
) -> None:
    run = RunFactory(experiment__project=version.model.project, name=EVIL)
    traced = ModelVersionFactory(model=version.model, run=run)
    EvaluationFactory(version=version)
    decide(approver, promotion)
    told = api_as(viewer).get(address("version-lineage", version, api=True)).json()
    columns = {
        column["key"]: [(node["label"], node["state"]) for node in column["nodes"]] for column in told["columns"]
    }
    assert list(columns) == ["source", "snapshot", "run", "version", "evaluation", "promotion", "stage"]
    assert columns["source"] == [("clinic of train", "")]
    assert columns["run"] == [("No run", "missing")]
    assert columns["promotion"] == [("#1 to Production", "good")]
    assert ("Production", "good") in columns["stage"]
    assert ["promotion:1", "stage:production"] in told["edges"]
    page = client_as(viewer).get(version.get_absolute_url()).content.decode()
    assert 'class="box missing"' in page
    assert "No training run is recorded." in page
    other = client_as(viewer).get(traced.get_absolute_url()).content.decode()
    assert EVIL not in other
    assert run.run_id in other


def test_a_lineage_of_many_records_is_counted_not_drowned(
    version: ModelVersion, viewer: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    for _ in range(12):
        EvaluationFactory(version=version)
    told = api_as(viewer).get(address("version-lineage", version, api=True)).json()
    nodes = next(column["nodes"] for column in told["columns"] if column["key"] == "evaluation")
    assert len(nodes) == 7
    assert nodes[-1]["state"] == "more"
    assert client_as(viewer).get(version.get_absolute_url()).status_code == 200


def test_the_note_may_change_and_the_journal_keeps_what_stood_there(
    version: ModelVersion, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    client_as(contributor).post(address("version-note", version), {"note": f"Slow on old machines. {EVIL}"})
    answer = api_as(contributor).put(address("version-note", version, api=True), {"note": "Fast."}, format="json")
    assert answer.json()["note"] == "Fast."
    lines = AuditEntry.objects.filter(action="version.described", object_id=str(version.pk)).order_by("seq")
    assert [EVIL in line.body for line in lines] == [False, True] or len(lines) == 2
    told = api_as(contributor).get(address("version-activity", version, api=True)).json()
    assert [line["action"] for line in told["results"]][:2] == ["version.described", "version.described"]
    page = client_as(contributor).get(version.get_absolute_url()).content.decode()
    assert "Fast." in page
    assert EVIL not in page


@pytest.mark.parametrize("note", ["x" * 70_000, "a\0b"])
def test_a_note_that_cannot_be_kept_is_refused(
    note: str, version: ModelVersion, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    assert client_as(contributor).post(address("version-note", version), {"note": note}).status_code == 422
    answer = api_as(contributor).put(address("version-note", version, api=True), {"note": note}, format="json")
    assert answer.status_code == 400
    version.refresh_from_db()
    assert version.note == ""


def test_a_note_of_broken_characters_is_refused(version: ModelVersion, contributor: User, api_as: ApiAs) -> None:
    answer = api_as(contributor).put(
        address("version-note", version, api=True), '{"note": "\\ud800"}', content_type="application/json"
    )
    assert answer.status_code == 400


def test_a_refused_alias_is_told_in_a_summary_that_takes_the_focus(
    model: RegisteredModel, contributor: User, client_as: ClientAs
) -> None:
    version = ModelVersionFactory(model=model)
    answer = client_as(contributor).post(address("version-alias", version), {"name": "bad name!"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "1 field needs another look" in page


def test_aliases_keep_who_moved_them_from_where_to_where(
    model: RegisteredModel, version: ModelVersion, contributor: User, client_as: ClientAs
) -> None:
    second = ModelVersionFactory(model=model)
    for one in (version, second):
        client_as(contributor).post(address("version-alias", one), {"name": "challenger"})
    page = client_as(contributor).get(second.get_absolute_url()).content.decode()
    start = page.index("Aliases over time")
    table = page[start : start + 2_000]
    assert "challenger" in table
    assert "v1" in table
    assert "v2" in table


def test_serving_is_stated_on_the_page_and_held_against_training(
    version: ModelVersion, contributor: User, client_as: ClientAs
) -> None:
    other = EnvironmentFactory(project=version.model.project, facts=SERVED)
    client = client_as(contributor)
    client.post(address("version-serving", version), {"place": f"ward 3 {EVIL}", "environment": other.pk})
    page = client.get(version.get_absolute_url()).content.decode()
    assert "Differs from what it was trained with: 2 packages differ" in page
    assert "ward 3" in page
    assert EVIL not in page
    refused = client.post(address("version-serving", version), {"place": "", "environment": other.pk})
    assert refused.status_code == 422


def test_a_removed_version_says_so_and_offers_nothing(
    version: ModelVersion, model: RegisteredModel, contributor: User, client_as: ClientAs
) -> None:
    versions.remove(version, by=contributor)
    page = client_as(contributor).get(version.get_absolute_url()).content.decode()
    assert "This version was removed on" in page
    assert reverse("registry:promotion-create", args=[model.project.slug, model.name, 1]) not in page
    answer = client_as(contributor).post(address("version-note", version), {"note": "Late."})
    assert answer.status_code == 409
    listed = client_as(contributor).get(model.get_absolute_url()).content.decode()
    assert "Show 1 removed version too" in listed
    assert list(client_as(contributor).get(model.get_absolute_url()).context["page"]) == []
    shown = client_as(contributor).get(model.get_absolute_url(), {"show": "removed"}).content.decode()
    assert "Without the removed ones" in shown


def test_a_full_page_stays_under_its_ceiling(
    version: ModelVersion,
    promotion: PromotionRequest,
    viewer: User,
    client_as: ClientAs,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    environment = version.environment
    for number in range(12):
        evaluation = EvaluationFactory(version=version)
        evaluation.finished_at = timezone.now()
        evaluation.save(update_fields=["finished_at"])
        PromotionFactory(version=version, status="rejected", evidence={}, requested_by=viewer)
        version.serving_statements.create(environment=environment, place=f"ward {number}", stated_by=viewer)
    client = client_as(viewer)
    with django_assert_max_num_queries(62):
        page: HttpResponse = client.get(version.get_absolute_url())
    assert page.status_code == 200


def test_addresses_hold_whatever_a_model_is_called(project: Project, viewer: User, client_as: ClientAs) -> None:
    model = RegisteredModelFactory(project=project, name=ODD)
    one, two = (ModelVersionFactory(model=model) for _ in range(2))
    client = client_as(viewer)
    listed = client.get(reverse("registry:model-list", args=[project.slug])).content.decode()
    assert ODD not in listed  # escaped
    for url in (
        model.get_absolute_url(),
        one.get_absolute_url(),
        address("version-file", two, two.artifact_name),
        reverse("registry:version-compare", args=[project.slug, ODD]) + "?v=1&v=2",
    ):
        assert client.get(url).status_code == 200, url
