"""Record snapshots whose rows lie elsewhere: a file of the server, another address, an MLflow dataset input."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.cleaning import clean_text
from canvas.models import Project
from data.inference import FieldDraft
from data.models import Dataset, DataSource, LabelingMethod
from data.roots import OutsideRoots, allowed_path, is_local, split
from data.services import checks, datasets, profiles
from data.tables import BadFileName, TableFacts, check_file_name

__all__ = ["AlreadyReferred", "BadInput", "BadReference", "MlflowInput", "OutsideRoots", "log_input", "refer"]

MOST_MLFLOW = {"name": 500, "digest": 36, "source": 65_535, "schema": 1_048_575, "profile": 16_777_215}
MLFLOW_CONTEXT = "mlflow.data.context"
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,30}:[^\s]{1,160}")
_LOGIN = re.compile(r"://[^/@\s\"\\]{0,500}@")
_OWN = re.compile(r"/api/v1/projects/(?P<slug>[-\w]+)/datasets/(?P<dataset>\d{1,18})/(file/)?$")
_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
_ROLES = {
    "train": Dataset.SplitRole.TRAIN, "training": Dataset.SplitRole.TRAIN, "fit": Dataset.SplitRole.TRAIN,
    "valid": Dataset.SplitRole.VALIDATION, "validation": Dataset.SplitRole.VALIDATION, "dev": Dataset.SplitRole.VALIDATION,
    "test": Dataset.SplitRole.TEST, "testing": Dataset.SplitRole.TEST, "eval": Dataset.SplitRole.TEST,
    "evaluation": Dataset.SplitRole.TEST,
}  # fmt: skip


class BadReference(Exception):
    """The reference cannot be recorded; the message says what to change, `where` names the field."""

    def __init__(self, message: str, where: str = "uri") -> None:
        super().__init__(message)
        self.where = where


class BadInput(Exception):
    """This is no MLflow dataset; the message says why, `where` names the field."""

    def __init__(self, message: str, where: str) -> None:
        super().__init__(message)
        self.where = where


class AlreadyReferred(Exception):
    """The same address with the same digest is recorded under this name; `dataset` is that snapshot."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        super().__init__(
            f"This address with this digest is recorded already, as {dataset}. Nothing was recorded again."
        )


@dataclass(frozen=True, kw_only=True)
class MlflowInput:
    """A dataset as MLflow's client sends it with a run; schema and profile are JSON texts."""

    name: str
    digest: str
    source_type: str = ""
    source: str = ""
    schema: str = ""
    profile: str = ""
    tags: Mapping[str, str] | None = None

    @property
    def context(self) -> str:
        """What the run used it for, in the client's words."""
        return (self.tags or {}).get(MLFLOW_CONTEXT, "")


def refer(
    project: Project, *, uri: str, name: str, split_role: str, by: User, digest: str = "", store_copy: bool = False,
    label_column: str = "", description: str = "", preparation: str = "", sources: Sequence[DataSource] = (),
    labeling_method: LabelingMethod | None = None,
) -> Dataset:  # fmt: skip
    """Record a snapshot by its address.

    A file in a folder that the operator named is read where it lies by a worker, and copied only with `store_copy`. Any
    other address is recorded as declared, with the digest it is said to have, and never fetched. Nothing is recorded
    when it raises: BadReference, OutsideRoots, AlreadyReferred.
    """
    uri, digest = uri.strip(), _checked_digest(digest.strip())
    path = allowed_path(uri) if is_local(uri) else None
    if path is None:
        _check_elsewhere(uri, digest, store_copy=store_copy)
    else:
        uri = path.as_uri()
    dataset = Dataset(
        project=project,
        name=name,
        description=description,
        origin=Dataset.Origin.REFERENCE,
        holding=Dataset.Holding.DECLARED if path is None else Dataset.Holding.IN_PLACE,
        uri=uri,
        declared_digest=digest,
        declared={"store_copy": True} if store_copy else {},
        file_name=_file_name(uri),
        file_format=_format(uri, path),
        split_role=split_role,
        label_column=label_column,
        preparation=preparation,
        labeling_method=labeling_method,
        uploaded_by=by,
    )
    return _save(dataset, sources, read=path is not None)


