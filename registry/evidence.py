"""How findings and checks name the records that prove them."""

from dataclasses import dataclass, field
from typing import TypedDict

from django.urls import reverse

from canvas.models import BlockRevision
from data.models import Dataset
from registry.models import ModelVersion, TrainingEnvironment


class Evidence(TypedDict, total=False):
    """A record that proves something: enough to find it, and to notice when it changed."""

    type: str
    id: int | str
    revision: int | None
    sha256: str
    label: str
    url: str


@dataclass(frozen=True)
class Finding:
    """Whether a requirement holds for a version, why, and what shows it."""

    status: str
    reason: str
    evidence: list[Evidence] = field(default_factory=list)


def block_evidence(revision: BlockRevision, slug: str) -> Evidence:
    """A block of the plan as it stood."""
    return {
        "type": "canvas.blockrevision",
        "id": revision.pk,
        "revision": revision.number,
        "sha256": revision.sha256,
        "label": f"Block {revision.block}, revision {revision.number}",
        "url": reverse("canvas:block", args=[slug, revision.block]),
    }


def dataset_evidence(dataset: Dataset) -> Evidence:
    """A snapshot by its digest."""
    return {
        "type": "data.dataset",
        "id": dataset.pk,
        "revision": dataset.number,
        "sha256": dataset.sha256,
        "label": f"{dataset}, declared only" if dataset.is_declared else str(dataset),
        "url": dataset.get_absolute_url(),
    }


def environment_evidence(environment: TrainingEnvironment, slug: str) -> Evidence:
    """A training environment by its digest."""
    return {
        "type": "registry.trainingenvironment",
        "id": environment.pk,
        "revision": None,
        "sha256": environment.sha256,
        "label": str(environment),
        "url": reverse("registry:environment-detail", args=[slug, environment.pk]),
    }


def kpi_evidence(kpi: int, *, name: str, revision: int, sha256: str, slug: str) -> Evidence:
    """A KPI by what it held a release to when it was judged."""
    return {
        "type": "canvas.kpi",
        "id": kpi,
        "revision": revision,
        "sha256": sha256,
        "label": f"{name}, revision {revision}",
        "url": reverse("canvas:kpi-list", args=[slug]),
    }


def artifact_evidence(version: ModelVersion) -> Evidence:
    """A version's file by its digest."""
    return {
        "type": "registry.modelversion",
        "id": version.pk,
        "revision": version.number,
        "sha256": version.artifact_sha256,
        "label": f"{version}, {version.artifact_name}",
        "url": version.get_absolute_url(),
    }
