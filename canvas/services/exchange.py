"""Every write that brings a plan in or takes one out."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas import examples
from canvas.exchange import document as writing
from canvas.exchange import dorard, markdown, mlte, parts, reading
from canvas.exchange.checking import check
from canvas.exchange.document import Document
from canvas.exchange.parts import Part
from canvas.exchange.rows import Plan, Row
from canvas.models import BlockRevision, ImportedPlan, Kpi, Project
from canvas.services import projects

Kind = ImportedPlan.Kind
BATCH = 500
KEPT_UNUSED = timedelta(days=1)
HTML_SIGN = "</"


class NotEmpty(Exception):
    """The project has a plan already; a plan is imported into an empty one."""


class NoSuchMember(Exception):
    """Somebody of the file was said to be a person who has no account here; carries the username in the file."""

    def __init__(self, username: str, here: str) -> None:
        super().__init__(f"Nobody called {here} has an account here. Check the username, or leave it empty.")
        self.username = username


# ---------- taking out ----------


@transaction.atomic
def export(project: Project, *, by: User, form: str = "json", with_history: bool = False) -> bytes:
    """A project's plan as a file, "json" or "md"; the journal says who took it."""
    document = writing.write(project, by=by, at=timezone.now(), with_history=with_history)
    content = (markdown.write(document) if form == "md" else as_text(document)).encode()
    record(
        Action.PROJECT_EXPORTED, by=by, on=project, chain=project.chain, label=f"the plan as {form.upper()}",
        after={"form": form, "with_history": with_history, "sha256": hashlib.sha256(content).hexdigest()},
    )  # fmt: skip
    return content


def as_text(document: Document) -> str:
    """A document as JSON for people and programs."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


# ---------- preparing ----------


def prepare_file(content: bytes, *, name: str, by: User) -> ImportedPlan:
    """Read a plan that was exported from Tenet; raises InvalidPlan."""
    document = reading.read_json(content)
    check(document)
    return _prepared(Kind.TENET, name, content, document, [], by=by)


def prepare_card(content: bytes, *, name: str, by: User) -> ImportedPlan:
    """Read an MLTE negotiation card; raises InvalidPlan."""
    document, warnings = mlte.read(reading.read_json(content), title=name)
    check(document)
    return _prepared(Kind.MLTE, name, content, document, warnings, by=by)


def prepare_boxes(boxes: Mapping[str, str], *, name: str, by: User, original: bytes = b"") -> ImportedPlan:
    """Read a canvas of ten boxes, by the box's key or name; raises InvalidPlan."""
    document, warnings = dorard.read(boxes, title=name)
    check(document)
    content = original or json.dumps(dict(boxes), ensure_ascii=False).encode()
    return _prepared(Kind.DORARD, name, content, document, warnings, by=by)


def prepare_boxes_file(content: bytes, *, name: str, by: User) -> ImportedPlan:
    """Read a canvas of ten boxes from a JSON object or from Markdown with a heading for each box; raises InvalidPlan."""
    return prepare_boxes(dorard.boxes_of(content), name=name, by=by, original=content)


def prepare_example(key: str, *, by: User) -> ImportedPlan:
    """Take one of the worked examples; KeyError when there is none of this key."""
    example = examples.get(key)
    content = as_text(example.document).encode()
    return _prepared(Kind.EXAMPLE, example.title, content, example.document, [], by=by)


@transaction.atomic
def prepare_copy(source: Project, *, by: User, with_history: bool = False) -> ImportedPlan:
    """Copy another project's plan; without its history no reading, decision, signature or comment comes along."""
    document = writing.write(source, by=by, at=timezone.now(), with_history=with_history)
    if not with_history:
        _forget_history(document)
    content = as_text(document).encode()
    record(
        Action.PROJECT_EXPORTED, by=by, on=source, chain=source.chain, label="the plan, to copy it into another project",
        after={"form": "copy", "with_history": with_history, "sha256": hashlib.sha256(content).hexdigest()},
    )  # fmt: skip
    return _prepared(Kind.PROJECT, source.name, content, document, [], by=by)


def _forget_history(document: Document) -> None:
    for part in (*parts.HISTORY, parts.READINGS):
        document[part.key] = []
    for part in parts.LIVE:
        for row in document[part.key]:
            row.update(dict.fromkeys(part.signatures))


@transaction.atomic
def _prepared(
    kind: Kind, title: str, content: bytes, document: Document, warnings: Sequence[str], *, by: User
) -> ImportedPlan:
    # What nobody made a project of within a day is forgotten.
    ImportedPlan.objects.filter(project=None, created_at__lt=timezone.now() - KEPT_UNUSED).delete()
    people = writing.people_in(document)
    original = reading.read_text(content)
    return ImportedPlan.objects.create(
        kind=kind,
        title=_title(title, kind),
        sha256=hashlib.sha256(content).hexdigest(),
        original=original,
        document=document,
        warnings=[*warnings, *_warnings(document, original, people)],
        people=[somebody | {"here": ""} for somebody in people],
        imported_by=by,
    )


def _title(title: str, kind: Kind) -> str:
    plain = "".join(character for character in title if character.isprintable()).strip()
    return plain[:200] or str(kind.label)


