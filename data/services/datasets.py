"""Every write to a snapshot."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data import rows, storage
from data.inference import FieldDraft, infer
from data.models import DataSchema, Dataset, DataSource, LabelingMethod
from data.schema_diff import changes_between
from data.services import checks, profiles, quotas, schemas
from data.tables import MissingLabel, TableFacts, check_file_name, check_label

# How many schemas are compared with a new file before a new one is read off it.
MOST_CANDIDATES = 20
DESCRIPTION = ("description", "preparation", "label_column", "split_role")
# What a profile rests on: with which snapshots it is compared, and what columns are held against.
PROFILED = frozenset({"label_column", "split_role"})


class AlreadyUploaded(Exception):
    """The same bytes were uploaded under this name before; `dataset` is that snapshot."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        super().__init__(
            f"This is the same file as {dataset}, uploaded by {dataset.uploaded_by}. "
            "Nothing was stored again: use that snapshot, or upload the file under another name."
        )


class StaleDescription(Exception):
    """Somebody changed the description in the meantime; `latest` is how it stands now."""

    def __init__(self, latest: Dataset) -> None:
        self.latest = latest
        super().__init__(
            "Somebody else changed this description in the meantime. "
            "Nothing of yours is saved yet: compare, and save again."
        )


class InUse(Exception):
    """What a version learned from or was measured on keeps its place in the split and its label."""


def upload_dataset(
    project: Project,
    *,
    file: BinaryIO | Iterable[bytes],
    file_name: str,
    name: str,
    split_role: str,
    by: User,
    label_column: str = "",
    description: str = "",
    preparation: str = "",
    sources: Sequence[DataSource] = (),
    labeling_method: LabelingMethod | None = None,
) -> Dataset:
    """Freeze the rows of a CSV or Parquet file as the next snapshot under a name, with a schema that describes them.

    A schema of the last snapshot that still fits is used again; else one is read off the file, for somebody to review.
    Nothing is stored or journaled when it raises: BadFileName, storage.TooLarge, BadTable, AlreadyUploaded.
    """
    # pandas and Arrow take a while to load: only what reads rows does.
    from data.dialects import readable  # noqa: PLC0415

    file_name = check_file_name(file_name)
    with quotas.receive(project, file, limit=settings.DATASET_MAX_BYTES) as received:
        refuse_copy(project, name=name, sha256=received.sha256)
        with readable(received.path, name=file_name) as (path, table, written_as):
            check_label(label_column, table.columns)
            drafts = infer(path, table, label=label_column)
            read_sha256 = keep_readable(path) if written_as else ""
        stored = received.keep()
    dataset = Dataset(
        project=project,
        name=name,
        description=description,
        file_name=file_name,
        file_format=table.file_format,
        sha256=stored.sha256,
        size=stored.size,
        read_sha256=read_sha256,
        written_as=written_as,
        rows=table.rows,
        columns=len(table.columns),
        split_role=split_role,
        label_column=label_column,
        preparation=preparation,
        labeling_method=labeling_method,
        uploaded_by=by,
    )
    return _save_upload(dataset, table=table, drafts=drafts, sources=sources)


@transaction.atomic
def describe_dataset(
    dataset: Dataset,
    *,
    based_on: str,
    by: User,
    sources: Sequence[DataSource],
    labeling_method: LabelingMethod | None,
    **fields: Any,  # Any: the columns named in DESCRIPTION
) -> Dataset:
    """Change what is said about a snapshot; its rows never change.

    `based_on` is `description_mark` of what the caller had seen. Raises StaleDescription, InUse, BadTable for a label
    column that the file lacks. The same words again change nothing.
    """
    dataset = Dataset.objects.select_for_update(of=("self",)).select_related("project").get(pk=dataset.pk)
    if description_mark(dataset) != based_on:
        raise StaleDescription(dataset)
    before = _values(dataset)
    for key in DESCRIPTION:
        setattr(dataset, key, fields.get(key, getattr(dataset, key)))
    dataset.labeling_method = labeling_method
    after = _values(dataset) | {"sources": sorted(source.name for source in sources)}
    changed = [key for key in after if after[key] != before[key]]
    if not changed:
        return dataset
    _refuse_changed_use(dataset, changed)
    dataset.save()
    dataset.sources.set(sources)
    if dataset.has_rows and PROFILED & set(changed):
        profiles.queue_again(dataset, by=by)
    record(
        Action.DATASET_DESCRIBED,
        by=by,
        on=dataset,
        chain=dataset.project.chain,
        before={key: before[key] for key in changed},
        after={key: after[key] for key in changed},
    )
    return dataset


