"""Every write to a schema: each version is a record that never changes."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data.checking.consistency import contradictions
from data.column_facts import BOOLEAN, DATE, DATETIME, INTEGER, NUMBER, STRING, ColumnFacts
from data.contracts.drafts import Imported
from data.inference import FieldDraft
from data.models import DataSchema, Dataset, SchemaField
from data.rows import path_of, why_not_here
from data.schema_diff import compare
from data.services import checks
from data.tables import BadTable, check_columns

# What values of a type can be read as; as text, all of them can. An empty column may become anything.
READABLE_AS: dict[str, set[str]] = {
    "": {BOOLEAN, INTEGER, NUMBER, DATE, DATETIME},
    BOOLEAN: {BOOLEAN},
    INTEGER: {INTEGER, NUMBER},
    NUMBER: {NUMBER},
    DATE: {DATE, DATETIME},
    DATETIME: {DATETIME},
    STRING: set(),
}
_LISTED = 5


class BadSchema(Exception):
    """The description contradicts itself; the message says where."""


class SchemaNameTaken(Exception):
    """The project has a schema of this name."""


class StaleSchema(Exception):
    """A newer version of the schema exists; `latest` is it."""

    def __init__(self, latest: DataSchema) -> None:
        self.latest = latest
        super().__init__(
            f"{latest.created_by} saved version {latest.number} of this schema in the meantime. "
            "Nothing of yours is saved yet: compare, and save again."
        )


class UnchangedSchema(Exception):
    """The new version would say the same as the last, which somebody has reviewed already."""


class NotFitting(Exception):
    """The snapshot's columns are not what the schema describes; the message names them."""


@transaction.atomic
def create_schema(
    project: Project,
    *,
    name: str,
    fields: Sequence[FieldDraft],
    by: User,
    note: str = "",
    inferred: bool = False,
    dataset: Dataset | None = None,
) -> DataSchema:
    """Record version 1 of a schema, and bind it to a snapshot if one is given.

    Raises BadSchema, SchemaNameTaken, NotFitting.
    """
    check_fields(fields)
    if dataset is not None:
        check_fit(dataset, fields)
    Project.objects.select_for_update().get(pk=project.pk)
    if DataSchema.objects.filter(project=project, name=name).exists():
        raise SchemaNameTaken(f"This project has a schema called {name}. Choose another name, or revise it.")
    schema = save_version(project, name=name, number=1, fields=fields, by=by, note=note, inferred=inferred)
    bound = [dataset] if dataset else []
    _bind(bound, schema, by=by)
    record(
        Action.SCHEMA_CREATED,
        by=by,
        on=schema,
        chain=project.chain,
        after={"fields": [asdict(field) for field in fields], "inferred": inferred, "snapshots": _names(bound)},
        comment=note,
    )
    return schema


@transaction.atomic
def revise_schema(
    schema: DataSchema, *, fields: Sequence[FieldDraft], by: User, note: str = "", rebind: bool = True
) -> DataSchema:
    """Record a new version that rests on `schema`, reviewed by whoever saves it.

    With `rebind`, the snapshots bound to `schema` are bound to the new version. Raises BadSchema, NotFitting,
    StaleSchema when `schema` is not the latest version, UnchangedSchema when there is nothing to record.
    """
    check_fields(fields)
    project = Project.objects.select_for_update().get(pk=schema.project_id)
    latest = DataSchema.objects.latest_of(project, schema.name)
    if latest.pk != schema.pk:
        raise StaleSchema(latest)
    held = drafts_of(schema)
    compared = compare(held, fields)
    if not compared.changes and not schema.inferred:
        raise UnchangedSchema("Nothing differs from the last version. Change something, or leave it as it is.")
    bound = list(schema.datasets.all()) if rebind else []
    types = {field.key: field.data_type for field in held}
    retyped = {field.key for field in fields if types.get(field.key) != field.data_type}
    for dataset in bound:
        check_fit(dataset, fields, only=retyped)
    # What an imported contract said besides columns belongs to every version that follows.
    revised = save_version(
        project, name=schema.name, number=schema.number + 1, fields=fields, by=by, note=note, extras=schema.extras
    )
    _bind(bound, revised, by=by)
    record(
        Action.SCHEMA_REVISED,
        by=by,
        on=revised,
        chain=project.chain,
        before={"number": schema.number},
        after={
            "number": revised.number,
            "fields": [asdict(field) for field in fields],
            "verdict": compared.verdict,
            "changes": [str(change) for change in compared.changes],
            "snapshots": _names(bound),
        },
        comment=note,
    )
    return revised


@transaction.atomic
def import_schema(project: Project, imported: Imported, *, by: User, name: str = "", note: str = "") -> DataSchema:
    """Record a schema that a file describes: the next version under its name, or the first.

    Snapshots stay bound to what they are bound to. A schema whose orders of measurement had to be guessed waits for a
    review. Raises BadSchema, UnchangedSchema when the last version says the same.
    """
    name = name or imported.name
    if not name:
        raise BadSchema("The file names no table. Give the schema a name.")
    check_fields(imported.fields)
    Project.objects.select_for_update().get(pk=project.pk)
    last = DataSchema.objects.filter(project=project, name=name).order_by("-number").first()
    compared = compare(drafts_of(last), imported.fields) if last else None
    if last and compared and not compared.changes and last.extras == imported.extras:
        raise UnchangedSchema(f"The file says what {last} says already. Nothing was recorded.")
    schema = save_version(
        project,
        name=name,
        number=last.number + 1 if last else 1,
        fields=imported.fields,
        by=by,
        note=note or f"Imported from {imported.source}.",
        inferred=bool(imported.guessed),
        imported_from=imported.source,
        extras=imported.extras,
    )
    told = {"verdict": compared.verdict, "changes": [str(change) for change in compared.changes]} if compared else {}
    record(
        Action.SCHEMA_IMPORTED,
        by=by,
        on=schema,
        chain=project.chain,
        before={"number": last.number} if last else {},
        after={"format": imported.source, "fields": [asdict(field) for field in imported.fields]} | told,
        comment=note,
    )
    return schema


