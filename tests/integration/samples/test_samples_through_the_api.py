"""The worked samples against the product's own REST API: what their people write is accepted, and nothing is missing."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from canvas.services.blocks import completeness_of
from data.models import DataSchema, Dataset
from evaluation.asked import features_of
from samples.client import Client
from samples.people import cast
from samples.story import Story

EXTENSIONS = {"breast_mass": "csv", "diabetes": "parquet"}
ROLES = ("owner", "contributor", "validator", "approver")
each_sample = pytest.mark.parametrize("sample", list(EXTENSIONS))


class InProcess(Client):
    """The samples' client, without a network in between."""

    def __init__(self, api: Any, *, project: str) -> None:
        super().__init__("http://unused", token="unused", project=project)
        self.api = api

    def _send(self, method: str, path: str, **options: Any) -> Any:
        address = f"/api/v1/projects/{self.project}/{path}"
        call = getattr(self.api, method.lower())
        if "files" in options:
            sent: dict[str, Any] = {}
            for key, text in options["data"]:
                sent.setdefault(key, []).append(text)
            sent |= {key: SimpleUploadedFile(name, content) for key, (name, content) in options["files"].items()}
            response = call(address, sent, format="multipart")
        elif method == "GET":
            response = call(address, options.get("params"))
        else:
            response = call(address, options.get("json"), format="json")
        assert response.status_code < 400, f"{method} {path}: {response.content.decode()}"
        return response


@dataclass
class Told:
    """A sample as far as its data."""

    story: Story
    train: Any
    rows: Any
    training: Any
    test: Any


@pytest.fixture
def told(sample, project, owner, contributor, validator, approver, api_as, tmp_path):
    """A sample lived through up to its described data."""
    people = {"owner": owner, "contributor": contributor, "validator": validator, "approver": approver}
    persons = cast()
    for role, person in people.items():
        person.set_password(f"only {role} knows")
        person.save()
        persons[role].password = f"only {role} knows"
    story = Story(
        folder=Path(import_module(f"samples.{sample}").__file__).parent,
        clients={role: InProcess(api_as(people[role]), project=project.slug) for role in ROLES},
        people=persons,
        documents=tmp_path,
        tell=lambda line: None,
    )
    train = import_module(f"samples.{sample}.train")
    rows = train.split()
    story.plan()
    training, test = story.describe_data(rows, label=train.LABEL, extension=EXTENSIONS[sample])
    return Told(story, train, rows, training, test)


@each_sample
@pytest.mark.any_database
def test_a_sample_s_plan_is_complete_and_its_kpis_are_agreed(told, project):
    assert completeness_of(project).is_complete
    project.refresh_from_db()
    assert project.task == told.story.said["project"]["task"]
    assert project.kpis.filter(kind="model", threshold__isnull=False).count() == 4


@each_sample
@pytest.mark.any_database
def test_a_sample_goes_ahead_as_two_people_signed_and_the_records_suggest(told, project):
    decision = project.go_no_go_decisions.get()
    assert (decision.status, decision.outcome) == ("decided", decision.suggestion)
    assert {signature.user.username for signature in decision.signatures.all()} == {"owner", "approver"}
    project.refresh_from_db()
    assert project.risk_tier == told.story.said["project"]["risk_tier"]
    assert project.roi_estimates.get().results["roi_likely"] > 0


@each_sample
@pytest.mark.any_database
def test_a_sample_s_snapshots_are_documented_without_a_gap(told):
    for snapshot, rows in ((told.training, told.rows.training), (told.test, told.rows.test)):
        held = told.story.clients["validator"].get(f"datasets/{snapshot['id']}/")
        assert held["gaps"] == []
        assert held["rows"] == len(rows)
        assert "teaching example" in held["preparation"]
        assert "seed 2" in held["preparation"]


@each_sample
@pytest.mark.any_database
def test_a_sample_s_reviewed_schema_offers_models_exactly_what_they_were_trained_on(told):
    for snapshot in (told.training, told.test):
        dataset = Dataset.objects.get(pk=snapshot["id"])
        assert features_of(dataset, told.train.LABEL) == told.rows.features
        assert not dataset.schema.inferred
    described = told.story.said["schema"]["columns"]
    schema = DataSchema.objects.get(pk=told.test["schema_id"])
    assert [field.key for field in schema.fields.all() if not field.description] == []
    assert set(described) == set(told.rows.training.columns)
