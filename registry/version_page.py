"""Everything that a version's page shows, gathered in a fixed number of queries."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q

from canvas import journal
from canvas.models import Project
from registry import activity, signatures, version_files
from registry.environment_forms import ServingEndForm
from registry.environments import comparison, vulnerabilities
from registry.environments.comparison import Difference
from registry.findings import environment_gaps
from registry.lineage.graph import lineage_of
from registry.lineage.picture import picture_of
from registry.models import AliasMove, ModelVersion, PromotionRequest, ServingStatement
from registry.services import gates, protection, serving

LINES_SHOWN = 20
MOVES_SHOWN = 20
STATEMENTS_SHOWN = 20


@dataclass(frozen=True)
class Served:
    """Where a version is served, and how that environment differs from the one it was trained in."""

    statement: ServingStatement
    difference: Difference | None
    end_form: ServingEndForm


def context_of(project: Project, version: ModelVersion, *, end_form: ServingEndForm | None = None) -> dict[str, Any]:
    """What the template needs; `end_form` is the one that somebody sent to end a statement, with what is wrong in it."""
    every = gates.all_gates(version)
    environment = version.environment
    lineage = lineage_of(version)
    listed = list(activity.entries_of(version)[: LINES_SHOWN + 1])
    return {
        "project": project,
        "version": version,
        "lineage": lineage,
        "picture": picture_of(lineage),
        "gates": every,
        "gates_held": sum(gate.holds for gate in every),
        "links": version.dataset_links.select_related(
            "dataset__project", "dataset__schema", "dataset__labeling_method"
        ),
        "environment": environment,
        "environment_gaps": environment_gaps(environment) if environment else [],
        "report": vulnerabilities.report_on(environment.packages, path=settings.VULNERABILITIES)
        if environment
        else None,
        "served": [
            Served(one, _difference(version, one), _end_form(one, end_form)) for one in serving.current(version)
        ],
        "served_before": version.serving_statements.past()[:STATEMENTS_SHOWN],
        "files": version_files.files_of(version),
        "signature": signatures.rows_of(version.signature),
        "flavors": [(name, _as_text(said)) for name, said in version.flavors.items()],
        "search": _search(version),
        "tags": list(version.tags.all()),
        "alias_moves": AliasMove.objects.filter(Q(from_version=version) | Q(to_version=version)).select_related(
            "from_version", "to_version", "by", "promotion__project"
        )[:MOVES_SHOWN],
        "lines": journal.lines(listed[:LINES_SHOWN]),
        "has_more_lines": len(listed) > LINES_SHOWN,
        "moves": version.stage_assignments.select_related("stage", "assigned_by", "promotion__project"),
        "open_promotions": version.promotions.filter(status=PromotionRequest.Status.OPEN).select_related(
            "stage", "project"
        ),
        "compared": _compared(version),
        "example_input": _as_text(version.example_input),
        "example_output": _as_text(version.example_output),
        "protected": protection.protected_names(),
    }


def _end_form(statement: ServingStatement, sent: ServingEndForm | None) -> ServingEndForm:
    return sent if sent and sent.statement_id == statement.pk else ServingEndForm(statement_id=statement.pk)


def _difference(version: ModelVersion, statement: ServingStatement) -> Difference | None:
    return comparison.compare(version.environment, statement.environment) if version.environment else None


def _compared(version: ModelVersion) -> list[int]:
    """The numbers of a version and the one before it, or the first after it; none where it is the only one."""
    others = version.model.versions.values_list("number", flat=True)
    before = others.filter(number__lt=version.number).order_by("-number").first()
    if before is not None:
        return [before, version.number]
    after = others.filter(number__gt=version.number).order_by("number").first()
    return [] if after is None else [version.number, after]


def _search(version: ModelVersion) -> dict[str, str]:
    """How hyperparameters were searched, as short texts."""
    said = version.search or {}
    labels = {"method": "Method", "candidates": "Candidates tried", "best": "Best", "space": "Searched among"}
    known = {labels.get(key, key): _as_text(said[key]) for key in (*labels, *sorted(said)) if said.get(key)}
    return dict(list(known.items())[:20])


def _as_text(value: Any) -> str:  # Any: whatever JSON a model takes or answers
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
