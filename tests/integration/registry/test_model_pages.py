"""The list and the page of models: what is undecided, what was removed, what is sought, and where aliases went."""

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from registry.models import ModelVersion, RegisteredModel
from registry.services import aliases, model_tags, models
from tests.conftest import ApiAs, ClientAs
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory, the_stages

pytestmark = pytest.mark.django_db
EVIL = "<svg onload=alert(1)>"


def names(page: object) -> list[str]:
    return [model.name for model in page.context["page"]]  # type: ignore[attr-defined]  # a test client's response


@pytest.fixture
def undecided(project: Project) -> RegisteredModel:
    return RegisteredModelFactory(project=project, name="from-a-script", task="")


def test_an_undecided_task_is_decided_on_the_page_once(
    undecided: RegisteredModel, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    url = reverse("registry:model-task", args=[undecided.project.slug, undecided.name])
    page = client_as(contributor).get(undecided.get_absolute_url()).content.decode()
    assert "Nobody has decided yet what this model predicts" in page
    assert url in page
    assert url not in client_as(viewer).get(undecided.get_absolute_url()).content.decode()
    client_as(contributor).post(url, {"task": "binary"})
    undecided.refresh_from_db()
    assert undecided.task == "binary"
    assert AuditEntry.objects.filter(action="model.task-decided").count() == 1
    again = client_as(contributor).post(url, {"task": "regression"}, follow=True).content.decode()
    assert "Register another model for another task" in again
    undecided.refresh_from_db()
    assert undecided.task == "binary"


@pytest.mark.parametrize("task", ["", "clustering", None])
def test_a_task_that_is_none_changes_nothing(
    task: str | None, undecided: RegisteredModel, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    args = [undecided.project.slug, undecided.name]
    sent = {"task": task} if task is not None else {}
    client_as(contributor).post(reverse("registry:model-task", args=args), sent)
    answer = api_as(contributor).put(reverse("registry-api:model-task", args=args), sent, format="json")
    assert answer.status_code == 400
    undecided.refresh_from_db()
    assert undecided.task == ""


def test_rest_decides_it_too_and_refuses_another_one(
    undecided: RegisteredModel, contributor: User, api_as: ApiAs
) -> None:
    url = reverse("registry-api:model-task", args=[undecided.project.slug, undecided.name])
    client = api_as(contributor)
    assert client.put(url, {"task": "binary"}, format="json").json()["task"] == "binary"
    assert client.put(url, {"task": "multiclass"}, format="json").status_code == 409


def test_models_are_sought_by_name_description_and_tag(
    project: Project, owner: User, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    RegisteredModelFactory(project=project, name="breast-mass", description="Orders the list.")
    RegisteredModelFactory(project=project, name="Ärztliche Zweitmeinung", description=EVIL)
    tagged = RegisteredModelFactory(project=project, name="other")
    model_tags.tag_model(tagged, tags={"team": "mass transit"}, by=owner)
    page, rest = (
        reverse("registry:model-list", args=[project.slug]),
        reverse("registry-api:model-list", args=[project.slug]),
    )
    for words, found in {
        "MASS": ["breast-mass", "other"],
        "orders": ["breast-mass"],
        "svg": ["Ärztliche Zweitmeinung"],
        "%": [],
        "_": [],
        EVIL: ["Ärztliche Zweitmeinung"],
        "a\0": ["breast-mass", "other", "Ärztliche Zweitmeinung"],
    }.items():
        assert sorted(names(client_as(viewer).get(page, {"q": words}))) == sorted(found), words
        told = api_as(viewer).get(rest, {"q": words}).json()["results"]
        assert sorted(model["name"] for model in told) == sorted(found), words
    assert EVIL not in client_as(viewer).get(page, {"q": EVIL}).content.decode()
    assert "No model mentions" in client_as(viewer).get(page, {"q": "nothing"}).content.decode()


def test_a_removed_model_has_a_place_of_its_own(
    model: RegisteredModel, version: ModelVersion, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    url = reverse("registry:model-list", args=[model.project.slug])
    models.remove(model, by=contributor)
    model.refresh_from_db()
    client = client_as(contributor)
    listed = client.get(url)
    assert names(listed) == []
    assert "1 removed model" in listed.content.decode()
    assert names(client.get(url, {"show": "removed"})) == [model.name]
    page = client.get(model.get_absolute_url()).content.decode()
    assert "This model was removed on" in page
    assert reverse("registry:version-create", args=[model.project.slug, model.name]) not in page
    overview = client.get(model.project.get_absolute_url()).content.decode()
    assert model.get_absolute_url() not in overview
    rest = reverse("registry-api:model-list", args=[model.project.slug])
    assert api_as(contributor).get(rest).json()["results"] == []
    assert [one["name"] for one in api_as(contributor).get(rest, {"show": "removed"}).json()["results"]] == [model.name]


def test_the_latest_version_is_one_that_is_in_use(
    model: RegisteredModel, version: ModelVersion, contributor: User, api_as: ApiAs
) -> None:
    ModelVersionFactory(model=model, removed_at=version.created_at)
    url = reverse("registry-api:model-detail", args=[model.project.slug, model.name])
    told = api_as(contributor).get(url).json()
    assert (told["latest_version"], told["version_count"]) == (1, 1)


def test_the_latest_moves_of_aliases_are_told(
    model: RegisteredModel, version: ModelVersion, contributor: User, client_as: ClientAs
) -> None:
    aliases.move(version, name="challenger", by=contributor)
    aliases.move(ModelVersionFactory(model=model), name="challenger", by=contributor)
    aliases.remove(model, name="challenger", by=contributor)
    page = client_as(contributor).get(reverse("registry:model-list", args=[model.project.slug])).content.decode()
    moves = page[page.index("Latest moves of aliases") :]
    assert moves.count("@challenger") == 3
    assert "taken away" in moves
    detail = client_as(contributor).get(model.get_absolute_url()).content.decode()
    assert "from v1 to v2" in detail


def test_many_models_cost_no_more_queries(
    project: Project,
    owner: User,
    viewer: User,
    client_as: ClientAs,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    the_stages()
    for number in range(20):
        version = ModelVersionFactory(model=RegisteredModelFactory(project=project, name=f"m{number}"))
        model_tags.tag_model(version.model, tags={"a": "1", "b": "2"}, by=owner)
        aliases.move(version, name="challenger", by=owner)
    client = client_as(viewer)
    with django_assert_max_num_queries(15):
        client.get(reverse("registry:model-list", args=[project.slug]), {"q": "m"})
    with django_assert_max_num_queries(21):
        client.get(reverse("registry:model-detail", args=[project.slug, "m1"]))
