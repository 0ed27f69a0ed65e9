"""Messages that are wrong, huge or hostile: each is refused in MLflow's words, and nothing of it is kept."""

import json
import math
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.live_server_helper import LiveServer

from accounts import services as accounts
from accounts.models import User
from canvas.models import Project
from registry.models import LatestMetric, LoggedModel, Run, RunMetric, RunParam, RunTag
from tests.factories.canvas import ProjectFactory
from tests.factories.registry import ExperimentFactory, RunFactory

RUN = "7" * 32
ROOT = "/api/2.0/mlflow"
INVALID = (400, "INVALID_PARAMETER_VALUE")
ABSENT = (404, "RESOURCE_DOES_NOT_EXIST")

Ask = Callable[..., tuple[int, str]]
Fields = dict[str, Any]


@pytest.fixture
def secret(contributor: User, project: Project) -> str:
    _, secret = accounts.create_token(contributor, project_id=project.pk, name="tests", lifetime=timedelta(days=1))
    return secret


@pytest.fixture
def run(project: Project) -> Run:
    return RunFactory(experiment=ExperimentFactory(project=project), run_id=RUN, status="RUNNING")


@pytest.fixture
def ask(secret: str) -> Ask:
    """The status and MLflow's code of what a message is answered with."""
    client = Client(headers={"authorization": f"Bearer {secret}"}, raise_request_exception=False)

    def send(path: str, sent: Any, *, method: str = "post", kind: str = "application/json") -> tuple[int, str]:
        body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        if method == "get":
            answered = client.get(f"{ROOT}/{path}", sent)
        else:
            answered = client.generic(method.upper(), f"{ROOT}/{path}", body, content_type=kind)
        return answered.status_code, answered.json().get("error_code", "")

    return send


def metric(**said: Any) -> Fields:
    return {"key": "f1", "value": 0.9, "timestamp": 1, "step": 0} | said


WRONG_METRICS: list[Fields] = [
    {"metrics": "f1"},
    {"metrics": [7]},
    {"metrics": [None]},
    {"metrics": {"key": "f1"}},
    *({"metrics": [metric(), metric(**{"key": "other"} | said)]} for said in (
        {"value": "much"}, {"value": None}, {"value": True}, {"value": []}, {"value": {}}, {"value": 10**400},
        {"value": "1_000"}, {"value": "٣"}, {"value": " 1 "}, {"value": "1\n"}, {"value": "nan"}, {"value": "inf"},
        {"value": "-infinity"}, {"value": "+1"}, {"value": "01"}, {"value": ".5"}, {"value": "1."}, {"value": "0x1"},
        {"value": ""}, {"value": "1e400"}, {"timestamp": "٣"}, {"timestamp": "1_000"}, {"timestamp": " 1"},
        {"timestamp": "01"}, {"step": "１"}, {"step": "+1"}, {"step": ""}, {"step": "1.5"},
        {"timestamp": -1}, {"timestamp": "soon"}, {"timestamp": 1.5}, {"timestamp": 2**63}, {"timestamp": None},
        {"step": 2**63}, {"step": "9" * 30}, {"step": [1]}, {"step": 1e300}, {"key": ""}, {"key": None}, {"key": "../f1"},
        {"key": "/f1"}, {"key": "a//b"}, {"key": "a/./b"}, {"key": "."}, {"key": "f1;"}, {"key": "f\0"}, {"key": "x" * 251},
        {"key": ["f1"]}, {"key": {}}, {"key": "f1\n"}, {"dataset_digest": "d" * 37}, {"model_id": 7.5, "dataset_name": []},
    )),
    {"metrics": [metric(step=n) for n in range(10_001)]},
    {"metrics": [metric(step=n) for n in range(950)], "params": [{"key": f"p{n}", "value": "1"} for n in range(51)]},
]  # fmt: skip
WRONG_BATCHES: list[Fields] = [
    *WRONG_METRICS,
    {"params": [{"key": "depth", "value": "3"}, {"key": "depth", "value": "4"}]},
    {"params": [{"key": "depth", "value": "3"}, {"key": "depth", "value": "3"}]},
    {"params": [{"key": f"p{n}", "value": "1"} for n in range(101)]},
    {"params": [{"key": "depth", "value": ["3"]}]},
    {"params": [{"key": "depth", "value": "\0"}]},
    {"params": [{"value": "3"}]},
    {"tags": [{"key": f"t{n}", "value": "1"} for n in range(101)]},
    {"tags": [{"key": "team", "value": {"a": 1}}]},
    {"tags": [{"key": "te\0am", "value": "north"}]},
]


