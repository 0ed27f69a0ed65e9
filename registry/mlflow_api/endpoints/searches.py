"""Searches: filtered, ordered, a page at a time."""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.urls import path

from canvas.roles import Permission
from registry.mlflow_api.door import Call, Fields, address
from registry.mlflow_api.messages.experiments import experiments_of
from registry.mlflow_api.messages.logged_models import logged_models_of
from registry.mlflow_api.messages.model_versions import model_versions_of
from registry.mlflow_api.messages.registered_models import registered_models_of
from registry.mlflow_api.messages.runs import runs_of
from registry.mlflow_api.search import prompts
from registry.mlflow_api.search.finding import Found, find
from registry.mlflow_api.search.grammar import Clause, Identifier, Order, clauses_of, order_of
from registry.mlflow_api.search.kinds import (
    EXPERIMENTS,
    LOGGED_MODELS,
    MODEL_VERSIONS,
    REGISTERED_MODELS,
    RUNS,
    Searched,
)
from registry.mlflow_api.search.ordering import on_dataset
from registry.mlflow_api.wire import Malformed, Message
from registry.models import (
    Experiment,
    LoggedModel,
    LoggedModelMetric,
    ModelVersion,
    RegisteredModel,
    RegisteredModelTag,
    Run,
    VersionTag,
)
from registry.services import experiments

VIEWS = ("ACTIVE_ONLY", "DELETED_ONLY", "ALL")
MOST_EXPERIMENTS = 10_000
MOST_DATASETS = 100
AT_ONCE = 1_000  # records that one query reads by their keys

Row = TypeVar("Row", bound=Model)


def search_experiments(call: Call) -> Fields:
    """The project's experiments."""
    experiments.default_of(call.project)
    rows = _viewed(Experiment.objects.filter(project=call.project), call.sent, "view_type")
    found = _found(EXPERIMENTS, rows, call.sent)
    shown = _in_parts(found.pks, lambda pks: experiments_of(_in_order(Experiment.objects.all(), pks)))
    return {"experiments": shown, "next_page_token": found.next_page_token}


def search_runs(call: Call) -> Fields:
    """Runs of some of the project's experiments."""
    rows = Run.objects.filter(experiment__in=_experiments(call))
    found = _found(RUNS, _viewed(rows, call.sent, "run_view_type"), call.sent)
    return {"runs": _in_parts(found.pks, runs_of), "next_page_token": found.next_page_token}


def search_logged_models(call: Call) -> Fields:
    """Logged models of some of the project's experiments, perhaps by their metrics on some datasets."""
    sent = call.sent
    if not sent.texts("experiment_ids"):
        raise Malformed("Missing value for required parameter 'experiment_ids'.")
    rows = LoggedModel.objects.filter(experiment__in=_experiments(call), deleted_at__isnull=True)
    clauses, measured = clauses_of(sent.text("filter")), _on_datasets(sent)
    if measured is not None and not any(clause.about.entity == "metrics" for clause in clauses):
        rows = rows.filter(Exists(LoggedModelMetric.objects.filter(measured, logged_model=OuterRef("pk"))))
    found = find(
        LOGGED_MODELS,
        rows,
        clauses=clauses,
        orders=[_order_of_models(one) for one in sent.messages("order_by")],
        metrics=measured,
        page_token=sent.text("page_token"),
        at_most=_page_size(LOGGED_MODELS, sent),
    )
    shown = _in_parts(found.pks, lambda pks: logged_models_of(_in_order(LoggedModel.objects.all(), pks)))
    return {"models": shown, "next_page_token": found.next_page_token}


def search_registered_models(call: Call) -> Fields:
    """The project's models by name; prompts only where they are asked for."""
    rows = RegisteredModel.objects.live().filter(project=call.project)
    marked = RegisteredModelTag.objects.filter(model=OuterRef("pk"), key=prompts.MARK, value=prompts.IS_ONE)
    found = _found_beside_prompts(REGISTERED_MODELS, rows, Exists(marked), call.sent)
    shown = _in_parts(found.pks, lambda pks: registered_models_of(_in_order(RegisteredModel.objects.all(), pks)))
    return {"registered_models": shown, "next_page_token": found.next_page_token}


def search_model_versions(call: Call) -> Fields:
    """Versions of all of the project's models; those of prompts only where they are asked for."""
    rows = ModelVersion.objects.live().filter(model__project=call.project, model__removed_at__isnull=True)
    marked = VersionTag.objects.filter(version__model=OuterRef("model"), key=prompts.MARK, value=prompts.IS_ONE)
    found = _found_beside_prompts(MODEL_VERSIONS, rows, Exists(marked), call.sent)
    shown = model_versions_of(found.pks)
    return {"model_versions": shown, "next_page_token": found.next_page_token}


