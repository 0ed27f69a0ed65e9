"""What can be asked of what: one table for each kind of search, of fields, their comparators and their order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from django.db import models
from django.db.models import BigIntegerField, Case, CharField, F, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Concat, NullIf

from registry.models import (
    ExperimentTag,
    LatestMetric,
    LoggedModel,
    LoggedModelMetric,
    LoggedModelParam,
    LoggedModelTag,
    RegisteredModelTag,
    RunDataset,
    RunParam,
    RunTag,
    VersionTag,
)


class Kind(Enum):
    """What a field's values are, and so what they are compared with."""

    TEXT = auto()
    NUMBER = auto()
    METRIC = auto()  # a number that may be marked as not a number
    WHOLE = auto()
    MOMENT = auto()  # compared with milliseconds since 1970
    EXPERIMENT = auto()  # an experiment's number, written as a text


NUMERIC = ("=", "!=", "<", "<=", ">", ">=")
LIKES = ("=", "!=", "LIKE", "ILIKE")
LISTS = ("IN", "NOT IN")
NULLS = ("IS NULL", "IS NOT NULL")


@dataclass(frozen=True)
class Attribute:
    """A field of the record itself: its names in a filter, where its value stands, and what may be asked of it."""

    names: tuple[str, ...]
    column: str | Combinable
    kind: Kind
    filters: tuple[str, ...] = ()
    orders: bool = True
    optional: bool = False
    spellings: Mapping[str, str] = field(default_factory=dict)  # other words for a value

    @property
    def path(self) -> str:
        """Where a query finds the value; an expression is given that name there."""
        return self.column if isinstance(self.column, str) else f"asked_{self.names[0]}"


@dataclass(frozen=True)
class Keyed:
    """Rows beside the record, each with a key and a value: metrics, parameters, tags."""

    prefixes: tuple[str, ...]
    rows: type[models.Model]
    owner: str  # the row's field that names the record
    kind: Kind
    filters: tuple[str, ...]
    orders_by: str = ""  # the record's name for the rows, where it can be ordered by them
    bare_numbers: bool = False  # whether a text may come without quotes where it looks like a number
    about: Mapping[str, str] = field(default_factory=dict)  # the only keys there are, where they are fields of a row


@dataclass(frozen=True)
class Searched:
    """One kind of search: what it finds, its fields, and how it orders what nobody ordered."""

    noun: str
    prefixes: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    keyed: tuple[Keyed, ...]
    default: tuple[str, ...]
    ties: tuple[str, ...]
    most: int  # the largest page
    usual: int = 0  # the page of somebody who names no size; 0 where it has to be named


_NOT_SAID = Value("")
_EXPERIMENT_NUMBER = Case(When(is_default=True, then=Value(0)), default=F("pk"), output_field=BigIntegerField())
_RUN_ROOT = Concat(
    Value("mlflow-artifacts:/"),
    Case(When(experiment__is_default=True, then=Value("0")), default=Cast("experiment_id", CharField())),
    Value("/"),
    F("run_id"),
    Value("/artifacts"),
    output_field=CharField(),
)
_RUN_USER = Coalesce(NullIf("started_by", _NOT_SAID), "created_by__username", output_field=CharField())
_MODEL_STATUS = Case(
    When(status=LoggedModel.Status.PENDING, then=Value("PENDING")),
    When(status=LoggedModel.Status.READY, then=Value("READY")),
    default=Value("FAILED"),
    output_field=CharField(),
)
_MODEL_STATUSES = {
    "LOGGED_MODEL_PENDING": "PENDING",
    "LOGGED_MODEL_READY": "READY",
    "LOGGED_MODEL_UPLOAD_FAILED": "FAILED",
    "UPLOAD_FAILED": "FAILED",
}