@pytest.mark.parametrize("said", WRONG_BATCHES, ids=lambda said: str(said)[:60])
def test_a_batch_with_one_wrong_entry_leaves_nothing(said: Fields, ask: Ask, run: Run) -> None:
    rest: Fields = {"params": [{"key": "kept", "value": "1"}], "tags": [{"key": "kept", "value": "1"}]}
    assert ask("runs/log-batch", {"run_id": RUN} | rest | said) == INVALID
    for table in (RunMetric, LatestMetric, RunParam, RunTag):
        assert not table.objects.filter(run=run).exists()
    assert ask("runs/log-batch", {"run_id": RUN} | rest) == (200, "")


def test_numbers_may_come_as_texts_and_need_not_be_finite(ask: Ask, run: Run) -> None:
    values = ["NaN", "Infinity", "-Infinity", "1.5", -0.0, 5e-324, 1.7976931348623157e308, 2**70, "-2E+3", "0"]
    sent = [
        metric(key=f"m{n}", value=value, timestamp="9223372036854775807", step="-7") for n, value in enumerate(values)
    ]
    assert ask("runs/log-batch", {"run_id": RUN, "metrics": sent}) == (200, "")
    kept = {point.key: point.number for point in LatestMetric.objects.filter(run=run)}
    assert math.isnan(kept["m0"])
    assert kept["m1"] == -kept["m2"] == kept["m6"]
    assert (kept["m3"], kept["m5"], kept["m7"]) == (1.5, 5e-324, 2.0**70)
    assert (kept["m8"], kept["m9"]) == (-2000.0, 0.0)
    assert set(LatestMetric.objects.filter(run=run).values_list("step", flat=True)) == {-7}


BODIES = [
    (b"{", "application/json"), (b"", "application/json"), (b"null", "application/json"), (b"[]", "application/json"),
    (b'"run"', "application/json"), (b"NaN", "application/json"), (b"\xff\xfe", "application/json"),
    (b"run_id=7", "application/x-www-form-urlencoded"), (b'{"run_id": "7"}', "text/plain"), (b'{"run_id": "7"}', ""),
    (b"[" * 100_000, "application/json"), (b'{"run_id":' * 5_000 + b"1" + b"}" * 5_000, "application/json"),
    (b'{"run_id": "\\ud800"}', "application/json"), (b'{"run_id": "\\u0000"}', "application/json"),
    (b'{"run_id": 1' + b"0" * 5_000 + b"}", "application/json"), (b'{"run_id": {"a": [1]}}', "application/json"),
    (b'{"run_id": "' + b"7" * 20_000_000 + b'"}', "application/json"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "kind"), BODIES, ids=[f"{body[:20]!r} {kind}" for body, kind in BODIES])
def test_a_body_that_is_no_message_is_refused(body: bytes, kind: str, ask: Ask, run: Run) -> None:
    for path in ("runs/update", "runs/log-batch", "experiments/create", "logged-models"):
        assert ask(path, body, kind=kind) == INVALID


