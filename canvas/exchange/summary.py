"""What a document holds, in a few words: for the preview before it becomes a project, and for the page after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from canvas import answers as reading
from canvas.blocks import BLOCKS, Block
from canvas.exchange import parts
from canvas.exchange.document import Document, counts
from canvas.kpis import metric_label

_UNSAID: dict[str, Any] = {"baseline_value": None, "threshold": None, "formula": "", "unit": ""}


@dataclass(frozen=True)
class Card:
    """One block as the board would show it."""

    block: Block
    claim: str
    lines: list[str]
    answered: int
    required: int


@dataclass(frozen=True)
class Summary:
    """What would be created, and what is kept beside it."""

    cards: list[Card]
    live: list[str]
    kept: list[str]
    kpis: list[Mapping[str, Any]]
    notes: list[Mapping[str, str]]
    percent: int


@dataclass(frozen=True)
class Event:
    """One thing that people did elsewhere."""

    title: str
    text: str
    who: list[str]


def of(document: Document) -> Summary:
    """A summary of a document."""
    held = _latest(document)
    found = counts(document)
    cards = [_card(block, held.get(block.number, {})) for block in BLOCKS]
    return Summary(
        cards=cards,
        live=[part.counted(found[part.key]) for part in parts.LIVE if part.key in found],
        kept=[part.counted(found[part.key]) for part in parts.HISTORY if part.key in found],
        kpis=[_UNSAID | kpi | {"measure": metric_label(kpi.get("metric", ""))} for kpi in document.get("kpis", [])],
        notes=document.get("notes", []),
        percent=reading.canvas_percent(held),
    )


def sentence(document: Document) -> str:
    """What was created, in one sentence."""
    found = of(document)
    return f"It holds {_listed(found.live)}." if found.live else "It holds no record yet."


def history(document: Document, people: Sequence[Mapping[str, str]]) -> list[Event]:
    """What people had accepted, decided, classified and said elsewhere, in words."""
    here = {person["username"]: person.get("here", "") for person in people}
    return list(_events(document, here))


def _events(document: Document, here: Mapping[str, str]) -> Iterator[Event]:
    for row in document.get("revisions", []):
        if row.get("author"):
            written = f"Written on {str(row.get('created_at'))[:10]}. {row.get('summary', '')}"
            yield Event(f"Block {row['block']}, revision {row['number']}", written, _people(row, parts.REVISIONS, here))
    for row in document.get("acceptances", []):
        yield Event(
            f"Review of block {row['block']}, revision {row['number']}",
            row.get("comment", "") or ("Accepted." if row.get("accepted_by") else "Waiting for a review."),
            _people(row, parts.ACCEPTANCES, here),
        )
    for row in document.get("classifications", []):
        yield Event(
            f"Risk classification {row.get('number', '')}: {row.get('legal_tier', '')}",
            " ".join(str(_sentence(reason)) for reason in row.get("reasons", [])) or row.get("note", ""),
            _people(row, parts.CLASSIFICATIONS, here),
        )
    for row in document.get("decisions", []):
        signed = [
            name for one in row.get("signatures", []) for name in _people(one, parts.DECISIONS.children[0][1], here)
        ]
        yield Event(
            f"Go/no-go decision {row.get('number', '')}: {row.get('outcome', '')} ({row.get('status', '')})",
            row.get("reasons", ""),
            [*_people(row, parts.DECISIONS, here), *signed],
        )
    for row in document.get("estimates", []):
        yield Event(
            f"Estimate of return {row.get('number', '')}",
            f"{row.get('currency', '')}, {row.get('horizon_months', '')} months.",
            _people(row, parts.ESTIMATES, here),
        )
    for row in document.get("comments", []):
        told = [row.get("text", ""), *(reply.get("text", "") for reply in row.get("replies", []))]
        yield Event(f"Comment on block {row.get('block', '')}", "\n".join(told), _people(row, parts.COMMENTS, here))
    for row in document.get("evidence", []):
        yield Event(
            f"Evidence for block {row.get('block', '')}", row.get("label", ""), _people(row, parts.EVIDENCE, here)
        )


def _people(row: Mapping[str, Any], part: parts.Part, here: Mapping[str, str]) -> list[str]:
    named = (row[column] for column in part.stamps if part.is_person(column) and row.get(column))
    return [_who(person, here) for person in named]


def _who(person: Mapping[str, Any], here: Mapping[str, str]) -> str:
    account = here.get(person["username"], "")
    told = f"{account} here, says the importer" if account else "no account here"
    return f"{person.get('name') or person['username']} ({told})"


def _sentence(reason: Any) -> Any:
    return reason.get("sentence", "") if isinstance(reason, Mapping) else reason


def _latest(document: Document) -> dict[int, dict[str, Any]]:
    rows = sorted(document.get("revisions", []), key=lambda row: row["number"])
    return {row["block"]: row.get("answers", {}) for row in rows}


def _card(block: Block, answers: Mapping[str, Any]) -> Card:
    share = reading.completeness(block, answers)
    return Card(
        block, reading.claim(block, answers), reading.summary_lines(block, answers), share.answered, share.required
    )


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