def _warnings(document: Document, original: str, people: list[dict[str, str]]) -> list[str]:
    found = []
    if people:
        found.append(
            "The file names people as authors or signers. Their names are kept as text beside what they wrote; here, "
            "whoever imports the plan is recorded as the one who brought it in."
        )
    signed = [
        part.counted(len(document[part.key]))
        for part in (parts.ACCEPTANCES, parts.CLASSIFICATIONS, parts.DECISIONS)
        if document.get(part.key)
    ]
    if signed:
        found.append(f"Kept as history, and not signed here: {', '.join(signed)}. None of it counts as an approval.")
    if HTML_SIGN in original:
        found.append("Some texts hold HTML. It is shown as text and never run.")
    return found


# ---------- bringing in ----------


@transaction.atomic
def create_project(plan: ImportedPlan, *, name: str, by: User, people: Mapping[str, str] | None = None) -> Project:
    """Make a project of a prepared plan; raises NameTaken and NoSuchMember.

    `people` says who of the file is who here, by username; it links their names, and makes nobody an author.
    """
    checked = check(plan.document)
    project = projects.create_project(
        name, by=by, purpose=checked.project["purpose"], task=checked.project["task"],
        risk_tier=checked.project["risk_tier"],
    )  # fmt: skip
    _bring_in(plan, checked, project, by=by, people=people or {})
    return project


@transaction.atomic
def import_into(project: Project, plan: ImportedPlan, *, by: User, people: Mapping[str, str] | None = None) -> None:
    """Bring a prepared plan into a project that has none yet; raises NotEmpty and NoSuchMember."""
    project = Project.objects.select_for_update().get(pk=project.pk)
    if has_plan(project):
        raise NotEmpty(
            f"{project.name} has a plan already. Import into an empty project, so that nothing is written over."
        )
    _bring_in(plan, check(plan.document), project, by=by, people=people or {})


def has_plan(project: Project) -> bool:
    """Whether a project's plan holds anything that an import would mix with."""
    return any(
        part.model._default_manager.filter(project=project).exists()
        for part in parts.LIVE
        if part is not parts.READINGS
    )


def _bring_in(plan: ImportedPlan, checked: Plan, project: Project, *, by: User, people: Mapping[str, str]) -> None:
    plan = ImportedPlan.objects.select_for_update().get(pk=plan.pk, project=None)
    now = timezone.now()
    project.started_from = f"{plan.get_kind_display()}: {plan.title}"[:200]
    project.save(update_fields=["started_from"])
    plan.origins = _write_rows(checked, project, by=by, now=now)
    plan.people = _mapped(plan.people, people)
    plan.project, plan.imported_by, plan.imported_at = project, by, now
    plan.save()
    latest = BlockRevision.objects.latest_of(project)
    record(
        Action.PROJECT_IMPORTED, by=by, on=project, chain=project.chain, label=project.started_from,
        after={
            "sha256": plan.sha256,
            "counts": writing.counts(plan.document),
            "blocks": {str(revision.block): revision.sha256 for revision in latest},
            "people": [f"{person['username']} is {person['here']}" for person in plan.people if person["here"]],
        },
    )  # fmt: skip


def _mapped(named: list[dict[str, str]], people: Mapping[str, str]) -> list[dict[str, str]]:
    wanted = {username: here.strip() for username, here in people.items() if here.strip()}
    accounts = {
        user.get_username().lower(): user.get_username()
        for user in User.objects.filter(is_active=True, username__in=[*wanted.values()])
    }
    for username, here in wanted.items():
        if here.lower() not in accounts:
            raise NoSuchMember(username, here)
    return [
        somebody | {"here": accounts[wanted[somebody["username"]].lower()] if somebody["username"] in wanted else ""}
        for somebody in named
    ]


def _write_rows(checked: Plan, project: Project, *, by: User, now: datetime) -> dict[str, Any]:
    kpis: dict[str, Kpi] = {}
    origins: dict[str, Any] = {}
    for part in parts.LIVE:
        rows = checked.rows[part.key]
        made = [_made(part, row, project, kpis, by=by, now=now) for row in rows]
        part.model._default_manager.bulk_create(made, batch_size=BATCH)
        if part is parts.KPIS:
            kpis = {row.id: kpi for row, kpi in zip(rows, made, strict=True) if row.id and isinstance(kpi, Kpi)}
            _tie(zip(rows, made, strict=True), kpis)
        origins[part.key] = {
            str(one.pk): row.origin | _revision(row) for row, one in zip(rows, made, strict=True) if row.origin
        }
    return origins


def _made(part: Part, row: Row, project: Project, kpis: Mapping[str, Kpi], *, by: User, now: datetime) -> Model:
    """A new record: what it says comes from the file, who made it and when from here."""
    values = dict(row.values)
    for column in [column for column in part.columns if part.is_kpi(column)]:
        values[column] = kpis.get(values[column] or "") if part is not parts.KPIS else None
    for column in (*part.stamps, *part.changed):
        values[column] = by if part.is_person(column) else now
    for column in part.ends:
        values[column] = now if column in row.origin else None
    if part is not parts.READINGS:
        values["project"] = project
    return part.model(**values)


def _tie(made: Iterable[tuple[Row, Model]], kpis: Mapping[str, Kpi]) -> None:
    tied = []
    for row, kpi in made:
        if isinstance(kpi, Kpi) and row.values["parent"]:
            kpi.parent = kpis[row.values["parent"]]
            tied.append(kpi)
    Kpi.objects.bulk_update(tied, ["parent"], batch_size=BATCH)


def _revision(row: Row) -> dict[str, Any]:
    return {"revision": row.values["revision"]} if "revision" in row.values else {}
