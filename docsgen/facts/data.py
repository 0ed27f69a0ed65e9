"""What a version learned from and was measured on."""

from data.models import DataSchema, Dataset, DataSource, LabelingMethod
from docsgen.facts.labels import agreement_facts, audit_facts
from docsgen.facts.ledger import Ledger, Snapshot, stamp
from jobs.models import Job
from registry.models import ModelVersion


def dataset_facts(version: ModelVersion, ledger: Ledger) -> list[Snapshot]:
    """The snapshots the version learned from, then those it was measured on."""
    links = version.dataset_links.select_related("dataset__schema", "dataset__labeling_method", "dataset__uploaded_by")
    found: dict[int, tuple[Dataset, str]] = {link.dataset_id: (link.dataset, link.get_use_display()) for link in links}
    measured = Dataset.objects.filter(evaluations__version=version, evaluations__job__state=Job.State.SUCCEEDED)
    for dataset in measured.select_related("schema", "labeling_method", "uploaded_by").distinct():
        found.setdefault(dataset.pk, (dataset, "Measured on"))
    return [dataset_fact(dataset, use, ledger) for dataset, use in found.values()]


def dataset_fact(dataset: Dataset, use: str, ledger: Ledger) -> Snapshot:
    """One snapshot with its sources, schema and labeling."""
    return {
        "ref": ledger.cite(
            dataset,
            revision=dataset.number,
            sha256=dataset.sha256,
            at=dataset.created_at,
            by=dataset.uploaded_by,
            said=[dataset.uri, dataset.declared_digest],
        ),
        "name": dataset.name,
        "number": dataset.number,
        "use": use,
        "split_role": dataset.get_split_role_display(),
        "description": dataset.description,
        "preparation": dataset.preparation,
        "label_column": dataset.label_column,
        "rows": dataset.rows,
        "columns": dataset.columns,
        "size": dataset.size,
        "format": dataset.get_file_format_display() + (", declared only" if dataset.is_declared else ""),
        "sha256": dataset.sha256,
        "sources": [
            _source(source, ledger) for source in dataset.sources.select_related("created_by").order_by("name")
        ],
        "schema": _schema(dataset.schema, ledger) if dataset.schema else None,
        "labeling": _labeling(dataset.labeling_method, ledger) if dataset.labeling_method else None,
    }


def _source(source: DataSource, ledger: Ledger) -> Snapshot:
    keys = (
        "name", "owner", "origin", "location", "collection_period", "refresh", "volume", "licence", "lawful_basis",
        "known_quality_issues", "retention",
    )  # fmt: skip
    said = {key: getattr(source, key) for key in keys} | {
        "kind": source.get_kind_display(),
        "personal_data": source.get_personal_data_display(),
        "access_status": source.get_access_status_display(),
    }
    ref = ledger.cite(source, revision=source.revision, at=source.changed_at, by=source.created_by, said=said)
    return said | {"ref": ref}


def _schema(schema: DataSchema, ledger: Ledger) -> Snapshot:
    fields = [
        {
            "key": field.key,
            "data_type": field.get_data_type_display(),
            "order": field.get_order_display(),
            "part": field.get_part_display(),
            "is_key": field.is_key,
            "is_nullable": field.is_nullable,
            "unit": field.unit,
            "allowed_values": field.allowed_values,
            "minimum": field.minimum,
            "maximum": field.maximum,
            "pattern": field.pattern,
            "is_sensitive": field.is_sensitive,
            "classification": field.classification,
            "description": field.description,
        }
        for field in schema.fields.all()
    ]
    ref = ledger.cite(schema, revision=schema.number, at=schema.created_at, by=schema.created_by, said=fields)
    return {"ref": ref, "name": schema.name, "number": schema.number, "inferred": schema.inferred, "fields": fields}


def _labeling(method: LabelingMethod, ledger: Ledger) -> Snapshot:
    keys = (
        "name", "number", "label_meaning", "guideline", "guideline_file_name", "guideline_sha256", "labelers",
        "labeler_role", "labeler_count", "agreement", "quality_control", "sample_size", "known_weaknesses",
        "change_reason",
    )  # fmt: skip
    said = {key: getattr(method, key) for key in keys} | {"approach": method.get_approach_display()}
    earlier = LabelingMethod.objects.filter(project=method.project_id, name=method.name, number__lt=method.number)
    ref = ledger.cite(method, revision=method.number, at=method.created_at, by=method.created_by, said=said)
    return said | {
        "ref": ref,
        "earlier_versions": earlier.count(),
        "recorded_at": stamp(method.created_at),
        "agreements": agreement_facts(method, ledger),
        "audits": audit_facts(method, ledger),
    }