RUNS = Searched(
    "runs",
    ("attribute", "attributes", "attr", "run"),
    (
        Attribute(("run_id",), "run_id", Kind.TEXT, LIKES + LISTS),
        Attribute(("run_name", "Run name", "run name", "Run Name"), "name", Kind.TEXT, LIKES),
        Attribute(("status",), "status", Kind.TEXT, LIKES),
        Attribute(("user_id",), _RUN_USER, Kind.TEXT, LIKES),
        Attribute(("artifact_uri",), _RUN_ROOT, Kind.TEXT, LIKES),
        Attribute(("start_time", "created", "Created"), "started_at", Kind.MOMENT, NUMERIC, optional=True),
        Attribute(("end_time",), "ended_at", Kind.MOMENT, NUMERIC, optional=True),
    ),
    (
        Keyed(("metric", "metrics"), LatestMetric, "run", Kind.METRIC, NUMERIC, "latest_metrics"),
        Keyed(("param", "params", "parameter", "parameters"), RunParam, "run", Kind.TEXT, LIKES + NULLS, "params"),
        Keyed(("tag", "tags"), RunTag, "run", Kind.TEXT, LIKES + NULLS, "tags"),
        Keyed(
            ("dataset", "datasets"),
            RunDataset,
            "run",
            Kind.TEXT,
            LIKES + LISTS,
            about={"name": "name", "digest": "digest", "context": "context"},
        ),
    ),
    default=(),
    ties=("start_time DESC", "run_id"),
    most=50_000,
    usual=1_000,
)
EXPERIMENTS = Searched(
    "experiments",
    ("attribute",),
    (
        Attribute(("name",), "name", Kind.TEXT, LIKES),
        Attribute(("experiment_id",), _EXPERIMENT_NUMBER, Kind.EXPERIMENT, ("=", "!=", *LISTS)),
        Attribute(("creation_time",), "created_at", Kind.MOMENT, NUMERIC),
        Attribute(("last_update_time",), "updated_at", Kind.MOMENT, NUMERIC),
    ),
    (Keyed(("tag", "tags"), ExperimentTag, "experiment", Kind.TEXT, LIKES + NULLS),),
    default=("creation_time DESC", "experiment_id"),
    ties=("experiment_id DESC",),
    most=50_000,
)
LOGGED_MODELS = Searched(
    "logged models",
    ("attributes",),
    (
        Attribute(("name",), "name", Kind.TEXT, LIKES + LISTS),
        Attribute(("model_id",), "model_id", Kind.TEXT, LIKES + LISTS),
        Attribute(("model_type",), NullIf("model_type", _NOT_SAID), Kind.TEXT, LIKES + LISTS, optional=True),
        Attribute(("status",), _MODEL_STATUS, Kind.TEXT, LIKES + LISTS, spellings=_MODEL_STATUSES),
        Attribute(("source_run_id",), "source_run__run_id", Kind.TEXT, LIKES + LISTS, optional=True),
        Attribute(("creation_timestamp", "creation_time", "creation_timestamp_ms"), "created_at", Kind.MOMENT, NUMERIC),
        Attribute(("last_updated_timestamp", "last_updated_timestamp_ms"), "updated_at", Kind.MOMENT, NUMERIC),
    ),
    (
        Keyed(("metrics",), LoggedModelMetric, "logged_model", Kind.METRIC, NUMERIC, "metrics"),
        Keyed(("params",), LoggedModelParam, "logged_model", Kind.TEXT, LIKES + LISTS, bare_numbers=True),
        Keyed(("tags",), LoggedModelTag, "logged_model", Kind.TEXT, LIKES + LISTS, bare_numbers=True),
    ),
    default=(),
    ties=("creation_timestamp DESC", "model_id"),
    most=50_000,
    usual=50,
)
REGISTERED_MODELS = Searched(
    "registered models",
    ("attribute",),
    (
        Attribute(("name",), "name", Kind.TEXT, LIKES + LISTS),
        Attribute(("last_updated_timestamp", "timestamp"), "updated_at", Kind.MOMENT),
    ),
    (Keyed(("tag", "tags"), RegisteredModelTag, "model", Kind.TEXT, LIKES),),
    default=(),
    ties=("name",),
    most=1_000,
    usual=100,
)
MODEL_VERSIONS = Searched(
    "model versions",
    ("attribute",),
    (
        Attribute(("name",), "model__name", Kind.TEXT, LIKES + LISTS),
        Attribute(("version_number",), "number", Kind.WHOLE, NUMERIC),
        Attribute(("run_id",), "run__run_id", Kind.TEXT, LIKES + LISTS, orders=False, optional=True),
        Attribute(("source_path",), "source", Kind.TEXT, LIKES, orders=False),
        Attribute(("creation_timestamp",), "created_at", Kind.MOMENT),
        Attribute(("last_updated_timestamp",), "updated_at", Kind.MOMENT),
    ),
    (Keyed(("tag", "tags"), VersionTag, "version", Kind.TEXT, LIKES),),
    default=("last_updated_timestamp DESC",),
    ties=("name", "version_number DESC"),
    most=200_000,
    usual=200_000,
)