def _found(kind: Searched, rows: QuerySet[Any], sent: Message, clauses: Sequence[Clause] | None = None) -> Found:
    return find(
        kind,
        rows,
        clauses=clauses_of(sent.text("filter")) if clauses is None else clauses,
        orders=[order_of(one) for one in sent.texts("order_by")],
        page_token=sent.text("page_token"),
        at_most=_page_size(kind, sent),
    )


def _found_beside_prompts(kind: Searched, rows: QuerySet[Any], is_prompt: Exists, sent: Message) -> Found:
    clauses = clauses_of(sent.text("filter"))
    if prompts.asks_for_prompts(clauses):
        return _found(kind, rows, sent, clauses)
    others = [clause for clause in clauses if not prompts.is_about_prompts(clause)]
    return _found(kind, rows.filter(~is_prompt), sent, others)


def _on_datasets(sent: Message) -> Q | None:
    """Which metrics count: those on one of the datasets named; None where none is."""
    named = [(one.required("dataset_name"), one.text("dataset_digest")) for one in sent.messages("datasets")]
    if len(named) > MOST_DATASETS:
        raise Malformed(f"Parameter 'datasets' names {len(named)}; at most {MOST_DATASETS} are looked at.")
    return reduce(or_, (on_dataset(*one) for one in named)) if named else None


def _order_of_models(sent: Message) -> Order:
    name, digest = sent.text("dataset_name"), sent.text("dataset_digest")
    if digest and not name:
        raise Malformed("A 'dataset_digest' in order_by needs the 'dataset_name' beside it.")
    entity, point, key = sent.required("field_name").strip().partition(".")
    about = Identifier(entity, key, 1) if point else Identifier("", entity, 1)
    return Order(about, descending="ascending" in sent and not sent.flag("ascending"), dataset=(name, digest))


def _page_size(kind: Searched, sent: Message) -> int:
    size = sent.whole("max_results", default=kind.usual)
    if not 1 <= size <= kind.most:
        raise Malformed(f"Parameter 'max_results' has to be from 1 to {kind.most:,}; it is {size}.")
    return size


def _viewed(rows: QuerySet[Row], sent: Message, name: str) -> QuerySet[Row]:
    view = sent.choice(name, VIEWS, default="ACTIVE_ONLY")
    return rows if view == "ALL" else rows.filter(deleted_at__isnull=view == "ACTIVE_ONLY")


def _experiments(call: Call) -> list[int]:
    """The keys of those of the experiments named that the project has; others are as if absent."""
    named = call.sent.texts("experiment_ids")
    if len(named) > MOST_EXPERIMENTS:
        raise Malformed(f"Parameter 'experiment_ids' names {len(named):,}; at most {MOST_EXPERIMENTS:,} are searched.")
    for one in named:
        if not (one.isascii() and one.isdigit() and len(one) <= 18):
            raise Malformed(f"Parameter 'experiment_ids' holds {one[:60]!r}, which is no experiment's id.")
    asked = Q(pk__in=[int(one) for one in named], is_default=False)
    if "0" in named:
        asked |= Q(is_default=True)
    return list(Experiment.objects.filter(asked, project=call.project).values_list("pk", flat=True))


def _in_parts(pks: Sequence[int], shown: Callable[[Sequence[int]], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [one for part in _parts(pks) for one in shown(part)]


def _parts(pks: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(pks), AT_ONCE):
        yield pks[start : start + AT_ONCE]


def _in_order(rows: QuerySet[Any], pks: Sequence[int]) -> list[Any]:
    by_key = {row.pk: row for row in rows.filter(pk__in=pks)}
    return [by_key[pk] for pk in pks if pk in by_key]


READ = Permission.VIEW
ROOT = "api/2.0/mlflow"

ADDRESSES = [
    path(
        f"{ROOT}/experiments/search",
        address(get=(READ, search_experiments), post=(READ, search_experiments)),
        name="experiment-search",
    ),
    path(f"{ROOT}/runs/search", address(post=(READ, search_runs)), name="run-search"),
    path(f"{ROOT}/logged-models/search", address(post=(READ, search_logged_models)), name="logged-model-search"),
    path(f"{ROOT}/registered-models/search", address(get=(READ, search_registered_models)), name="model-search"),
    path(f"{ROOT}/model-versions/search", address(get=(READ, search_model_versions)), name="model-version-search"),
]
