"""The evidence of a decision: plain values gathered by the server, in one fixed text, under one digest."""

import hashlib
import json
from datetime import datetime
from typing import Any

from accounts.models import User
from audit.models import GENESIS, ChainHead
from audit.services import canonical
from canvas.models import BlockRevision, Kpi
from data.models import Dataset
from registry import policy
from registry.models import ModelVersion, PromotionRequest, Vote
from registry.services.gates import Gate

FORMAT = "tenet.evidence.v1"

Manifest = dict[str, Any]  # Any: JSON of several shapes, written here and nowhere else


def freeze(
    promotion: PromotionRequest, gates: list[Gate], *, decision: Vote.Decision, by: User, comment: str, at: datetime
) -> Manifest:
    """Everything a decision rests on, as it is at this moment; call it under the locks of the decision."""
    return _plain(
        {
            "format": FORMAT,
            "decision": {"decision": str(decision), "at": at, "by": _person(by), "comment": comment},
            "subject": subject(promotion, gates),
            "journal": _journal_head(promotion.project.chain),
        }
    )


def subject(promotion: PromotionRequest, gates: list[Gate]) -> Manifest:
    """What a decision is about: the records with their revisions and digests, without the decision itself."""
    project, version = promotion.project, promotion.version
    return _plain(
        {
            "project": {"id": project.pk, "slug": project.slug, "name": project.name, "risk_tier": project.risk_tier},
            "promotion": _promotion(promotion),
            "policy": {
                "version": policy.POLICY_VERSION,
                "stage": promotion.stage.key,
                "requirements": list(policy.policy_for(promotion.stage.key).requirements),
                "sha256": policy.fingerprint(promotion.stage.key),
            },
            "checks": [_check(gate) for gate in gates],
            "version": _version(version),
            "plan": [_block(revision) for revision in BlockRevision.objects.latest_of(project).order_by("block")],
            "kpis": [_kpi(kpi) for kpi in Kpi.objects.filter(project=project, retired_at__isnull=True).order_by("pk")],
        }
    )


def text_of(manifest: Manifest) -> bytes:
    """The exact bytes that the digest covers: RFC 8785, as they are downloaded."""
    return canonical(manifest).encode()


def digest_of(manifest: Manifest) -> str:
    """The SHA-256 of a manifest's text, in hex."""
    return hashlib.sha256(text_of(manifest)).hexdigest()


def _plain(manifest: Manifest) -> Manifest:
    # Through its own text, so that what is stored reads back to the very bytes that were hashed.
    plain: Manifest = json.loads(canonical(manifest))
    return plain


def _promotion(promotion: PromotionRequest) -> Manifest:
    return {
        "id": promotion.pk,
        "number": promotion.number,
        "stage": promotion.stage.key,
        "reason": promotion.reason,
        "requested_by": _person(promotion.requested_by),
        "requested_at": promotion.requested_at,
    }


def _check(gate: Gate) -> Manifest:
    return {
        "key": gate.requirement.key,
        "status": str(gate.status),
        "reason": gate.reason,
        "evidence": [
            {key: evidence.get(key) for key in ("type", "id", "revision", "sha256", "label")}
            for evidence in gate.evidence
        ],
    }


def _version(version: ModelVersion) -> Manifest:
    said = ["algorithm", "hyperparameters", "selection_note", "limits", "pseudocode", "source_code", "description"]
    # Came later: a version that says nothing of them keeps the digest that decisions were made on.
    said += [key for key in ("source", "flavors", "signature", "search") if getattr(version, key)]
    links = version.dataset_links.select_related("dataset__schema", "dataset__labeling_method").order_by(
        "dataset", "use"
    )
    return {
        "id": version.pk,
        "model": {"id": version.model_id, "name": version.model.name, "task": version.model.task},
        "number": version.number,
        "artifact": {
            "name": version.artifact_name,
            "format": version.artifact_format,
            "size": version.artifact_size,
            "sha256": version.artifact_sha256,
        }
        | ({"files": len(version.files), "files_sha256": digest_of({"files": version.files})} if version.files else {}),
        "record_sha256": digest_of({key: getattr(version, key) for key in said}),
        "trained_by": _person(version.trained_by),
        "uploaded_by": _person(version.uploaded_by),
        "run": version.run.run_id if version.run else None,
        "environment": {"id": version.environment.pk, "sha256": version.environment.sha256}
        if version.environment
        else None,
        "datasets": [_dataset(link.dataset) | {"use": link.use} for link in links],
    }


def _dataset(dataset: Dataset) -> Manifest:
    schema, labeling = dataset.schema, dataset.labeling_method
    return {
        "id": dataset.pk,
        "name": dataset.name,
        "number": dataset.number,
        "sha256": dataset.sha256,
        "rows": dataset.rows,
        "schema": {"id": schema.pk, "name": schema.name, "number": schema.number} if schema else None,
        "labeling_method": {"id": labeling.pk, "name": labeling.name, "number": labeling.number} if labeling else None,
    }


def _block(revision: BlockRevision) -> Manifest:
    return {"block": revision.block, "id": revision.pk, "revision": revision.number, "sha256": revision.sha256}


def _kpi(kpi: Kpi) -> Manifest:
    said = ("name", "metric", "direction", "target_value", "threshold", "threshold_upper")
    return {"id": kpi.pk, "revision": kpi.revision} | {key: getattr(kpi, key) for key in said}


def _person(user: User) -> Manifest:
    return {"id": user.pk, "username": user.get_username()}


def _journal_head(chain: str) -> Manifest:
    head = ChainHead.objects.filter(chain=chain).first()
    return {"chain": chain, "seq": head.seq if head else 0, "hash": head.hash if head else GENESIS}
