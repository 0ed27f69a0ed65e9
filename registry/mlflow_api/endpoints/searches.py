"""Searches: filtered, ordered, a page at a time."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.urls import path

from canvas.roles import Permission
from registry.mlflow_api.door import Call, Fields, address
from registry.mlflow_api.messages.experiments import experiments_of
from registry.mlflow_api.messages.runs import runs_of
from registry.mlflow_api.search.finding import Found, find
from registry.mlflow_api.search.grammar import clauses_of, order_of
from registry.mlflow_api.search.kinds import EXPERIMENTS, RUNS, Searched
from registry.mlflow_api.wire import Malformed, Message
from registry.models import Experiment, Run
from registry.services import experiments

VIEWS = ("ACTIVE_ONLY", "DELETED_ONLY", "ALL")
MOST_EXPERIMENTS = 10_000
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


def _found(kind: Searched, rows: QuerySet[Any], sent: Message) -> Found:
    return find(
        kind,
        rows,
        clauses=clauses_of(sent.text("filter")),
        orders=[order_of(one) for one in sent.texts("order_by")],
        page_token=sent.text("page_token"),
        at_most=_page_size(kind, sent),
    )


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
]