REFUSED: list[tuple[str, str, Fields, tuple[int, str]]] = [
    ("post", "runs/update", {"run_id": RUN, "status": "DONE"}, INVALID),
    ("post", "runs/update", {"run_id": RUN, "status": 99}, INVALID),
    ("post", "runs/update", {"run_id": RUN, "end_time": -1}, INVALID),
    ("post", "runs/update", {"run_id": RUN, "end_time": 2**62}, INVALID),
    ("post", "runs/update", {"run_id": RUN, "end_time": 253_402_214_400_000}, INVALID),
    ("post", "runs/update", {"run_id": RUN, "run_name": "n" * 501}, INVALID),
    ("post", "runs/create", {"experiment_id": "-1"}, INVALID),
    ("post", "runs/create", {"experiment_id": "1e3"}, INVALID),
    ("post", "runs/create", {"experiment_id": "9" * 40}, INVALID),
    ("post", "runs/create", {"experiment_id": "١"}, INVALID),
    ("post", "runs/create", {"experiment_id": "999999"}, ABSENT),
    ("post", "runs/create", {"run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}]}, INVALID),
    ("post", "runs/create", {"start_time": "noon"}, INVALID),
    ("post", "runs/create", {"user_id": "u" * 251}, INVALID),
    ("get", "runs/get", {}, INVALID),
    ("get", "runs/get", {"run_id": "../../etc/passwd"}, ABSENT),
    ("get", "runs/get", {"run_id": "x" * 5_000}, ABSENT),
    ("get", "metrics/get-history", {"run_id": RUN, "metric_key": "f1", "page_token": "garbage"}, INVALID),
    ("get", "metrics/get-history", {"run_id": RUN, "metric_key": "f1", "page_token": "W10="}, INVALID),
    ("get", "metrics/get-history", {"run_id": RUN, "metric_key": "f1", "page_token": "é"}, INVALID),
    ("get", "metrics/get-history", {"run_id": RUN, "metric_key": "f1", "max_results": 0}, INVALID),
    ("get", "metrics/get-history", {"run_id": RUN, "metric_key": "f1", "max_results": "all"}, INVALID),
    ("get", "metrics/get-history", {"run_id": RUN, "metric_key": "f1", "max_results": 10**9}, INVALID),
    ("get", "metrics/get-history-bulk-interval", {"run_ids": [RUN] * 101, "metric_key": "f1"}, INVALID),
    ("get", "metrics/get-history-bulk-interval", {"run_ids": RUN, "metric_key": "f1", "start_step": 1}, INVALID),
    ("post", "experiments/create", {"name": " "}, INVALID),
    ("post", "experiments/create", {"name": "n" * 501}, INVALID),
    ("post", "experiments/create", {"name": "a", "artifact_location": "file:///etc"}, INVALID),
    ("post", "experiments/create", {"name": "a", "artifact_location": "s3://elsewhere/a"}, INVALID),
    ("post", "experiments/create", {"name": "Default"}, (400, "RESOURCE_ALREADY_EXISTS")),
    ("post", "experiments/set-experiment-tag", {"experiment_id": "0", "key": "k", "value": "v" * 20_001}, INVALID),
    ("get", "experiments/get", {"experiment_id": "none"}, INVALID),
    ("post", "runs/log-inputs", {"run_id": RUN, "datasets": [{"dataset": {"name": "a"}}]}, INVALID),
    ("post", "runs/log-inputs", {"run_id": RUN, "datasets": [{"dataset": {"name": "a", "digest": "d" * 37}}]}, INVALID),
    ("post", "runs/log-inputs", {"run_id": RUN, "datasets": [{"dataset": {"name": "a", "digest": "d", "schema": "{"}}]}, INVALID),
    ("post", "runs/log-inputs", {"run_id": RUN, "models": [{"model_id": "m-none"}]}, ABSENT),
    ("post", "runs/outputs", {"run_id": RUN, "models": [{"model_id": "m-none", "step": 1}]}, ABSENT),
    ("post", "runs/outputs", {"run_id": RUN, "models": [{"step": 1}]}, INVALID),
    ("post", "runs/log-model", {"run_id": RUN, "model_json": "{"}, INVALID),
    ("post", "runs/log-model", {"run_id": RUN, "model_json": "[" * 50_000}, INVALID),
    ("post", "runs/log-model", {"run_id": RUN, "model_json": "{}"}, INVALID),
    ("post", "logged-models", {"experiment_id": "0", "name": "a/b"}, INVALID),
    ("post", "logged-models", {"experiment_id": "0", "source_run_id": "none"}, ABSENT),
    ("post", "logged-models", {"experiment_id": "0", "params": [{"key": "a"}, {"key": "a"}]}, INVALID),
    ("patch", "logged-models/m-none", {"status": "LOGGED_MODEL_READY"}, ABSENT),
    ("patch", "logged-models/m-none", {"status": "READY!"}, INVALID),
    ("delete", "logged-models/m-none/tags/a", {}, ABSENT),
    ("put", "runs/create", {}, (404, "ENDPOINT_NOT_FOUND")),
    ("get", "runs/create", {}, (404, "ENDPOINT_NOT_FOUND")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "said", "code"), REFUSED, ids=[f"{path} {said}"[:80] for _, path, said, _ in REFUSED]
)
def test_what_cannot_be_is_refused_by_its_code(
    method: str, path: str, said: Fields, code: tuple[int, str], ask: Ask, run: Run
) -> None:
    assert ask(path, said, method=method) == code
    assert Run.objects.get() == run
    assert not LoggedModel.objects.exists()


FIELDS = [
    "run_id", "run_uuid", "runId", "experiment_id", "key", "value", "timestamp", "step", "metrics", "params", "tags",
    "status", "end_time", "name", "new_name", "datasets", "models", "model_json", "max_results", "page_token", "metric_key",
    "run_ids", "start_step", "model_id", "dataset_name", "source_run_id", "run_name", "start_time", "user_id",
]  # fmt: skip
PATHS = [
    ("post", path) for path in (
        "runs/create", "runs/update", "runs/log-batch", "runs/log-metric", "runs/log-parameter", "runs/set-tag",
        "runs/delete-tag", "runs/log-inputs", "runs/outputs", "runs/log-model", "experiments/create", "experiments/update",
        "experiments/set-experiment-tag", "experiments/delete-experiment-tag", "logged-models",
    )
] + [("patch", "logged-models/m-1"), ("patch", "logged-models/m-1/tags"), ("post", "logged-models/m-1/params")]  # fmt: skip
TEXTS = st.text(max_size=8) | st.sampled_from([RUN, "0", "f1", "NaN", "FINISHED", "-Infinity", "9" * 25, "{}", "a/b"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | TEXTS, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    where=st.sampled_from(PATHS), said=st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6), ours=st.booleans()
)
def test_no_message_whatever_makes_the_server_fail(
    where: tuple[str, str], said: Fields, ours: bool, ask: Ask, run: Run
) -> None:
    method, path = where
    status, code = ask(path, said | ({"run_id": RUN} if ours else {}), method=method)
    assert status in (200, 400, 404, 409)
    assert bool(code) == (status != 200)


def test_what_belongs_to_another_project_answers_as_if_it_were_not_there(ask: Ask, project: Project) -> None:
    theirs = RunFactory(experiment=ExperimentFactory(project=ProjectFactory(), name="theirs"), status="RUNNING")
    model = LoggedModel.objects.create(experiment=theirs.experiment, name="tree", created_by=theirs.created_by)
    one = {"run_id": theirs.run_id}
    asked: list[tuple[str, str, Fields]] = [
        ("get", "runs/get", one),
        ("post", "runs/update", one | {"status": "FINISHED"}),
        ("post", "runs/delete", one),
        ("post", "runs/restore", one),
        ("post", "runs/set-tag", one | {"key": "a", "value": "b"}),
        ("post", "runs/log-batch", one | {"params": [{"key": "a", "value": "b"}]}),
        ("post", "runs/log-metric", one | metric()),
        ("post", "runs/log-inputs", one),
        ("post", "runs/outputs", one),
        ("get", "experiments/get", {"experiment_id": str(theirs.experiment_id)}),
        ("post", "experiments/delete", {"experiment_id": str(theirs.experiment_id)}),
        ("post", "runs/create", {"experiment_id": str(theirs.experiment_id)}),
        ("get", f"logged-models/{model.model_id}", {}),
        ("delete", f"logged-models/{model.model_id}", {}),
        ("post", "logged-models", {"experiment_id": "0", "source_run_id": theirs.run_id}),
    ]
    for method, path, said in asked:
        assert ask(path, said, method=method) == ABSENT, path
    assert ask("metrics/get-history", one | {"metric_key": "f1"}, method="get") == (200, "")
    mine = ask("runs/create", {"tags": [{"key": "mlflow.parentRunId", "value": theirs.run_id}]})
    assert mine == (200, "")
    assert Run.objects.get(experiment__project=project).parent is None


def test_a_body_that_ends_early_is_refused(live_server: LiveServer, secret: str) -> None:
    host, port = live_server.url.removeprefix("http://").split(":")
    head = (
        f"POST {ROOT}/runs/create HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {secret}\r\n"
        "Content-Type: application/json\r\nContent-Length: 500\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=30) as there:
        there.sendall(head.encode() + b'{"experiment_id": "0", "run_name": "ha')
        there.shutdown(socket.SHUT_WR)
        answered = there.makefile("rb").read()
    assert answered.startswith(b"HTTP/1.1 400 ")
    assert b"INVALID_PARAMETER_VALUE" in answered
    assert not Run.objects.exists()