def description_mark(dataset: Dataset) -> str:
    """A short mark that differs whenever the description differs."""
    text = json.dumps(_values(dataset), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def keep_readable(path: Path) -> str:
    """Store the copy of a file that is read instead of it, and return its SHA-256."""
    with path.open("rb") as copy:
        # Letters beyond ASCII take up to three bytes instead of one.
        return storage.store(copy, limit=3 * settings.DATASET_MAX_BYTES).sha256


def next_number(project: Project, name: str) -> int:
    """The number that the next snapshot under a name gets."""
    last = Dataset.objects.filter(project=project, name=name).order_by("-number").first()
    return last.number + 1 if last else 1


@transaction.atomic
def _save_upload(
    dataset: Dataset, *, table: TableFacts, drafts: list[FieldDraft], sources: Sequence[DataSource]
) -> Dataset:
    # Two uploads at once must neither share a number nor both be the first: the project's row lets one in at a time.
    project = Project.objects.select_for_update().get(pk=dataset.project_id)
    refuse_copy(project, name=dataset.name, sha256=dataset.sha256)
    if dataset.is_stored:
        quotas.count_new(project, dataset.sha256, dataset.size)
    dataset.number = next_number(project, dataset.name)
    fitting = _schema_that_fits(dataset, drafts)
    dataset.schema = fitting or _read_off(dataset, drafts)
    dataset.save(force_insert=True)
    # The profile belongs to the upload as the schema does, and has no line of its own until it is finished.
    profiles.queue(dataset, by=dataset.uploaded_by)
    dataset.sources.set(sources)
    facts = {key: getattr(dataset, key) for key in ("file_name", "file_format", "sha256", "size", "rows", "columns")}
    after = facts | _values(dataset) | {"schema": str(dataset.schema)}
    # The schema read off the file belongs to the upload: its columns stand in the upload's own line.
    if dataset.written_as:
        after["written_as"] = dataset.written_as
    if fitting is None:
        after["schema_columns"] = {draft.key: draft.data_type for draft in drafts}
    record(Action.DATASET_UPLOADED, by=dataset.uploaded_by, on=dataset, chain=project.chain, after=after)
    checks.start(dataset, by=dataset.uploaded_by)
    return dataset


def schema_for(dataset: Dataset, drafts: list[FieldDraft]) -> DataSchema:
    """A schema of the project that describes these columns, else a new one read off them; call it under the project's lock."""
    return _schema_that_fits(dataset, drafts) or _read_off(dataset, drafts)


def _schema_that_fits(dataset: Dataset, drafts: Sequence[FieldDraft]) -> DataSchema | None:
    """The schema of the last snapshot under the name, else the newest reviewed one of the project, if it fits."""
    described = Dataset.objects.filter(project=dataset.project, name=dataset.name, schema__isnull=False)
    last = described.select_related("schema").order_by("-number").first()
    as_wide = (
        DataSchema.objects.filter(project=dataset.project, inferred=False)
        .newest()
        .annotate(width=Count("fields"))
        .filter(width=len(drafts))
        .order_by("-created_at")[:MOST_CANDIDATES]
    )
    candidates = ([last.schema] if last and last.schema else []) + list(as_wide)
    return next((schema for schema in candidates if _fits(schema, drafts)), None)


def _fits(schema: DataSchema, drafts: Sequence[FieldDraft]) -> bool:
    held = {field.key: field for field in schemas.drafts_of(schema)}
    found = {draft.key: draft for draft in drafts}
    # The label decides what rows mean: a schema with another label describes something else.
    labels = [{key for key, field in fields.items() if field.part == "label"} for fields in (held, found)]
    return (
        held.keys() == found.keys()
        and labels[0] == labels[1]
        and all(schemas.is_readable(found[key].data_type, field.data_type) for key, field in held.items())
    )


def _read_off(dataset: Dataset, drafts: Sequence[FieldDraft]) -> DataSchema:
    project, name = dataset.project, dataset.name
    last = DataSchema.objects.filter(project=project, name=name).order_by("-number").first()
    if last is not None and not changes_between(schemas.drafts_of(last), drafts):
        return last
    return schemas.save_version(
        project,
        name=name,
        number=last.number + 1 if last else 1,
        fields=drafts,
        by=dataset.uploaded_by,
        note=f"Read off {dataset.file_name}.",
        inferred=True,
    )


def refuse_copy(project: Project, *, name: str, sha256: str) -> None:
    """Raise AlreadyUploaded when the same bytes are a snapshot of this name already."""
    copy = Dataset.objects.filter(project=project, name=name, sha256=sha256).select_related("uploaded_by").first()
    if copy is not None:
        raise AlreadyUploaded(copy)


def _refuse_changed_use(dataset: Dataset, changed: Sequence[str]) -> None:
    if "label_column" in changed and dataset.label_column and dataset.has_rows:
        # As in uploading.
        from data.frames import column_names  # noqa: PLC0415

        try:
            with rows.path_of(dataset, verify=False) as path:
                check_label(dataset.label_column, column_names(path, dataset.file_format))
        except storage.Missing as reason:
            raise MissingLabel(f"Nobody can tell whether the file has this column. {reason}") from reason
    # Reverse relations of rooms to the left, asked without knowing what they are.
    is_used = dataset.version_links.exists() or dataset.evaluations.exists()
    if is_used and PROFILED & set(changed):
        raise InUse(
            "A model version learned from this snapshot or was measured on it, so its split role and label stay. "
            "Upload the rows under another name to use them differently."
        )


def _values(dataset: Dataset) -> dict[str, Any]:
    named = sorted(source.name for source in dataset.sources.all()) if dataset.pk else []
    method = str(dataset.labeling_method) if dataset.labeling_method else ""
    return {key: getattr(dataset, key) for key in DESCRIPTION} | {"sources": named, "labeling_method": method}
