"""What MLflow's searches of experiments, logged models, registered models and versions find, worked out by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from registry.models import LoggedModel, ModelVersion, RegisteredModel
from registry.services import experiments
from tests.conftest import ApiAs
from tests.factories.registry import ExperimentFactory, ModelVersionFactory, RegisteredModelFactory, RunFactory

Find = Callable[..., list[str]]

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = 1_772_366_400_000  # START in milliseconds
PROMPT = "mlflow.prompt.is_prompt"


def after(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture
def find(api_as: ApiAs, owner: User) -> Find:
    """Page after page of a search by the owner: what each thing found is called."""
    client = api_as(owner)

    def ask(url: str, items: str, name: Callable[[dict[str, Any]], str], **sent: Any) -> list[str]:
        found, token = [], ""
        while True:
            asked = sent | ({"page_token": token} if token else {})
            is_read = url in ("mlflow:model-search", "mlflow:model-version-search")
            response = client.get(reverse(url), asked) if is_read else client.post(reverse(url), asked, format="json")
            if response.status_code != 200:
                return [response.json()["error_code"]]
            found += [name(one) for one in response.json().get(items, [])]
            if not (token := response.json().get("next_page_token", "")):
                return found

    return ask


# Experiments


@pytest.fixture
def find_experiments(find: Find, project: Project) -> Find:
    default = experiments.default_of(project)
    for number, name in enumerate(("Default", "Wine", "wine 2", "cheese")):
        made = default if name == "Default" else ExperimentFactory(project=project, name=name)
        made.created_at, made.updated_at = after(number // 2), after(10 - number)
        made.deleted_at = after(20) if name == "cheese" else None
        made.save()
        if name != "Default":
            made.tags.create(key="team", value=name.upper())
    ExperimentFactory(name="foreign")

    def ask(max_results: int = 1, **sent: Any) -> list[str]:
        return find("mlflow:experiment-search", "experiments", lambda one: one["name"], max_results=max_results, **sent)

    return ask


def test_experiments_are_found_by_name_time_and_tag(find_experiments: Find, project: Project) -> None:
    wine = project.experiments.get(name="Wine").mlflow_id
    # The youngest first; Default and Wine began at once, and Default is 0.
    expected = {
        "": ["wine 2", "Default", "Wine"],
        "name = 'Wine'": ["Wine"],
        "name != 'Wine'": ["wine 2", "Default"],
        "attribute.name LIKE 'W%'": ["Wine"],
        "name ILIKE 'W%'": ["wine 2", "Wine"],
        "experiment_id = '0'": ["Default"],
        f"experiment_id IN ('0', '{wine}')": ["Default", "Wine"],
        f"experiment_id NOT IN ('0', '{wine}')": ["wine 2"],
        f"experiment_id != '{wine}'": ["wine 2", "Default"],
        f"creation_time > {FIRST}": ["wine 2"],
        f"creation_time = {FIRST}": ["Default", "Wine"],
        f"last_update_time < {FIRST + 9000}": ["wine 2"],
        "tags.team = 'WINE'": ["Wine"],
        "tags.team != 'WINE'": ["wine 2"],
        "tag.team IS NULL": ["Default"],
        "tag.team IS NOT NULL AND name LIKE '% 2'": ["wine 2"],
        "name IN ('Wine')": ["INVALID_PARAMETER_VALUE"],
        "experiment_id = 0": ["INVALID_PARAMETER_VALUE"],
        "experiment_id = 'first'": ["INVALID_PARAMETER_VALUE"],
        "experiment_id LIKE '0'": ["INVALID_PARAMETER_VALUE"],
        "tags.team IN ('WINE')": ["INVALID_PARAMETER_VALUE"],
        "metrics.loss > 1": ["INVALID_PARAMETER_VALUE"],
        "attr.name = 'Wine'": ["INVALID_PARAMETER_VALUE"],
    }
    assert {filtered: find_experiments(filter=filtered) for filtered in expected} == expected


def test_experiments_are_ordered_and_viewed_as_asked(find_experiments: Find) -> None:
    assert find_experiments(order_by=["name"], view_type="ALL") == ["Default", "Wine", "cheese", "wine 2"]
    assert find_experiments(order_by=["name DESC"]) == ["wine 2", "Wine", "Default"]
    assert find_experiments(order_by=["experiment_id ASC"])[0] == "Default"
    assert find_experiments(order_by=["creation_time"], view_type="ACTIVE_ONLY") == ["Wine", "Default", "wine 2"]
    assert find_experiments(order_by=["last_update_time"]) == ["wine 2", "Wine", "Default"]
    assert find_experiments(view_type="DELETED_ONLY") == ["cheese"]
    assert find_experiments(view_type=2) == ["cheese"]
    assert find_experiments(order_by=["tags.team"]) == ["INVALID_PARAMETER_VALUE"]
    assert find_experiments(max_results=0) == ["INVALID_PARAMETER_VALUE"]
    assert find_experiments(max_results=50_001) == ["INVALID_PARAMETER_VALUE"]


def test_experiments_are_found_by_a_query_string_too(find_experiments: Find, api_as: ApiAs, owner: User) -> None:
    asked = {
        "max_results": "2",
        "filter": "name ILIKE 'wine%'",
        "order_by": ["creation_time", "name"],
        "view_type": "3",
    }
    found = api_as(owner).get(reverse("mlflow:experiment-search"), asked).json()
    assert [one["name"] for one in found["experiments"]] == ["Wine", "wine 2"]


def test_a_fresh_project_has_its_default_experiment(find: Find, project: Project) -> None:
    assert find("mlflow:experiment-search", "experiments", lambda one: one["experiment_id"], max_results=10) == ["0"]


# Logged models


@pytest.fixture
def logged(project: Project, owner: User) -> dict[str, LoggedModel]:
    run = RunFactory(experiment=experiments.default_of(project), run_id="5" * 32)
    made = {}
    for number, name in enumerate("abcd"):
        made[name] = model = LoggedModel.objects.create(
            experiment=run.experiment,
            model_id=f"m-{name * 32}",
            name=f"model {name}",
            model_type="agent" if name == "a" else "",
            source_run=run if name in "ab" else None,
            status=LoggedModel.Status.READY if name != "c" else LoggedModel.Status.PENDING,
            created_at=after(number // 2),
            updated_at=after(10 - number),
            created_by=owner,
        )
        model.params.create(key="lr", value=f"0.{number}")
        if name != "d":
            model.tags.create(key="team", value=name.upper())
    points = [
        # model, value (None is NaN), seconds, dataset
        ("a", 0.9, 1, "train"), ("a", 0.5, 2, "test"), ("b", 0.7, 1, "train"), ("c", None, 1, "test"),
    ]  # fmt: skip
    for name, value, seconds, dataset in points:
        made[name].metrics.create(
            run=run, key="acc", value=value or 0.0, is_nan=value is None, timestamp_ms=seconds,
            dataset_name=dataset, dataset_digest=f"{dataset}-1",
        )  # fmt: skip
    return made


@pytest.fixture
def find_logged(find: Find, logged: dict[str, LoggedModel]) -> Callable[..., str]:
    def ask(max_results: int = 1, experiment_ids: tuple[str, ...] = ("0",), **sent: Any) -> str:
        def name(one: dict[str, Any]) -> str:
            return str(one["info"]["model_id"][2])

        sent |= {"experiment_ids": list(experiment_ids), "max_results": max_results}
        return "".join(find("mlflow:logged-model-search", "models", name, **sent))

    return ask


def test_logged_models_are_found(find_logged: Callable[..., str]) -> None:
    expected = {
        "": "cdab",
        "name = 'model a'": "a",
        "attributes.name LIKE 'model%'": "cdab",
        "name IN ('model a', 'model d')": "da",
        f"model_id != 'm-{'a' * 32}'": "cdb",
        "model_type = 'agent'": "a",
        "model_type != 'x'": "a",
        "status = 'READY'": "dab",
        "status != 'LOGGED_MODEL_READY'": "c",
        "status IN ('PENDING', 'LOGGED_MODEL_UPLOAD_FAILED')": "c",
        f"source_run_id = '{'5' * 32}'": "ab",
        "source_run_id != 'x'": "ab",
        f"creation_timestamp > {FIRST}": "cd",
        f"creation_time = {FIRST}": "ab",
        f"last_updated_timestamp >= {FIRST + 9000}": "ab",
        "params.lr = '0.1'": "b",
        "params.lr = 0.1": "b",
        "params.lr IN ('0.1', '0.2')": "cb",
        "tags.team ILIKE 'a'": "a",
        "tags.team != 'A'": "cb",
        "tags.team NOT IN ('A', 'B')": "c",
        # Any of a model's points counts, and nothing but != is true of NaN.
        "metrics.acc > 0.8": "a",
        "metrics.acc < 0.8": "ab",
        "metrics.acc != 0.7": "ca",
        "metrics.`acc` >= 0 AND tags.team = 'B'": "b",
        "metric.acc > 0.8": "INVALID_PARAMETER_VALUE",
        "tags.team IS NULL": "INVALID_PARAMETER_VALUE",
        "experiment_id = '0'": "INVALID_PARAMETER_VALUE",
    }
    assert {filtered: find_logged(filter=filtered) for filtered in expected} == expected


def test_logged_models_are_ordered_by_the_latest_point_of_a_metric(find_logged: Callable[..., str]) -> None:
    def by(field: str, **more: Any) -> str:
        return find_logged(order_by=[{"field_name": field} | more])

    assert by("metrics.acc") == "abcd"
    assert by("metrics.acc", ascending=False) == "bacd"
    assert by("metrics.acc", ascending=False, dataset_name="train") == "abcd"
    assert by("metrics.acc", dataset_name="test", dataset_digest="test-1") == "acdb"
    assert by("metrics.acc", dataset_name="test", dataset_digest="other") == "cdab"
    assert by("creation_timestamp", ascending=True) == "abcd"
    assert by("creation_time", ascending=False) == "cdab"
    assert by("last_updated_timestamp") == "dcba"
    assert by("model_type") == "acdb"
    assert by("source_run_id", ascending=False) == "abcd"
    assert by("params.lr") == "INVALID_PARAMETER_VALUE"
    assert by("metrics.acc", dataset_digest="alone") == "INVALID_PARAMETER_VALUE"
    assert by("nowhere") == "INVALID_PARAMETER_VALUE"
    assert by("metrics.acc", ascending="perhaps") == "INVALID_PARAMETER_VALUE"
    assert find_logged(order_by=["name"]) == "INVALID_PARAMETER_VALUE"


def test_datasets_narrow_down_the_metrics_of_logged_models(find_logged: Callable[..., str]) -> None:
    test, train = {"dataset_name": "test"}, {"dataset_name": "train", "dataset_digest": "train-1"}
    assert find_logged(datasets=[test]) == "ca"
    assert find_logged(datasets=[test, train]) == "cab"
    assert find_logged(datasets=[train | {"dataset_digest": "other"}]) == ""
    assert find_logged(datasets=[test], filter="metrics.acc > 0.8") == ""
    assert find_logged(datasets=[train], filter="metrics.acc > 0.8") == "a"
    assert find_logged(datasets=[{"dataset_digest": "test-1"}]) == "INVALID_PARAMETER_VALUE"


def test_deleted_and_foreign_logged_models_are_not_found(
    find_logged: Callable[..., str], logged: dict[str, LoggedModel], owner: User
) -> None:
    LoggedModel.objects.filter(pk=logged["a"].pk).update(deleted_at=START)
    foreign = ExperimentFactory(name="foreign")
    LoggedModel.objects.create(experiment=foreign, model_id="m-" + "9" * 32, name="theirs", created_by=owner)
    assert find_logged(experiment_ids=("0", foreign.mlflow_id)) == "cdb"
    assert find_logged(experiment_ids=()) == "INVALID_PARAMETER_VALUE"


# Registered models and their versions


@pytest.fixture
def registered(project: Project) -> dict[str, RegisteredModel]:
    made = {}
    for number, name in enumerate(("Mass", "mass 2", "greeting", "gone~1")):
        made[name] = RegisteredModelFactory(project=project, name=name, updated_at=after(10 - number))
    made["Mass"].tags.create(key="team", value="North")
    made["mass 2"].tags.create(key="team", value="south")
    made["greeting"].tags.create(key=PROMPT, value="true")
    made["gone~1"].removed_at = START
    made["gone~1"].save()
    RegisteredModelFactory(name="foreign")
    return made


@pytest.fixture
def find_registered(find: Find, registered: dict[str, RegisteredModel]) -> Find:
    def ask(max_results: int = 1, **sent: Any) -> list[str]:
        return find(
            "mlflow:model-search", "registered_models", lambda one: one["name"], max_results=max_results, **sent
        )

    return ask


def test_registered_models_are_found_and_prompts_only_when_asked_for(find_registered: Find) -> None:
    expected = {
        "": ["Mass", "mass 2"],
        # What the client adds to every search.
        f"tag.`{PROMPT}` != 'true'": ["Mass", "mass 2"],
        f"name ILIKE 'mass%' AND tag.`{PROMPT}` != 'true'": ["Mass", "mass 2"],
        f"tags.`{PROMPT}` = 'false'": ["Mass", "mass 2"],
        f"tags.`{PROMPT}` = 'true'": ["greeting"],
        f"name = 'greeting' AND tags.`{PROMPT}` = 'true'": ["greeting"],
        "name = 'greeting'": [],
        "name = 'Mass'": ["Mass"],
        "name != 'Mass'": ["mass 2"],
        "name LIKE 'mass%'": ["mass 2"],
        "name IN ('Mass', 'mass 2', 'gone~1', 'foreign')": ["Mass", "mass 2"],
        "name NOT IN ('Mass')": ["mass 2"],
        "tags.team = 'North'": ["Mass"],
        "tags.team ILIKE 'no%'": ["Mass"],
        "tags.team != 'North'": ["mass 2"],
        "tags.nowhere != 'x'": [],
        "tags.team IN ('North')": ["INVALID_PARAMETER_VALUE"],
        "tags.team IS NULL": ["INVALID_PARAMETER_VALUE"],
        "timestamp > 1": ["INVALID_PARAMETER_VALUE"],
        "version_number > 1": ["INVALID_PARAMETER_VALUE"],
    }
    assert {filtered: find_registered(filter=filtered) for filtered in expected} == expected


def test_registered_models_are_ordered_by_name_or_change(find_registered: Find) -> None:
    assert find_registered(order_by=["name DESC"]) == ["mass 2", "Mass"]
    assert find_registered(order_by=["timestamp DESC"]) == ["Mass", "mass 2"]
    assert find_registered(order_by=["last_updated_timestamp", "name"]) == ["mass 2", "Mass"]
    assert find_registered(order_by=["creation_timestamp"]) == ["INVALID_PARAMETER_VALUE"]
    assert find_registered(order_by=["timestamp", "last_updated_timestamp"]) == ["INVALID_PARAMETER_VALUE"]
    assert find_registered(max_results=1001) == ["INVALID_PARAMETER_VALUE"]


@pytest.fixture
def find_versions(find: Find, registered: dict[str, RegisteredModel]) -> Find:
    run = RunFactory(experiment__project=registered["Mass"].project, run_id="5" * 32)
    for name, number, seconds in (
        ("Mass", 1, 1),
        ("Mass", 2, 3),
        ("mass 2", 1, 3),
        ("greeting", 1, 9),
        ("gone~1", 1, 9),
    ):
        version: ModelVersion = ModelVersionFactory(
            model=registered[name],
            number=number,
            run=run if number == 1 else None,
            source=f"models:/m-{number}",
            created_at=after(seconds),
            updated_at=after(seconds),
        )
        version.tags.create(key="stage", value=f"{name} {number}")
        if name == "greeting":
            version.tags.create(key=PROMPT, value="true")
    ModelVersionFactory(model=registered["Mass"], number=3, removed_at=START)
    ModelVersionFactory()

    def ask(max_results: int = 1, **sent: Any) -> list[str]:
        def name(one: dict[str, Any]) -> str:
            return f"{one['name']} v{one['version']}"

        return find("mlflow:model-version-search", "model_versions", name, max_results=max_results, **sent)

    return ask


def test_versions_are_found(find_versions: Find) -> None:
    expected = {
        "": ["Mass v2", "mass 2 v1", "Mass v1"],
        "name = 'Mass'": ["Mass v2", "Mass v1"],
        "name ILIKE 'MASS_2'": ["mass 2 v1"],
        "name IN ('mass 2', 'greeting', 'gone~1')": ["mass 2 v1"],
        "name='Mass' AND version_number > 1": ["Mass v2"],
        "version_number = '1'": ["mass 2 v1", "Mass v1"],
        "version_number != 1": ["Mass v2"],
        "version_number < 99999999999999999999": ["Mass v2", "mass 2 v1", "Mass v1"],
        f"run_id = '{'5' * 32}'": ["mass 2 v1", "Mass v1"],
        "run_id != 'x'": ["mass 2 v1", "Mass v1"],
        f"run_id IN ('x', '{'5' * 32}')": ["mass 2 v1", "Mass v1"],
        "source_path LIKE 'models:/m-_'": ["Mass v2", "mass 2 v1", "Mass v1"],
        "source_path = 'models:/m-2'": ["Mass v2"],
        "tags.stage = 'Mass 1'": ["Mass v1"],
        "tags.stage != 'Mass 1'": ["Mass v2", "mass 2 v1"],
        f"tags.`{PROMPT}` = 'true'": ["greeting v1"],
        f"tag.`{PROMPT}` != 'true' AND name = 'Mass'": ["Mass v2", "Mass v1"],
        "version_number = 1.5": ["INVALID_PARAMETER_VALUE"],
        "version_number LIKE '1'": ["INVALID_PARAMETER_VALUE"],
        "source_path IN ('x')": ["INVALID_PARAMETER_VALUE"],
        "creation_timestamp > 1": ["INVALID_PARAMETER_VALUE"],
    }
    assert {filtered: find_versions(filter=filtered) for filtered in expected} == expected


def test_versions_are_ordered_as_asked(find_versions: Find) -> None:
    assert find_versions(order_by=["name DESC"]) == ["mass 2 v1", "Mass v2", "Mass v1"]
    assert find_versions(order_by=["version_number"]) == ["Mass v1", "mass 2 v1", "Mass v2"]
    assert find_versions(order_by=["creation_timestamp ASC"]) == ["Mass v1", "Mass v2", "mass 2 v1"]
    assert find_versions(order_by=["last_updated_timestamp", "name DESC"]) == ["Mass v1", "mass 2 v1", "Mass v2"]
    assert find_versions(order_by=["run_id"]) == ["INVALID_PARAMETER_VALUE"]
    assert find_versions(max_results=200_001) == ["INVALID_PARAMETER_VALUE"]
    assert find_versions(max_results=200_000) == ["Mass v2", "mass 2 v1", "Mass v1"]
