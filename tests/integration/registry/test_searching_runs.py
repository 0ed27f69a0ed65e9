"""What MLflow's search finds among five runs, each answer worked out by hand."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from registry.models import Experiment, LatestMetric, Run, RunDataset
from tests.conftest import ApiAs
from tests.factories.data import DatasetFactory
from tests.factories.registry import ExperimentFactory, RunFactory

Search = Callable[..., tuple[int, dict[str, Any]]]

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = 1_772_366_400_000  # START in milliseconds

# name: seconds after START, metrics (None is NaN), params, tags
RUNS: dict[str, tuple[int, dict[str, float | None], dict[str, str], dict[str, str]]] = {
    "a": (0, {"loss": 0.1, "acc": 0.9}, {"lr": "0.1", "opt": "Adam"}, {"team": "North", "env": "100%"}),
    "b": (1, {"loss": None}, {"lr": "0.01", "a b/c": "x"}, {"team": "north", "env": "1000"}),
    "c": (2, {"loss": 0.5, "acc": 0.7}, {"opt": "it's"}, {"team": "süd", "path": r"C:\new"}),
    "d": (3, {}, {}, {"team": "SÜD"}),
    "e": (3, {"loss": 0.5}, {"opt": "sgd[1]"}, {}),
}


@pytest.fixture
def runs(project: Project) -> dict[str, Run]:
    """Five runs of one experiment; d and e began at the same moment."""
    experiment = ExperimentFactory(project=project, name="five")
    made = {}
    for name, (seconds, metrics, params, tags) in RUNS.items():
        run = made[name] = RunFactory(
            experiment=experiment,
            run_id=name * 32,
            name=f"run {name}",
            started_at=START + timedelta(seconds=seconds),
            ended_at=None if name == "e" else START + timedelta(seconds=10),
            status="RUNNING" if name == "e" else "FINISHED",
            started_by="alice" if name in "ab" else "",
        )
        for key, value in metrics.items():
            LatestMetric.objects.create(run=run, key=key, value=value or 0.0, is_nan=value is None)
        for key, text in params.items():
            run.params.create(key=key, value=text)
        for key, text in tags.items():
            run.tags.create(key=key, value=text)
    return made


@pytest.fixture
def search(runs: dict[str, Run], api_as: ApiAs, owner: User) -> Search:
    """A search of the experiment: its status, and the body."""
    client = api_as(owner)
    experiment = runs["a"].experiment.mlflow_id

    def ask(**sent: Any) -> tuple[int, dict[str, Any]]:
        response = client.post(reverse("mlflow:run-search"), {"experiment_ids": [experiment], **sent}, format="json")
        return response.status_code, response.json()

    return ask


def names(body: dict[str, Any]) -> str:
    return "".join(run["info"]["run_id"][0] for run in body.get("runs", []))


FOUND = {
    "": "decba",
    "  \n ": "decba",
    # Metrics: nothing but != is true of NaN, and nothing is true of a metric that is not there.
    "metrics.loss > 0.1": "ec",
    "metric.loss >= 0.1": "eca",
    "metrics.loss < 0.5": "a",
    "metrics.loss <= .5": "eca",
    "metrics.loss = 5e-1": "ec",
    "metrics.loss != 0.5": "ba",
    "metrics.loss = 0": "",
    "metrics.loss > -1": "eca",
    "metrics.loss < 1e999": "eca",
    "metrics.loss > 0.1 AND metrics.acc < 0.8": "c",
    "metrics.loss > 0.1 and metrics.acc < 0.8 aNd params.opt != 'x'": "c",
    "metrics.nowhere != 1": "",
    # Params and tags: as texts; != asks of those that have it.
    "params.lr = '0.1'": "a",
    'param.lr = "0.1"': "a",
    "parameters.lr != '0.1'": "b",
    "parameter.lr LIKE '0.%'": "ba",
    "params.lr IS NULL": "dec",
    "params.lr is not null": "ba",
    "params.`a b/c` = 'x'": "b",
    "params.\"a b/c\" = 'x'": "b",
    "`params`.`a b/c` = 'x'": "b",
    'params.opt = "it\'s"': "c",
    "params.opt = 'it''s'": "c",
    # LIKE tells capitals from small letters, in every alphabet; ILIKE does not.
    "tags.team LIKE 'north'": "b",
    "tags.team like 'N%'": "a",
    "tags.team ILIKE 'NORTH'": "ba",
    "tags.team LIKE '%ü%'": "c",
    "tags.team ILIKE 's_d'": "dc",
    "tag.team ILIKE '%Ü%'": "dc",
    # Nothing but % and _ stands for anything.
    "tags.env LIKE '100%'": "ba",
    "tags.env = '100%'": "a",
    "tags.env LIKE '100_'": "ba",
    "tags.env LIKE '1*'": "",
    "tags.env LIKE '100?'": "",
    r"tags.path LIKE 'C:\%'": "c",
    r"tags.path LIKE 'C:\_ew'": "c",
    r"tags.path = 'C:\new'": "c",
    "params.opt LIKE 'sgd[1]'": "e",
    "params.opt LIKE '[s]%'": "",
    "params.opt ILIKE 'SGD[%'": "e",
    # Attributes, by every name they go by.
    "run_id = '" + "a" * 32 + "'": "a",
    "attributes.run_id != '" + "a" * 32 + "'": "decb",
    "run_id IN ('" + "a" * 32 + "', '" + "e" * 32 + "', 'x')": "ea",
    "attribute.run_id not in ('" + "a" * 32 + "',)": "decb",
    "run_name = 'run c'": "c",
    "attr.`Run name` LIKE 'run%'": "decba",
    "Run name = 'run c'": "c",
    '"Run name" = "run c"': "c",
    "run.status = 'RUNNING'": "e",
    "status != 'RUNNING'": "dcba",
    "user_id = 'alice'": "ba",
    "user_id = 'owner'": "dec",
    "artifact_uri LIKE 'mlflow-artifacts:/%/" + "b" * 32 + "/artifacts'": "b",
    f"start_time > {FIRST + 1000}": "dec",
    f"created >= {FIRST + 1000}": "decb",
    f"attributes.Created < {FIRST + 1000}": "a",
    f"start_time <= {FIRST + 1000}": "ba",
    f"start_time = {FIRST + 2000}": "c",
    f"start_time != {FIRST + 2000}": "deba",
    f"start_time > {FIRST}.5": "decb",
    f"start_time = {FIRST}.5": "",
    "start_time < 1e300": "decba",
    "start_time > 99999999999999999999999999": "",
    # Whoever has not ended has no end that differs from another one.
    "end_time != 1": "dcba",
    "end_time > 0": "dcba",
}


def test_a_filter_finds_what_it_says(search: Search) -> None:
    answers = {filtered: search(filter=filtered) for filtered in FOUND}
    assert {filtered: status for filtered, (status, _) in answers.items() if status != 200} == {}
    assert {filtered: names(body) for filtered, (_, body) in answers.items()} == FOUND


ORDERED: list[tuple[list[str], str]] = [
    ([], "decba"),
    # Numbers first, then what is not a number, then what is missing, whichever way; ties by start, then by id.
    (["metrics.loss"], "aecbd"),
    (["metrics.loss ASC"], "aecbd"),
    (["metrics.loss DESC"], "ecabd"),
    (["metric.`loss` desc"], "ecabd"),
    (["metrics.acc"], "cadeb"),
    (["metrics.acc DESC"], "acdeb"),
    (["metrics.nowhere DESC"], "decba"),
    (["params.lr"], "badec"),
    (["params.lr DESC"], "abdec"),
    # By the characters' numbers: capitals before small letters, and ü after everything.
    (["tags.team"], "adbce"),
    (["tags.team DESC"], "cbdae"),
    (["start_time"], "abcde"),
    (["attributes.start_time ASC", "run_id DESC"], "abced"),
    (["Created DESC"], "decba"),
    (["end_time"], "dcbae"),
    (["end_time DESC"], "dcbae"),
    (["run_name DESC"], "edcba"),
    (["status"], "dcbae"),
    (["user_id", "run_id"], "abcde"),
    (["artifact_uri"], "abcde"),
    (["metrics.loss DESC", "metrics.acc"], "ceabd"),
    (["status DESC", "metrics.loss ASC"], "eacbd"),
    (["  metrics.loss   DESC "], "ecabd"),
]


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_an_order_is_kept_across_pages_of_any_size(search: Search, size: int) -> None:
    found = [(order, "".join(map(names, pages(search, order_by=order, max_results=size)))) for order, _ in ORDERED]
    assert found == ORDERED


def pages(search: Search, **sent: Any) -> Iterator[dict[str, Any]]:
    """Page after page, until a page names no next one."""
    token = ""
    while True:
        status, body = search(**sent, page_token=token)
        assert status == 200, body
        yield body
        if not (token := body.get("next_page_token", "")):
            return


def test_runs_that_arrive_between_two_pages_shift_nothing(search: Search, runs: dict[str, Run]) -> None:
    _, first = search(order_by=["metrics.loss"], max_results=2)
    for name, loss in (("0", 0.0), ("1", 0.05)):
        run = RunFactory(experiment=runs["a"].experiment, run_id=name * 32, started_at=START)
        LatestMetric.objects.create(run=run, key="loss", value=loss)
    runs["e"].latest_metrics.update(value=0.02)  # stood at the end of the first page
    _, second = search(order_by=["metrics.loss"], max_results=10, page_token=first["next_page_token"])
    assert names(first) + names(second) == "aecbd"


def test_the_last_page_names_no_next_one(search: Search) -> None:
    _, body = search(max_results=5)
    assert names(body) == "decba"
    assert "next_page_token" not in body


def test_a_view_shows_runs_set_aside_or_not(search: Search, runs: dict[str, Run]) -> None:
    Run.objects.filter(run_id__in=["a" * 32, "d" * 32]).update(deleted_at=START)
    assert names(search()[1]) == "ecb"
    assert names(search(run_view_type="ACTIVE_ONLY")[1]) == "ecb"
    assert names(search(run_view_type=1)[1]) == "ecb"
    assert names(search(run_view_type="DELETED_ONLY")[1]) == "da"
    assert names(search(run_view_type="ALL", filter="metrics.loss > 0")[1]) == "eca"


def test_datasets_are_asked_one_at_a_time(search: Search, runs: dict[str, Run]) -> None:
    snapshot = DatasetFactory(project=runs["a"].experiment.project)
    for name, dataset, digest, context in (
        ("a", "wine", "d1", "training"),
        ("a", "cheese", "d2", "eval"),
        ("b", "wine", "d3", ""),
    ):
        RunDataset.objects.create(run=runs[name], dataset=snapshot, name=dataset, digest=digest, context=context)
    asked = {
        "dataset.name = 'wine'": "ba",
        "datasets.name != 'wine'": "a",
        "dataset.name LIKE 'W%'": "",
        "dataset.name ILIKE 'W%'": "ba",
        "dataset.digest IN ('d1', 'd3')": "ba",
        "dataset.digest NOT IN ('d1', 'd3')": "a",
        "dataset.context = 'eval'": "a",
        # No context is none that differs.
        "dataset.context != 'eval'": "a",
        # Each clause looks among all of a run's datasets.
        "dataset.name = 'wine' AND dataset.context = 'eval'": "a",
    }
    assert {filtered: names(search(filter=filtered)[1]) for filtered in asked} == asked


def test_several_experiments_are_searched_together(search: Search, runs: dict[str, Run], project: Project) -> None:
    other = ExperimentFactory(project=project, name="Default", is_default=True)
    RunFactory(experiment=other, run_id="f" * 32, started_at=START + timedelta(seconds=1))
    both = [runs["a"].experiment.mlflow_id, "0"]
    assert names(search(experiment_ids=both)[1]) == "decbfa"
    assert names(search(experiment_ids=["0"])[1]) == "f"
    # Its number in our tables is nobody's name for it.
    assert search(experiment_ids=[str(other.pk)]) == (200, {})
    assert names(search(experiment_ids=["0"], filter="artifact_uri LIKE 'mlflow-artifacts:/0/%'")[1]) == "f"


def test_what_is_not_there_finds_nothing(search: Search) -> None:
    assert search(experiment_ids=[]) == (200, {})
    assert search(experiment_ids=["999999999"]) == (200, {})


def test_another_projects_runs_never_appear(api_as: ApiAs, owner: User, search: Search, runs: dict[str, Run]) -> None:
    foreign: Experiment = ExperimentFactory(name="foreign")
    run = RunFactory(experiment=foreign, run_id="9" * 32, started_at=START)
    run.tags.create(key="team", value="north")
    asked = [foreign.mlflow_id, runs["a"].experiment.mlflow_id, "0"]
    for sent in ({}, {"filter": "run_id = '" + "9" * 32 + "'"}, {"filter": "tags.team = 'north'"}):
        assert "9" not in names(search(experiment_ids=asked, run_view_type="ALL", **sent)[1])


REFUSED = [
    ("metrics.loss", "character 13"),
    ("metrics.loss >", "character 15"),
    ("metrics.loss > 'high'", "compared with a number"),
    ("metrics.loss > NaN", "character 16"),
    ("metrics.loss LIKE '1'", "cannot be compared by LIKE"),
    ("metrics.loss IS NULL", "cannot be compared by IS NULL"),
    ("metrics.loss IN ('1')", "cannot be compared by IN"),
    ("params.lr > '0.1'", "cannot be compared by >"),
    ("params.lr = 0.1", "text in quotes"),
    ("params.lr = lr", "character 13"),
    ("params.lr = `x`", "character 13"),
    ("params.lr == 'x'", "character 12"),
    ("params.lr <> 'x'", "character 12"),
    ("params.lr IN ('x')", "cannot be compared by IN"),
    ("params.lr = 'x", "never closed"),
    ("params.`lr = 'x'", "character"),
    ("params.lr-x = 'x'", "character 10"),
    ("status IN ('FINISHED')", "cannot be compared by IN"),
    ("status IS NULL", "cannot be compared by IS NULL"),
    ("run_id IN ()", "character 12"),
    ("run_id IN ('a' 'b')", "character 16"),
    ("run_id IN 'a'", "character 11"),
    ("run_id IN (1)", "character 12"),
    ("run_id NOT 'a'", "IN has to stand here"),
    ("start_time > '1'", "compared with a number"),
    ("start_time LIKE '1'", "cannot be compared by LIKE"),
    ("lifecycle_stage = 'active'", "no attribute of runs"),
    ("name = 'x'", "no attribute of runs"),
    ("Metrics.loss > 1", "Metrics"),
    ("model.loss > 1", "model"),
    ("dataset.source = 'x'", "dataset.source"),
    ("dataset.name > 'x'", "cannot be compared by >"),
    ("'x' = params.lr", "character 1"),
    ("metrics.loss > 1 OR metrics.acc > 1", "AND has to stand here"),
    ("metrics.loss > 1 metrics.acc > 1", "AND has to stand here"),
    ("metrics.loss > 1 AND", "character 21"),
    ("AND metrics.loss > 1", "character"),
    ("(metrics.loss > 1)", "character 1"),
    ("NOT metrics.loss > 1", "character 5"),
    ("metrics.loss > 1; DROP TABLE runs", "character 17"),
    ("metrics.loss > 1 -- x", "character 18"),
    ("params.lr LIKE '" + "a" * 8001 + "'", "8,001"),
    (" AND ".join(["metrics.loss > 1"] * 101), "101 clauses"),
    ("run_id IN (" + "'a'," * 10_001 + ")", "10,001 values"),
    ("x" * 200_001, "200,001 characters"),
]


def test_a_bad_filter_is_refused_and_says_where(search: Search) -> None:
    for filtered, says in REFUSED:
        status, body = search(filter=filtered)
        assert (status, body["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), filtered
        assert says in body["message"], filtered


MEANINGLESS: list[dict[str, Any]] = [
    {"order_by": [""]},
    {"order_by": ["metrics.loss UP"]},
    {"order_by": ["metrics.loss DESC, params.lr"]},
    {"order_by": ["metrics.val-loss"]},
    {"order_by": ["dataset.name"]},
    {"order_by": ["nowhere"]},
    {"order_by": ["metrics.loss", "metric.loss DESC"]},
    {"order_by": ["start_time", "created"]},
    {"order_by": [f"metrics.m{n}" for n in range(17)]},
    {"order_by": {"metrics": "loss"}},
    {"order_by": [7]},
    {"max_results": 0},
    {"max_results": -1},
    {"max_results": 50_001},
    {"max_results": "many"},
    {"run_view_type": "SOME"},
    {"run_view_type": 4},
    {"experiment_ids": ["one"]},
    {"experiment_ids": ["-1"]},
    {"experiment_ids": ["1"] * 10_001},
    {"experiment_ids": 7},
    {"filter": ["metrics.loss > 1"]},
    {"filter": "tags.team = '\x00'"},
    {"page_token": "not a token"},
    {"page_token": "bm9uZQ=="},
    {"page_token": "eyJvZmZzZXQiOiAxMH0="},
    {"page_token": "W10="},
    {"page_token": "🙂"},
]


def test_what_cannot_be_searched_by_is_refused(search: Search) -> None:
    for sent in MEANINGLESS:
        status, body = search(**sent)
        assert (status, body["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), sent
        assert body["message"].endswith("."), body


def test_a_token_of_a_search_in_another_order_is_refused(search: Search) -> None:
    _, body = search(max_results=2)
    status, refusal = search(order_by=["metrics.loss"], page_token=body["next_page_token"])
    assert (status, refusal["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert "another order" in refusal["message"]


def test_a_thousand_runs_cost_as_many_queries_as_one(
    search: Search, runs: dict[str, Run], django_assert_max_num_queries: Any
) -> None:
    experiment = runs["a"].experiment
    Run.objects.bulk_create(
        Run(experiment=experiment, name=f"r{n}", started_at=START, created_by=runs["a"].created_by) for n in range(300)
    )
    with django_assert_max_num_queries(14):
        _, body = search(filter="params.nowhere IS NULL", order_by=["metrics.loss"])
    assert len(body["runs"]) == 305
