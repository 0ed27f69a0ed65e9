"""Gather what is recorded about a version as one plain snapshot: the only step that touches the database."""

import hashlib
import json

from django.conf import settings
from django.utils import timezone

from audit.models import GENESIS, ChainHead
from audit.services import canonical
from canvas.models import Project
from data.models import Dataset
from docsgen.facts.data import dataset_facts
from docsgen.facts.datasheets import datasheet_facts
from docsgen.facts.evidence import evaluation_facts
from docsgen.facts.ledger import Ledger, Snapshot, stamp
from docsgen.facts.models import (
    assignment_facts,
    assignments_of,
    candidate_facts,
    check_facts,
    environment_facts,
    promotion_facts,
    promotions_of,
    version_facts,
)
from docsgen.facts.outlines import outline_facts
from docsgen.facts.plan import kpi_facts, kpis_of, plan_facts, project_facts
from docsgen.facts.risk import risk_facts
from registry.models import ModelVersion

FORMAT = "tenet.model-facts.v1"
DATASET_FORMAT = "tenet.dataset-facts.v1"


def gather(version: ModelVersion) -> Snapshot:
    """Everything recorded about a version now, as JSON values that never change afterwards."""
    ledger = Ledger()
    project = version.model.project
    snapshot = {
        "format": FORMAT,
        "taken_at": stamp(timezone.now()),
        "time_zone": settings.TIME_ZONE,
        "project": project_facts(project, ledger),
        "version": version_facts(version, ledger),
        "plan": plan_facts(project, ledger),
        "kpis": [kpi_facts(kpi, ledger) for kpi in kpis_of(project)],
        "risk": risk_facts(project, ledger),
        "datasets": dataset_facts(version, ledger),
        "environment": environment_facts(version.environment, ledger),
        "outline": outline_facts(version, ledger),
        "candidates": candidate_facts(version, ledger),
        "evaluations": evaluation_facts(version, ledger),
        "checks": [check_facts(check) for check in version.checks.all()],
        "promotions": [promotion_facts(request, ledger) for request in promotions_of(version)],
        "stages": [assignment_facts(held, ledger) for held in assignments_of(version)],
        "journal": _journal(project),
    }
    return _plain(snapshot, ledger)


def gather_dataset(dataset: Dataset) -> Snapshot:
    """Everything recorded about a snapshot now, as JSON values that never change afterwards."""
    ledger = Ledger()
    project = dataset.project
    snapshot = {
        "format": DATASET_FORMAT,
        "taken_at": stamp(timezone.now()),
        "time_zone": settings.TIME_ZONE,
        "project": project_facts(project, ledger),
        "plan": plan_facts(project, ledger),
        **datasheet_facts(dataset, ledger),
        "journal": _journal(project),
    }
    return _plain(snapshot, ledger)


def digest_of(snapshot: Snapshot) -> str:
    """The SHA-256 of a snapshot's RFC 8785 text, in hex."""
    return hashlib.sha256(canonical(snapshot).encode()).hexdigest()


def _plain(snapshot: Snapshot, ledger: Ledger) -> Snapshot:
    snapshot["records"] = ledger.records
    # Through its own text, so that what is stored reads back to the very bytes that are hashed.
    plain: Snapshot = json.loads(canonical(snapshot))
    return plain


def _journal(project: Project) -> Snapshot:
    head = ChainHead.objects.filter(chain=project.chain).first()
    return {"chain": project.chain, "seq": head.seq if head else 0, "hash": head.hash if head else GENESIS}