def log_input(project: Project, *, sent: MlflowInput, by: User) -> tuple[Dataset, bool]:
    """Record an MLflow dataset input as declared, and say whether it is new; the same name and digest give the same one.

    Raises BadInput, and records nothing then.
    """
    check_input(sent)
    name, digest = _plain("name", sent.name), _plain("digest", sent.digest)
    # Everybody in the project reads where the rows lie, and nobody is to read a password there.
    source = without_login(sent.source)
    schema, profile = _json("schema", sent.schema), _json("profile", sent.profile)
    rows, columns = _size(schema, profile)
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=project.pk)
        mark = f"mlflow:{digest}"
        known = Dataset.objects.filter(project=project, name=name, declared_digest=mark)
        if earlier := known.filter(origin=Dataset.Origin.MLFLOW).first():
            return earlier, False
        dataset = Dataset(
            project=project,
            name=name,
            origin=Dataset.Origin.MLFLOW,
            holding=Dataset.Holding.DECLARED,
            uri=_source_uri(source)[:1000],
            declared_digest=mark,
            declared={
                "source_type": _plain("source_type", sent.source_type),
                "source": _plain("source", source),
                "schema": schema,
                "profile": profile,
                "tags": {_plain("tags", key): _plain("tags", value) for key, value in (sent.tags or {}).items()},
            },
            file_name=_file_name(_source_uri(source)) or name[:255],
            file_format=_format(_source_uri(source), None),
            rows=rows,
            columns=columns,
            split_role=_ROLES.get(sent.context.strip().lower(), Dataset.SplitRole.WHOLE),
            uploaded_by=by,
        )
        return _insert(dataset, (), read=False), True


def without_login(source: str) -> str:
    """An address or a text with addresses, without the names and passwords in front of their hosts."""
    return _LOGIN.sub("://…@", source)


def snapshot_at(project: Project, source: str) -> Dataset | None:
    """The project's own snapshot whose address a dataset input gives as its source; None for any other source.

    A script that trains on a snapshot of ours says so like this, and what is documented of the snapshot holds for it.
    """
    address = _OWN.search(_source_uri(source))
    if address is None or address["slug"] != project.slug:
        return None
    return Dataset.objects.filter(project=project, pk=int(address["dataset"])).first()


def settle(dataset: Dataset, *, table: TableFacts, drafts: list[FieldDraft], **read: Any) -> None:
    """Write down what a worker read at an address: size, SHA-256, rows, and a schema for them; inside its transaction."""
    project = Project.objects.select_for_update().get(pk=dataset.project_id)
    dataset.file_format, dataset.rows, dataset.columns = table.file_format, table.rows, len(table.columns)
    for key, value in read.items():
        setattr(dataset, key, value)
    dataset.project = project
    dataset.schema = datasets.schema_for(dataset, drafts)
    dataset.save()
    checks.start(dataset, by=dataset.uploaded_by)


@transaction.atomic
def _save(dataset: Dataset, sources: Sequence[DataSource], *, read: bool) -> Dataset:
    dataset.project = Project.objects.select_for_update().get(pk=dataset.project_id)
    known = Dataset.objects.filter(project=dataset.project, name=dataset.name, uri=dataset.uri)
    same = known.filter(declared_digest=dataset.declared_digest).first()
    # A file that is read may have changed since: that is another snapshot, and its SHA-256 will tell.
    if same is not None and not read:
        raise AlreadyReferred(same)
    return _insert(dataset, sources, read=read)


def _insert(dataset: Dataset, sources: Sequence[DataSource], *, read: bool) -> Dataset:
    dataset.number = datasets.next_number(dataset.project, dataset.name)
    dataset.save(force_insert=True)
    dataset.sources.set(sources)
    if read:
        profiles.queue(dataset, by=dataset.uploaded_by)
    keys = (
        "name", "number", "origin", "holding", "uri", "declared_digest", "split_role", "label_column", "description",
        "preparation", "rows", "columns",
    )  # fmt: skip
    after = {key: getattr(dataset, key) for key in keys} | {"sources": sorted(source.name for source in sources)}
    record(Action.DATASET_REFERENCED, by=dataset.uploaded_by, on=dataset, chain=dataset.project.chain, after=after)
    return dataset


