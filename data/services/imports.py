"""Descriptions of somebody else's data taken over: every record they speak of, in one transaction."""

from dataclasses import dataclass
from urllib.parse import urljoin

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data.contracts.croissant import Found
from data.contracts.drafts import Imported
from data.inference import LABEL
from data.models import DataSchema, Dataset, DataSource, LabelingMethod
from data.roots import is_local, split
from data.services import labeling, references, schemas, sources

CROISSANT = "Croissant"
NOT_STATED = "Not stated in the Croissant file"


@dataclass(frozen=True)
class Terms:
    """What no Croissant file says in a way that a machine may believe: a person answers it."""

    split_role: str
    personal_data: str
    access_status: str


@transaction.atomic
def import_croissant(project: Project, found: Found, *, terms: Terms, by: User, name: str = "") -> Dataset:
    """Record a snapshot that lies elsewhere, with source, schema and labeling as the file tells them.

    Nothing is fetched: the rows stay where they are. Raises references.AlreadyReferred, references.BadReference,
    schemas.BadSchema.
    """
    project = Project.objects.select_for_update().get(pk=project.pk)
    name = name or found.name
    source = _source(project, found, name=name, terms=terms, by=by)
    schema = _schema(project, found, name=name, by=by)
    method = _method(project, found, name=name, by=by)
    dataset = references.refer(
        project,
        uri=_address(found),
        digest=found.digest,
        name=name,
        split_role=terms.split_role,
        description=found.description,
        preparation=found.rai.get("dataPreprocessingProtocol", ""),
        label_column=next((field.key for field in found.fields if field.part == LABEL), ""),
        sources=[source],
        labeling_method=method,
        by=by,
    )
    dataset.schema, dataset.columns = schema, len(found.fields)
    dataset.file_name, dataset.file_format = found.file_name, _format(found)
    dataset.save(update_fields=["schema", "columns", "file_name", "file_format"])
    record(
        Action.DATASET_IMPORTED,
        by=by,
        on=dataset,
        chain=project.chain,
        after={
            "format": CROISSANT,
            "uri": dataset.uri,
            "digest": dataset.declared_digest,
            "source": source.name,
            "schema": str(schema),
            "labeling_method": str(method or ""),
            "split_role": dataset.split_role,
        },
    )
    return dataset


def _address(found: Found) -> str:
    """Where the rows lie; a part of an address counts from the page that the file names."""
    try:
        address = urljoin(found.url, found.content_url) if found.url else found.content_url
    except ValueError:
        # One of the two is no address at all; what is wrong with the second is told below.
        address = found.content_url
    parts = split(address)
    if is_local(address) or (parts and not parts.scheme):
        raise references.BadReference(
            f"distribution, contentUrl: “{found.content_url[:120]}” means a file beside the description. "
            "Upload that file as a snapshot, or import a description that gives a full address."
        )
    return address


def _source(project: Project, found: Found, *, name: str, terms: Terms, by: User) -> DataSource:
    if held := DataSource.objects.filter(project=project, name=name).first():
        return held
    origin = found.rai.get("dataCollection") or f"{found.description or name}\n{found.url}".strip()
    return sources.create_source(
        project,
        by=by,
        name=name,
        kind=DataSource.Kind.OPEN,
        owner=(found.creator or NOT_STATED)[:120],
        origin=origin,
        location=found.url[:400],
        collection_period=found.rai.get("dataCollectionTimeframe", NOT_STATED)[:120],
        refresh=found.rai.get("dataReleaseMaintenancePlan", NOT_STATED)[:120],
        licence=(found.licence or NOT_STATED)[:200],
        personal_data=terms.personal_data,
        known_quality_issues=found.rai.get("dataLimitations", ""),
        access_status=terms.access_status,
    )


def _schema(project: Project, found: Found, *, name: str, by: User) -> DataSchema:
    imported = Imported(CROISSANT, name, found.fields, {}, found.guessed)
    try:
        return schemas.import_schema(project, imported, by=by)
    except schemas.UnchangedSchema:
        return DataSchema.objects.latest_of(project, name)


def _method(project: Project, found: Found, *, name: str, by: User) -> LabelingMethod | None:
    told = found.rai.get("dataAnnotationProtocol")
    if not told:
        return None
    called = f"Labels of {name}"[:120]
    if LabelingMethod.objects.filter(project=project, name=called).exists():
        return LabelingMethod.objects.latest_of(project, called)
    by_machine = bool(found.rai.get("machineAnnotationTools"))
    items = found.rai.get("annotationsPerItem", "")
    return labeling.create_method(
        project,
        name=called,
        by=by,
        approach=LabelingMethod.Approach.AUTOMATED if by_machine else LabelingMethod.Approach.MANUAL,
        label_meaning=f"{NOT_STATED}.",
        guideline=told,
        labelers=(found.rai.get("annotatorDemographics") or NOT_STATED)[:200],
        labeler_count=int(items) if items.isascii() and items.isdigit() and len(items) < 6 else None,
        agreement=found.rai.get("dataAnnotationAnalysis", "")[:200],
    )


def _format(found: Found) -> str:
    said = f"{found.media_type} {found.file_name}".lower()
    if "parquet" in said:
        return Dataset.Format.PARQUET
    return Dataset.Format.CSV if "csv" in said else Dataset.Format.OTHER
