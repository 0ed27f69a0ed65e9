"""A model's settings and its end, on pages and through the API."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data import storage
from evaluation.asked import Asked, Refused, completed
from registry.findings import artifact_verified
from registry.models import RegisteredModel, StageAssignment
from registry.services import registrations, sources, stages
from registry.services.registrations import Registration
from tests.conftest import ApiAs, ClientAs
from tests.factories.logged_models import a_logged_model, folder
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory, documented_snapshot, the_stages


@pytest.fixture
def undecided(project: Project) -> RegisteredModel:
    """A model of a project that has not decided what it predicts."""
    the_stages()
    Project.objects.filter(pk=project.pk).update(task="")
    model: RegisteredModel = RegisteredModelFactory(project=project, name="Triage & co.", task="")
    model.project.refresh_from_db()
    return model


def test_a_person_decides_what_a_model_predicts_and_it_stays(
    undecided: RegisteredModel, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    version = ModelVersionFactory(model=undecided)
    settings = reverse("registry:model-task", args=[undecided.project.slug, undecided.name])
    with pytest.raises(Refused) as told:
        completed(version, Asked(dataset=documented_snapshot(undecided.project)))
    assert undecided.get_absolute_url() in str(told.value)
    browser = client_as(contributor)
    assert escape(settings) in browser.get(undecided.get_absolute_url()).content.decode()
    assert browser.post(settings, {"task": "binary"}).status_code == 302
    undecided.refresh_from_db()
    assert undecided.task == "binary"
    version.refresh_from_db()
    assert completed(version, Asked(dataset=documented_snapshot(undecided.project, name="test")))["label_column"]
    api = reverse("registry-api:model-task", args=[undecided.project.slug, undecided.name])
    assert api_as(contributor).put(api, {"task": "regression"}).status_code == 409
    actions = AuditEntry.objects.filter(action__startswith="model.").values_list("action", flat=True)
    assert list(actions) == ["model.task-decided"]


def test_a_model_is_renamed_and_removed_unless_people_load_it(
    project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    the_stages()
    model = RegisteredModelFactory(project=project, name="triage")
    version = ModelVersionFactory(model=model)
    api, browser = api_as(contributor), client_as(contributor)
    detail = reverse("registry-api:model-detail", args=[project.slug, "triage"])
    StageAssignment.objects.filter(version=version).delete()
    held = StageAssignment.objects.create(version=version, stage=the_stages()["production"], assigned_by=contributor)
    edit = reverse("registry:model-edit", args=[project.slug, "triage"])
    assert "v1 holds Production" in browser.get(edit).content.decode()
    assert browser.post(edit, {"name": "calm", "description": ""}).status_code == 422
    assert api.patch(detail, {"name": "calm"}).status_code == 409
    assert api.delete(detail).status_code == 409
    one = reverse("registry-api:version-detail", args=[project.slug, "triage", 1])
    assert api.delete(one).status_code == 409
    held.stage = the_stages()["retired"]
    held.save()
    assert browser.post(edit, {"name": "calm?", "description": ""}).status_code == 302
    assert browser.post(reverse("registry:version-remove", args=[project.slug, "calm?", 1])).status_code == 302
    assert browser.post(reverse("registry:model-remove", args=[project.slug, "calm?"])).status_code == 302
    model.refresh_from_db()
    assert model.removed_at is not None
    page = reverse("registry:model-list", args=[project.slug])
    browser.get(page)  # which says that it is removed
    assert "calm?" not in browser.get(page).content.decode()
    assert "was removed" in browser.get(model.get_absolute_url()).content.decode()


def test_a_stage_set_through_the_mlflow_api_says_so_wherever_stages_are_told(
    project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    the_stages()
    logged = a_logged_model(project)
    source = sources.find(project, f"models:/{logged.model_id}")
    model = RegisteredModelFactory(project=project, name="triage")
    version = registrations.register(model, Registration(source=source), by=contributor)
    stages.set_freely(version, key="staging", by=contributor)
    browser = client_as(contributor)
    for page in (model.get_absolute_url(), version.get_absolute_url()):
        told = browser.get(page).content.decode()
        assert "Set through the MLflow API, without a promotion" in told, page
    history = reverse("registry-api:stage-history", args=[project.slug, "triage"])
    rows = api_as(contributor).get(history).json()["results"]
    assert [(row["stage"], row["is_without_promotion"]) for row in rows] == [("staging", True), ("development", False)]


def test_every_file_of_a_folder_is_read_again(project: Project, contributor: User) -> None:
    the_stages()
    source = sources.find(project, f"models:/{a_logged_model(project, folder(notes=b'beside it')).model_id}")
    version = registrations.register(
        RegisteredModelFactory(project=project), Registration(source=source), by=contributor
    )
    assert artifact_verified(version).status == "passed"
    lost = next(one for one in version.files if one["path"] == "notes")
    with storage.local_path(lost["sha256"]) as path:
        path.write_bytes(b"changed")
    finding = artifact_verified(version)
    assert finding.status == "failed"
    assert "notes" in finding.reason
