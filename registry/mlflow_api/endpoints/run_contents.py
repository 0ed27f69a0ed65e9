"""What a script adds to its run: params, batches, datasets and models."""

import json
from typing import Any

from django.urls import path

from canvas.roles import Permission
from data.services.references import MlflowInput
from registry.mlflow_api import keys
from registry.mlflow_api.door import Call, Fields, address
from registry.mlflow_api.endpoints.metrics import point
from registry.mlflow_api.endpoints.runs import run_id
from registry.mlflow_api.wire import Malformed, Message
from registry.services import batches, inputs

MOST = {"metrics": 1_000, "params": 100, "tags": 100}
MOST_TOGETHER = 1_000
MOST_INPUTS = 1_000
LONGEST_INPUT_TAG_KEY = 255
LONGEST_INPUT_TAG = 500
MODEL_FIELDS = ("artifact_path", "flavors", "utc_time_created", "run_id")


def log_param(call: Call) -> Fields:
    """Add a param to a run."""
    batches.log(call.project, run_id(call.sent), params=[keys.param(call.sent)], by=call.user)
    return {}


def log_batch(call: Call) -> Fields:
    """Add metrics, params and tags to a run: all of them, or none."""
    sent = call.sent
    lists = {name: list(sent.messages(name)) for name in MOST}
    _ensure_few(lists)
    batches.log(
        call.project,
        run_id(sent),
        points=[point(one) for one in lists["metrics"]],
        params=[keys.param(one) for one in lists["params"]],
        sent_tags=dict(keys.tag(one) for one in lists["tags"]),
        by=call.user,
    )
    return {}


def log_inputs(call: Call) -> Fields:
    """Note the datasets and models that a run used."""
    datasets = [_dataset(one) for one in call.sent.messages("datasets")]
    models = [one.required("model_id") for one in call.sent.messages("models")]
    if len(datasets) + len(models) > MOST_INPUTS:
        raise Malformed(f"{len(datasets) + len(models):,} inputs were sent; at most {MOST_INPUTS:,} are taken at once.")
    inputs.log(call.project, run_id(call.sent), datasets=datasets, models=models, by=call.user)
    return {}


def log_outputs(call: Call) -> Fields:
    """Note the logged models that a run brought forth."""
    models = [(one.required("model_id"), one.whole("step")) for one in call.sent.messages("models")]
    if len(models) > MOST_INPUTS:
        raise Malformed(f"{len(models):,} outputs were sent; at most {MOST_INPUTS:,} are taken at once.")
    inputs.log_outputs(call.project, run_id(call.sent), models=models, by=call.user)
    return {}


def log_model(call: Call) -> Fields:
    """Note a model as clients before MLflow 3 do: in a tag of the run."""
    text = call.sent.required("model_json")
    try:
        model: Any = json.loads(text, parse_constant=str)  # Any: JSON of unknown shape
    except (ValueError, RecursionError):
        raise Malformed(f"Malformed model info. {text[:80]!r} is not a valid JSON.") from None
    missing = sorted(set(MODEL_FIELDS) - set(model)) if isinstance(model, dict) else list(MODEL_FIELDS)
    if missing:
        raise Malformed(f"Model json is missing mandatory fields: {missing}")
    inputs.log_history(call.project, run_id(call.sent), model=model, by=call.user)
    return {}


def _ensure_few(lists: dict[str, list[Message]]) -> None:
    for name, found in lists.items():
        if len(found) > MOST[name]:
            raise Malformed(
                f"A batch logging request can contain at most {MOST[name]} {name}. Got {len(found)} {name}. "
                "Please split up your request into multiple requests and try again."
            )
    if (total := sum(map(len, lists.values()))) > MOST_TOGETHER:
        raise Malformed(
            f"A batch logging request can contain at most {MOST_TOGETHER} metrics, params, and tags. Got {total}. "
            "Please split up your request into multiple requests and try again."
        )


def _dataset(sent: Message) -> MlflowInput:
    said = sent.message("dataset")
    tags = {
        one.required("key", longest=LONGEST_INPUT_TAG_KEY): one.text("value", longest=LONGEST_INPUT_TAG)
        for one in sent.messages("tags")
    }
    return MlflowInput(
        name=said.required("name"),
        digest=said.required("digest"),
        source_type=said.text("source_type", longest=100),
        source=said.text("source"),
        schema=said.text("schema"),
        profile=said.text("profile"),
        tags=tags,
    )


WRITE = Permission.REGISTER_MODELS
ROOT = "api/2.0/mlflow/runs"

ADDRESSES = [
    path(f"{ROOT}/log-parameter", address(post=(WRITE, log_param)), name="run-log-param"),
    path(f"{ROOT}/log-batch", address(post=(WRITE, log_batch)), name="run-log-batch"),
    path(f"{ROOT}/log-inputs", address(post=(WRITE, log_inputs)), name="run-log-inputs"),
    path(f"{ROOT}/outputs", address(post=(WRITE, log_outputs)), name="run-log-outputs"),
    path(f"{ROOT}/log-model", address(post=(WRITE, log_model)), name="run-log-model"),
]
