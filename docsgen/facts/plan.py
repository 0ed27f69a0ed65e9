"""What the plan says: project, people, ten blocks, KPIs."""

from collections.abc import Iterable
from typing import Any

from canvas import answers as canvas_answers
from canvas.blocks import BLOCKS
from canvas.blocks.shape import Table
from canvas.kpis import metric_label
from canvas.models import BlockRevision, Kpi, Project
from canvas.roles import Role
from canvas.services.blocks import completeness_of
from docsgen.facts.ledger import Ledger, Snapshot


def project_facts(project: Project, ledger: Ledger) -> Snapshot:
    """The project and the people in it."""
    said = {"name": project.name, "purpose": project.purpose, "task": project.task, "risk_tier": project.risk_tier}
    ref = ledger.cite(project, at=project.created_at, by=project.created_by, said=said)
    members = project.memberships.select_related("user")
    return said | {
        "ref": ref,
        "slug": project.slug,
        "task_label": project.get_task_display(),
        "risk_label": project.get_risk_tier_display(),
        "people": [
            {
                "name": member.user.get_full_name(),
                "title": member.user.title,
                "role": member.get_role_display(),
                "ref": ledger.cite(
                    member, label=str(member), at=member.added_at, said=[member.user.username, member.role]
                ),
            }
            for member in members
        ],
        "owners": [member.user.get_full_name() for member in members if member.role == Role.OWNER],
    }


def plan_facts(project: Project, ledger: Ledger) -> Snapshot:
    """The ten blocks as they stand."""
    revisions = BlockRevision.objects.latest_of(project).select_related("author").order_by("block")
    held = {revision.block: revision for revision in revisions}
    answers = {number: revision.answers for number, revision in held.items()}
    state = completeness_of(project, answers)
    return {
        "percent": state.percent,
        "statement": canvas_answers.value_statement(answers.get(1, {})),
        "blocks": {
            str(block.number): {
                "title": block.title,
                "answers": shown(block, answers.get(block.number, {})),
                "missing": [field.label for field in state.by_block[block.number].missing],
                "ref": _cite_block(held[block.number], ledger) if block.number in held else "",
                "revision": held[block.number].number if block.number in held else 0,
            }
            for block in BLOCKS
        },
    }


def shown(table: Table, answers: dict[str, Any]) -> dict[str, Any]:
    """Every answered field of a block or another table with its label and its text for people, and rows as tables."""
    return {
        field.key: {
            "label": field.label,
            "text": canvas_answers.display(field, answers[field.key]),
            "columns": [column.label for column in field.columns],
            "rows": _row_texts(field, answers[field.key]),
        }
        for field in table.fields
        if answers.get(field.key) not in (None, "", [], {})
    }


def _row_texts(field: Any, value: Any) -> list[list[str]]:  # Any: canvas.blocks.Field and an answer of its kind
    if not field.columns or not isinstance(value, list):
        return []
    return [[canvas_answers.display_cell(column, row.get(column.key)) for column in field.columns] for row in value]


def _cite_block(revision: BlockRevision, ledger: Ledger) -> str:
    label = f"canvas block {revision.block}, revision {revision.number}"
    return ledger.cite(
        revision,
        label=label,
        revision=revision.number,
        sha256=revision.sha256,
        at=revision.created_at,
        by=revision.author,
    )


def kpis_of(project: Project) -> Iterable[Kpi]:
    """The KPIs a project is held to."""
    return Kpi.objects.filter(project=project, retired_at__isnull=True).select_related("parent", "created_by")


def kpi_facts(kpi: Kpi, ledger: Ledger) -> Snapshot:
    """One KPI."""
    keys = (
        "name", "kind", "definition", "metric", "unit", "direction", "baseline_value", "target_value", "threshold",
        "threshold_upper", "owner", "data_origin", "cadence",
    )  # fmt: skip
    said = {key: getattr(kpi, key) for key in keys} | {"due_on": str(kpi.due_on or "")}
    return said | {
        "kind_label": kpi.get_kind_display(),
        "metric_label": metric_label(kpi.metric) if kpi.metric else "",
        "parent": str(kpi.parent) if kpi.parent else "",
        "ref": ledger.cite(kpi, revision=kpi.revision, at=kpi.changed_at, by=kpi.created_by, said=said),
    }
