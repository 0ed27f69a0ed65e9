"""Checks a plan that comes in, field by field and then as a whole; says where each flaw is."""

from collections.abc import Iterator
from typing import Any

from django.db import models

from canvas.blocks import get_block
from canvas.blocks.shape import Table
from canvas.cleaning import InvalidAnswers, clean
from canvas.exchange import parts
from canvas.exchange.document import FORMAT, IMPORTED, VERSION
from canvas.exchange.parts import Part
from canvas.exchange.problems import Flaw, InvalidPlan, refused
from canvas.exchange.rows import Plan, Row
from canvas.exchange.rules import contradictions
from canvas.exchange.values import Wrong, moment, person, reference, text, value_of
from canvas.models import Project
from canvas.risk.impact import IMPACT
from canvas.risk.oversight import OVERSIGHT

HEADER = frozenset({"format", "version", "exported_at", "exported_by", "with_history", "project", "notes"})
PROJECT_KEYS = frozenset({"name", "purpose", "task", "risk_tier", "slug", "started_from", "created_by", "created_at"})


def check(document: Any) -> Plan:  # Any: JSON from outside
    """The plan in a document; raises InvalidPlan with every flaw found and its JSON path."""
    _ensure_ours(document)
    flaws: list[Flaw] = []
    project = _project(document.get("project"), flaws)
    flaws += [
        Flaw(f"$.{key}", "This is no part of a plan. Remove it, and send the rest again.")
        for key in document
        if key not in HEADER and key not in {part.key for part in parts.PARTS}
    ]
    rows = {part.key: _part(part, document.get(part.key, []), flaws) for part in parts.PARTS}
    _notes(document.get("notes", []), flaws)
    if not flaws:
        flaws += list(contradictions(rows))
    if flaws:
        raise InvalidPlan(flaws)
    return Plan(document, project, {part.key: rows[part.key] for part in parts.LIVE})


def _ensure_ours(document: Any) -> None:
    if not isinstance(document, dict):
        raise refused("$", "A plan is one JSON object; this file holds something else.")
    if document.get("format") != FORMAT:
        raise refused("$.format", f"This is not a plan exported from Tenet: the format has to be “{FORMAT}”.")
    if document.get("version") != VERSION or isinstance(document.get("version"), bool):
        raise refused(
            "$.version",
            f"This plan has version {str(document.get('version'))[:20]}; version {VERSION} is read here. "
            "Export it again from an installation of the same version.",
        )


def _project(sent: Any, flaws: list[Flaw]) -> dict[str, str]:
    if not isinstance(sent, dict):
        flaws.append(Flaw("$.project", "Name the project: an object with a name and a purpose."))
        return {}
    flaws += [
        Flaw(f"$.project.{key}", "This is not a setting of a project.") for key in sent if key not in PROJECT_KEYS
    ]
    found = {}
    for name in ("name", "purpose", "task", "risk_tier"):
        column = Project._meta.get_field(name)
        assert isinstance(column, models.CharField)  # noqa: S101  all four are
        try:
            found[name] = text(sent.get(name, column.get_default()), column)
        except Wrong as reason:
            flaws.append(Flaw(f"$.project.{name}", str(reason)))
    return found


def _part(part: Part, sent: Any, flaws: list[Flaw], path: str = "") -> list[Row]:
    path = path or f"$.{part.key}"
    if not isinstance(sent, list):
        flaws.append(Flaw(path, "Send a list of records."))
        return []
    if len(sent) > part.most:
        flaws.append(
            Flaw(path, f"This holds {part.counted(len(sent))}; {part.most:,} at most are read. Nothing was created.")
        )
        return []
    return [_row(part, item, f"{path}[{place}]", flaws) for place, item in enumerate(sent)]


def _row(part: Part, sent: Any, path: str, flaws: list[Flaw]) -> Row:
    row = Row(path)
    if not isinstance(sent, dict):
        flaws.append(Flaw(path, f"Send an object: one {part.noun}."))
        return row
    known = {*part.all_columns, *part.places, *(name for name, _ in part.children), "id", IMPORTED}
    flaws += [Flaw(f"{path}.{key[:80]}", f"A {part.noun} has no such value.") for key in sent if key not in known]
    if isinstance(sent.get("id", ""), str):
        row.id = sent.get("id", "")
    else:
        flaws.append(Flaw(f"{path}.id", "Write the id as text."))
    for place in part.places:
        if not isinstance(sent.get(place), int) or isinstance(sent.get(place), bool):
            flaws.append(Flaw(f"{path}.{place}", "Write a whole number."))
    for column in part.all_columns:
        _column(part, column, sent, row, flaws)
    for name, child in part.children:
        _part(child, sent.get(name, []), flaws, f"{path}.{name}")
    return row


def _column(part: Part, column: str, sent: dict[str, Any], row: Row, flaws: list[Flaw]) -> None:
    path = f"{row.path}.{column}"
    try:
        if part.is_person(column):
            _note(row, part, column, sent, person(sent.get(column)))
        elif column in (*part.stamps, *part.changed, *part.ends, *part.signatures):
            if sent.get(column) is not None:
                moment(sent[column])
            _note(row, part, column, sent, sent.get(column))
        elif part.is_kpi(column):
            row.values[column] = reference(sent.get(column))
        elif column == "answers" and part.is_live:
            row.values[column] = sent.get(column, {})
        else:
            row.values[column] = value_of(part.field(column), sent, column)
    except Wrong as reason:
        flaws.append(Flaw(path, str(reason)))
    if column == "answers" and part.is_live and (table := _table(part, sent)):
        flaws += _answers(row, table)


def _note(row: Row, part: Part, column: str, sent: dict[str, Any], value: Any) -> None:
    """Remember what the file says about the making of a record; that nobody is named is said too."""
    if value is not None or (column in sent and column in (*part.stamps, *part.changed)):
        row.origin[column] = value


def _table(part: Part, sent: dict[str, Any]) -> Table | None:
    """The questions that a record answers; None where its block's number is a flaw of its own."""
    if part is parts.IMPACT:
        return IMPACT
    if part is parts.OVERSIGHT:
        return OVERSIGHT
    number = sent.get("block")
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= 10:
        return None
    return get_block(number)


def _answers(row: Row, table: Table) -> Iterator[Flaw]:
    """What does not fit the table of questions; the cleaned answers go into the row."""
    path = f"{row.path}.answers"
    if not isinstance(row.values.get("answers"), dict):
        yield Flaw(path, "Send an object: field key to answer.")
        return
    try:
        row.values["answers"] = clean(table, row.values["answers"])
    except InvalidAnswers as reason:
        for problem in reason.problems:
            cell = "" if problem.row is None else f"[{problem.row}]"
            column = f".{problem.column}" if problem.column else ""
            yield Flaw(f"{path}.{problem.field}{cell}{column}".rstrip("."), problem.sentence)


def _notes(sent: Any, flaws: list[Flaw]) -> None:
    is_whole = isinstance(sent, list) and len(sent) <= parts.Part.most and all(
        isinstance(note, dict) and set(note) == {"place", "text"} and all(isinstance(text, str) for text in note.values())
        for note in sent
    )  # fmt: skip
    if not is_whole:
        flaws.append(Flaw("$.notes", "Send a list of objects with place and text."))
