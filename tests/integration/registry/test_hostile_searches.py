"""Whatever is sent to a search, it is answered, or refused with a reason: never a fault of ours."""

import base64
import random
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import User
from canvas.models import Project
from registry.models import LatestMetric
from tests.conftest import ApiAs
from tests.factories.registry import ExperimentFactory, ModelVersionFactory, RunFactory

SEARCHES = {
    "mlflow:run-search": "post",
    "mlflow:logged-model-search": "post",
    "mlflow:experiment-search": "post",
    "mlflow:model-search": "get",
    "mlflow:model-version-search": "get",
}

names = st.sampled_from(
    "metrics.loss metric.`a b` params.lr tags.team tag.mlflow.user attributes.run_id run_name status start_time end_time "
    "user_id artifact_uri created experiment_id name creation_time last_update_time timestamp version_number run_id "
    "source_path model_id model_type source_run_id creation_timestamp dataset.name datasets.context "
    "last_updated_timestamp nowhere metrics tags. .loss".split(" ")
)
comparators = st.sampled_from(
    ["=", "!=", "<", "<=", ">", ">=", "LIKE", "ilike", "IN", "not in", "IS NULL", "is not null", "==", "<>", "IS"]
)
numbers = st.one_of(
    st.integers().map(str), st.floats().map(str), st.sampled_from(["9" * 400, "1e999", "-.5", "0x1F", "1_0", "٣", "-0"])
)
texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["%", "_", "[", "a%b*c?d[e]", "\\", "\\%", "''", "ß", "İ", "true", "0", "99999999999999999999"]),
)
values = st.one_of(
    numbers,
    texts.map(lambda text: f"'{text}'"),
    texts.map(lambda text: f'"{text}"'),
    st.lists(texts.map(lambda text: f"'{text}'"), max_size=3).map(lambda some: f"({', '.join(some)})"),
    st.just(""),
)
clauses = st.tuples(names, comparators, values).map(" ".join)
filters = st.lists(clauses, min_size=1, max_size=3).map(" AND ".join)
orders = st.one_of(st.tuples(names, st.sampled_from(["", "ASC", "DESC", "desc", "UP"])).map(" ".join), texts)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False), texts
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A filter of the right shape in which some characters went missing, changed places or came from nowhere."""
    text = list(draw(filters))
    chance = random.Random(draw(st.integers(0, 2**32)))
    for _ in range(draw(st.integers(1, 4))):
        at = chance.randrange(len(text) + 1)
        text[at : at + chance.randrange(3)] = chance.choice(
            ["", "'", '"', "`", ".", "(", ")", " ", "AND", "\n", "\x00", "é"]
        )
    return "".join(text)


@pytest.fixture
def client(api_as: ApiAs, owner: User, project: Project) -> APIClient:
    """A program of the owner's, in a project with a few runs and a version."""
    experiment = ExperimentFactory(project=project, name="Default", is_default=True)
    for number in range(3):
        run = RunFactory(experiment=experiment)
        run.tags.create(key="team", value=f"team {number}")
        LatestMetric.objects.create(run=run, key="loss", value=number, is_nan=number == 1)
    ModelVersionFactory(model__project=project)
    return api_as(owner)


def ask(client: APIClient, **sent: Any) -> None:
    """Ask every search, and hold it to its promise."""
    asked = {"experiment_ids": ["0"], "max_results": 2} | sent
    for name, method in SEARCHES.items():
        if method == "get":
            response = client.get(reverse(name), {key: as_query(value) for key, value in asked.items()})
        else:
            response = client.post(reverse(name), asked, format="json")
        assert response.status_code in (200, 400), (name, asked, response.content)
        if response.status_code == 400:
            assert response.json()["error_code"] == "INVALID_PARAMETER_VALUE"
            assert response.json()["message"]


def as_query(value: Any) -> Any:
    """A query string has no null; an empty text comes next to it."""
    if isinstance(value, list):
        return ["" if one is None else one for one in value]
    return "" if value is None else value


def often(examples: int) -> Callable[[Any], Any]:
    return settings(max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@often(60)
@given(text=st.text(max_size=60))
def test_any_text_may_be_sent_as_a_filter(client: APIClient, text: str) -> None:
    ask(client, filter=text)


@often(120)
@given(text=filters)
def test_whatever_looks_like_a_filter_is_read_or_refused(client: APIClient, text: str) -> None:
    ask(client, filter=text)


@often(120)
@given(text=mutated())
def test_a_spoiled_filter_is_read_or_refused(client: APIClient, text: str) -> None:
    ask(client, filter=text)


@often(80)
@given(order=st.lists(orders, max_size=3))
def test_any_order_may_be_asked_for(client: APIClient, order: list[str]) -> None:
    ask(client, order_by=order)


@often(60)
@given(
    order=st.lists(st.dictionaries(st.sampled_from(["field_name", "ascending", "dataset_name"]), scalars), max_size=2)
)
def test_any_order_of_logged_models_may_be_asked_for(client: APIClient, order: list[dict[str, Any]]) -> None:
    ask(client, order_by=order)


@often(60)
@given(token=st.one_of(st.text(max_size=30), st.binary(max_size=30).map(lambda some: base64.b64encode(some).decode())))
def test_any_page_token_may_be_sent(client: APIClient, token: str) -> None:
    ask(client, page_token=token)


@often(80)
@given(places=st.lists(scalars, min_size=1, max_size=3), order=st.sampled_from(["metrics.loss DESC", "start_time"]))
def test_a_forged_token_is_refused_or_harmless(client: APIClient, places: list[Any], order: str) -> None:
    asked = {"experiment_ids": ["0"], "max_results": 1, "order_by": [order]}
    real = client.post(reverse("mlflow:run-search"), asked, format="json").json()["next_page_token"]
    digest, kept = orjson.loads(base64.urlsafe_b64decode(real))
    forged = orjson.dumps([digest, (places + kept)[: len(kept)]])
    ask(client, page_token=base64.urlsafe_b64encode(forged).decode(), order_by=[order])


FIELDS = st.sampled_from(
    "max_results run_view_type view_type experiment_ids filter order_by page_token datasets".split(" ")
)
anything = st.one_of(scalars, st.lists(scalars, max_size=2), st.dictionaries(texts, scalars, max_size=2))


@often(60)
@given(sent=st.dictionaries(FIELDS, anything))
def test_any_type_may_be_sent_for_any_field(client: APIClient, sent: dict[str, Any]) -> None:
    ask(client, **sent)
