"""Our records in the words of other tools: what each export writes, gathered from the database."""

import json
import re
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from data.contracts import croissant, odcs, table_schema
from data.contracts.drafts import Imported
from data.contracts.reading import BadDocument, read_document
from data.models import DataSchema, Dataset, DataSource, LabelingMethod
from data.services.schemas import drafts_of

FORMS = ("odcs.yaml", "odcs.json", "table-schema.json")
CROISSANT_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


class NotExportable(Exception):
    """The record lacks something that the format asks for; the message says what."""


@dataclass(frozen=True)
class File:
    """An exported file."""

    name: str
    media_type: str
    content: str


def read_schema(content: bytes, *, table: str = "") -> Imported:
    """The schema in an ODCS contract or a table schema, whichever the file is; raises BadDocument."""
    document = read_document(content)
    if odcs.is_contract(document):
        return odcs.read(document, table=table)
    if table_schema.is_table_schema(document):
        return table_schema.read(document, table=table)
    raise BadDocument([
        "The file is neither a data contract (it has no apiVersion) nor a table schema (it has no fields)."
    ])  # fmt: skip


def write_schema(schema: DataSchema, form: str, *, version: str = odcs.VERSIONS[0]) -> File:
    """A version of a schema in one of FORMS; `version` is that of the contract standard."""
    stem = f"{_plain(schema.name)}-v{schema.number}"
    fields = drafts_of(schema)
    if form == "table-schema.json":
        told = table_schema.export(fields, extras=schema.extras)
        return File(f"{stem}.table-schema.json", "application/json", _json(told))
    contract = odcs.export(
        fields,
        name=schema.name,
        number=schema.number,
        identifier=f"{schema.project.slug}:{_plain(schema.name)}",
        is_draft=schema.inferred,
        extras=schema.extras,
        version=version,
    )
    if form == "odcs.json":
        return File(f"{stem}.odcs.json", "application/json", _json(contract))
    return File(f"{stem}.odcs.yaml", "application/yaml", odcs.as_yaml(contract))


def write_croissant(dataset: Dataset, *, page: str, file: str) -> File:
    """A snapshot as Croissant; `page` and `file` are the addresses of its page and its bytes. Raises NotExportable."""
    if dataset.schema is None:
        raise NotExportable("Croissant describes columns. Bind a schema to the snapshot first.")
    digest = _digest(dataset)
    sources = list(dataset.sources.all())
    owners = sorted({source.owner for source in sources})
    described = croissant.Described(
        name=dataset.name,
        description=dataset.description or f"Snapshot {dataset.number} of {dataset.name}.",
        url=page,
        creator=", ".join(owners) or dataset.project.name,
        version=f"{dataset.number}.0.0",
        published=timezone.localtime(dataset.created_at).date().isoformat(),
        licences=sorted({source.licence for source in sources}) or ["Not recorded"],
        content_url=file if dataset.is_stored else dataset.uri,
        file_name=dataset.file_name,
        media_type=CROISSANT_TYPES.get(dataset.file_format, "application/octet-stream"),
        size=dataset.size,
        digest=digest,
        fields=drafts_of(dataset.schema),
        rai=_rai(dataset, sources),
    )
    told = croissant.export(described)
    return File(f"{_plain(dataset.name)}-{dataset.number}.croissant.json", "application/ld+json", _json(told))


def _digest(dataset: Dataset) -> tuple[str, str]:
    if dataset.sha256:
        return "sha256", dataset.sha256
    kind, _, value = dataset.declared_digest.partition(":")
    if kind in ("sha256", "md5") and value:
        return kind, value
    raise NotExportable("Croissant asks for the SHA-256 or MD5 of the file, and this reference has none.")


def _rai(dataset: Dataset, sources: list[DataSource]) -> dict[str, Any]:  # Any: a text or a list of texts
    sensitive = [field.key for field in dataset.schema.fields.all() if field.is_sensitive] if dataset.schema else []
    personal = [
        f"{source.name}: {source.get_personal_data_display().lower()}"
        for source in sources
        if source.personal_data != DataSource.PersonalData.NONE
    ]
    told: dict[str, Any] = {
        "dataCollection": [f"{source.name}: {source.origin}" for source in sources],
        "dataCollectionType": sorted({source.get_kind_display() for source in sources}),
        "dataCollectionTimeframe": [source.collection_period for source in sources],
        "dataCollectionMissingData": _missing(dataset),
        "dataPreprocessingProtocol": dataset.preparation,
        "dataUseCases": f"Split role: {dataset.get_split_role_display()}."
        + (f" The label is {dataset.label_column}." if dataset.label_column else ""),
        "dataLimitations": [source.known_quality_issues for source in sources if source.known_quality_issues],
        "personalSensitiveInformation": [
            *personal,
            *([f"Sensitive columns: {', '.join(sensitive)}"] if sensitive else []),
        ],
        "dataReleaseMaintenancePlan": [f"{source.name}: renewed {source.refresh}" for source in sources],
    }
    if dataset.labeling_method:
        told |= _labeling(dataset.labeling_method, told)
    return told


def _labeling(method: LabelingMethod, told: dict[str, Any]) -> dict[str, Any]:  # Any: as above
    by_machine = method.approach in (LabelingMethod.Approach.AUTOMATED, LabelingMethod.Approach.COMBINED)
    said = [f"Approach: {method.get_approach_display()}.", method.label_meaning, method.guideline]
    return {
        "dataAnnotationProtocol": "\n".join(text for text in said if text),
        "dataAnnotationAnalysis": [text for text in (method.agreement, method.quality_control) if text],
        "annotationsPerItem": str(method.labeler_count) if method.labeler_count else "",
        "annotatorDemographics": [text for text in (method.labelers, method.labeler_role) if text],
        "machineAnnotationTools": [method.guideline] if by_machine else [],
        "dataLimitations": [*told["dataLimitations"], *([method.known_weaknesses] if method.known_weaknesses else [])],
    }


def _missing(dataset: Dataset) -> str:
    """How many cells are empty, where a profile counted them."""
    profile = dataset.profiles.filter(finished_at__isnull=False).order_by("-created_at").first()
    if profile is None:
        return ""
    counted = [
        f"{column['name']}: {column['missing']} of {profile.rows} rows"
        for column in profile.columns
        if isinstance(column, dict) and column.get("missing") and "name" in column
    ]
    return "; ".join(counted[:100]) or "No cell is empty."


def _json(told: dict[str, Any]) -> str:  # Any: JSON values
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:60] or "schema"
