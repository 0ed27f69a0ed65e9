"""Small phrases that several sections share: numbers with their unit and interval, dates, block answers, gaps."""

from datetime import datetime
from typing import Any

from docsgen.content import Cell, Gap, Quotation, Refs, Severity
from docsgen.facts import Snapshot

DASH = "–"


def day(stamp: str) -> str:
    """A stored moment as a date: 20 November 2026; a dash for none."""
    return f"{datetime.fromisoformat(stamp):%-d %B %Y}" if stamp else DASH


def moment(stamp: str) -> str:
    """A stored moment as date and time: 20 November 2026, 09:12; a dash for none."""
    return f"{datetime.fromisoformat(stamp):%-d %B %Y, %H:%M}" if stamp else DASH


def count(number: int | None) -> str:
    """A count with thousands apart."""
    return DASH if number is None else f"{number:,}"


def figure(value: float | None) -> str:
    """A measured number, with as many digits as it carries and a true minus."""
    if value is None:
        return DASH
    digits = 4 if abs(value) < 0.1 else 3 if abs(value) < 10 else 2 if abs(value) < 1000 else 1
    return f"{value:,.{digits}f}".replace("-", "−")


def interval(result: Snapshot) -> str:
    """The 95 % interval of a result; a dash where it has none."""
    if result["low"] is None or result["high"] is None:
        return DASH
    return f"{figure(result['low'])} – {figure(result['high'])}"


def threshold(rule: Snapshot) -> str:
    """What a KPI asks for: ≥ 0.85, ≤ 60, or a band."""
    match rule["direction"]:
        case "up":
            return f"≥ {figure(rule['threshold'])}"
        case "down":
            return f"≤ {figure(rule['threshold'])}"
        case _:
            return f"{figure(rule['threshold'])} – {figure(rule['threshold_upper'])}"


def undocumented(columns: int) -> str:
    """That no schema says what columns mean; 0 when nobody has counted them."""
    return f"{count(columns)} columns undocumented." if columns else "Its columns are undocumented."


def size(number: int | None) -> str:
    """Bytes as people read them."""
    value = float(number or 0)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            return f"{value:,.0f} {unit}" if unit == "bytes" else f"{value:,.1f} {unit}"
        value /= 1024
    return ""


def plain(value: Any) -> str:  # Any: a JSON value somebody recorded
    """A recorded JSON value as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {plain(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(plain(item) for item in value)
    return DASH if value is None else str(value)


def verdict_cell(verdict: str) -> Cell:
    """A verdict as a word and a tone."""
    tones = {"pass": "good", "fail": "bad", "inconclusive": "warn", "better": "good", "worse": "bad"}
    return Cell(verdict.capitalize(), tone=tones.get(verdict, ""))


def block(snapshot: Snapshot, number: int) -> Snapshot:
    """One canvas block of the snapshot."""
    found: Snapshot = snapshot["plan"]["blocks"][str(number)]
    return found


def answer(snapshot: Snapshot, number: int, key: str) -> str:
    """An answered field of a canvas block as text; empty while it is open."""
    return str(block(snapshot, number)["answers"].get(key, {}).get("text", ""))


def quote(snapshot: Snapshot, number: int, key: str) -> list[Quotation]:
    """An answered field as a quotation of its block; nothing while it is open."""
    field = block(snapshot, number)["answers"].get(key)
    if not field:
        return []
    lines = tuple(line for line in field["text"].splitlines() if line.strip())
    return [Quotation(field["label"], lines, block_ref(snapshot, number))]


def block_ref(snapshot: Snapshot, number: int) -> Refs:
    """The record of a block, if it was begun."""
    ref = block(snapshot, number)["ref"]
    return (ref,) if ref else ()


def gap(
    snapshot: Snapshot,
    text: str,
    *,
    what: str,
    page: str,
    where: str,
    blocks: tuple[str, ...],
    severity: Severity = Severity.MEDIUM,
) -> Gap:
    """A missing record, with the page that mends it, who owns the project, and what it holds up."""
    project = snapshot["project"]
    owner = ", ".join(project["owners"]) or "nobody yet"
    return Gap(text, what, where, f"/p/{project['slug']}/{page}", owner, blocks, severity)