def _check_elsewhere(uri: str, digest: str, *, store_copy: bool) -> None:
    if len(uri) > 1000:
        raise BadReference("The address is longer than 1,000 characters.")
    parts = split(uri)
    if (
        parts is None
        or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", parts.scheme or "")
        or not (parts.netloc or parts.path)
    ):
        raise BadReference("Write a full address, such as s3://bucket/rows.parquet, dbfs:/rows or /data/rows.csv.")
    if parts.username or parts.password:
        raise BadReference("The address holds a name or a password. Leave it out: everybody in the project reads this.")
    if not digest:
        raise BadReference(
            "Say which digest the rows have there, such as sha256:… or etag:…. Without it nobody can tell later whether "
            "they are still the same.",
            "digest",
        )
    if store_copy:
        raise BadReference("Rows at another address are never fetched, so no copy can be stored.", "store_copy")


def _checked_digest(digest: str) -> str:
    if not digest:
        return ""
    if re.fullmatch(r"[0-9a-fA-F]{64}", digest):
        return f"sha256:{digest.lower()}"
    if not _DIGEST.fullmatch(digest):
        raise BadReference("Write the digest as algorithm:value, such as sha256:9f86d08….", "digest")
    algorithm, _, value = digest.partition(":")
    length = _LENGTHS.get(algorithm.lower())
    if length is not None and not re.fullmatch(rf"[0-9a-fA-F]{{{length}}}", value):
        raise BadReference(f"A digest of {algorithm} has {length} hexadecimal digits.", "digest")
    return f"{algorithm.lower()}:{value.lower()}" if length else digest


def _file_name(uri: str) -> str:
    """The last part of an address, if it is a plain name."""
    name = PurePosixPath(unquote(urlsplit(uri).path)).name
    try:
        return check_file_name(name)
    except BadFileName:
        return ""


def _format(uri: str, path: Path | None) -> str:
    ending = PurePosixPath(urlsplit(uri).path).suffix.lower() if path is None else path.suffix.lower()
    known = {".csv": Dataset.Format.CSV, ".parquet": Dataset.Format.PARQUET, ".pq": Dataset.Format.PARQUET}
    return known.get(ending, Dataset.Format.OTHER)


def check_input(sent: MlflowInput) -> None:
    """Raise BadInput for what is longer than it is kept, or names nothing."""
    for key, most in MOST_MLFLOW.items():
        if len(getattr(sent, key)) > most:
            raise BadInput(f"At most {most:,} characters are accepted.", key)
    for key in ("name", "digest"):
        if not getattr(sent, key).strip():
            raise BadInput("An MLflow dataset has a name and a digest.", key)


def _json(key: str, text: str) -> Any:  # Any: whatever JSON the client wrote
    if not text:
        return None
    try:
        known = json.loads(text, parse_constant=str)
        json.dumps(known, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadInput(f"This is not JSON that can be kept: {str(error)[:200]}.", key) from error
    # No database text may hold it, and no column or figure needs it.
    if "\\u0000" in text:
        raise BadInput("It holds a NUL character.", key)
    return known


def _size(schema: Any, profile: Any) -> tuple[int, int]:
    """Rows and columns as the input declares them; 0 where it does not."""
    rows = profile.get("num_rows") if isinstance(profile, dict) else None
    columns = schema.get("mlflow_colspec") if isinstance(schema, dict) else None
    is_count = isinstance(rows, int) and not isinstance(rows, bool) and 0 <= rows < 2**63
    return (rows if is_count else 0) or 0, len(columns) if isinstance(columns, list) else 0


def _source_uri(source: str) -> str:
    """The address in an input's source, where it names one; sources may be JSON or plain addresses."""
    try:
        known = json.loads(source)
    except ValueError:
        parts = split(source)
        return _plain("source", source) if parts and parts.scheme else ""
    found = known if isinstance(known, dict) else {}
    text = next((found[key] for key in ("uri", "url", "path", "delta_table_name", "table_name") if key in found), "")
    return _plain("source", str(text)) if split(str(text)) else ""


def _plain(key: str, text: str) -> str:
    try:
        return clean_text(text, max_length=MOST_MLFLOW["source"], lines=key in ("source", "tags"))
    except ValueError as error:
        raise BadInput(str(error), key) from error