@transaction.atomic
def bind_schema(dataset: Dataset, *, schema: DataSchema, by: User) -> Dataset:
    """Say that a schema describes a snapshot; raises NotFitting when its columns are others."""
    dataset = Dataset.objects.select_for_update(of=("self",)).select_related("project", "schema").get(pk=dataset.pk)
    if dataset.schema_id == schema.pk:
        return dataset
    check_fit(dataset, drafts_of(schema))
    before = str(dataset.schema or "")
    dataset.schema = schema
    dataset.save(update_fields=["schema"])
    record(
        Action.DATASET_DESCRIBED,
        by=by,
        on=dataset,
        chain=dataset.project.chain,
        before={"schema": before},
        after={"schema": str(schema)},
    )
    checks.start(dataset, by=by)
    return dataset


def save_version(
    project: Project,
    *,
    name: str,
    number: int,
    fields: Sequence[FieldDraft],
    by: User,
    note: str = "",
    inferred: bool = False,
    imported_from: str = "",
    extras: dict[str, Any] | None = None,
) -> DataSchema:
    """The rows of one version, for callers that hold the project's row and write the journal."""
    schema = DataSchema.objects.create(
        project=project,
        name=name,
        number=number,
        note=note,
        inferred=inferred,
        imported_from=imported_from,
        extras=extras or {},
        created_by=by,
    )
    SchemaField.objects.bulk_create(
        [SchemaField(schema=schema, position=position, **asdict(field)) for position, field in enumerate(fields)],
        batch_size=500,
    )
    return schema


def drafts_of(schema: DataSchema) -> list[FieldDraft]:
    """A version's columns as plain values, in their order."""
    return [
        FieldDraft(**{name: getattr(field, name) for name in FieldDraft.__dataclass_fields__})
        for field in schema.fields.all()
    ]


def check_fields(fields: Sequence[FieldDraft]) -> None:
    """Refuse a description that contradicts itself; raises BadSchema."""
    if not fields:
        raise BadSchema("A schema describes at least one column.")
    try:
        check_columns([field.key for field in fields])
    except BadTable as reason:
        raise BadSchema(str(reason)) from reason
    if found := contradictions(fields):
        raise BadSchema(found[0])


def check_fit(dataset: Dataset, fields: Sequence[FieldDraft], *, only: Iterable[str] | None = None) -> None:
    """Refuse a description that a snapshot's file does not bear out; raises NotFitting.

    With `only`, the values of just these columns are looked at.
    """
    # pandas and Arrow take a while to load: only what reads rows does.
    from data.columns import scan  # noqa: PLC0415
    from data.frames import column_names  # noqa: PLC0415

    described = {field.key: field.data_type for field in fields}
    if reason := why_not_here(dataset):
        raise NotFitting(reason)
    with path_of(dataset) as path:
        present = column_names(path, dataset.file_format)
        if missing := [key for key in described if key not in present]:
            raise NotFitting(f"The schema describes {_listed(missing)}, which {dataset} does not have.")
        if extra := [name for name in present if name not in described]:
            raise NotFitting(f"The schema does not describe {_listed(extra)} of {dataset}.")
        wanted = present if only is None else set(only)
        typed = [name for name in present if name in wanted and described[name] != STRING]
        found = scan(path, dataset.file_format, typed) if typed else []
    if misread := misreadings(found, described):
        raise NotFitting(f"{dataset}: {misread[0]} Choose another type.")


def misreadings(found: Iterable[ColumnFacts], described: dict[str, str]) -> list[str]:
    """A sentence for each column whose values cannot be read as what it is described as."""
    return [
        f"“{facts.name}” cannot be read as {_type_word(described[facts.name])}: it holds {_type_word(facts.kind)}."
        for facts in found
        if not is_readable(facts.kind, described[facts.name])
    ]


def is_readable(found: str, described: str) -> bool:
    """Whether values of the type that was found can be read as the type that is described."""
    return described == STRING or described in READABLE_AS[found]


def _type_word(kind: str) -> str:
    return SchemaField.DataType(kind or STRING).label.lower()


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(f"“{name}”" for name in names[:_LISTED])
    return listed if len(names) <= _LISTED else f"{listed} and {len(names) - _LISTED} more columns"


def _bind(datasets: Sequence[Dataset], schema: DataSchema, *, by: User) -> None:
    Dataset.objects.filter(pk__in=[dataset.pk for dataset in datasets]).update(schema=schema)
    for dataset in datasets:
        dataset.schema = schema
        checks.start(dataset, by=by)


def _names(datasets: Sequence[Dataset]) -> list[str]:
    return [str(dataset) for dataset in datasets]
