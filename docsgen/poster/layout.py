"""A poster's facts as HTML: fitted on one page, with smaller versions in case the estimate was too hopeful."""

from collections.abc import Iterator
from typing import Any

from django.template.loader import render_to_string

from docsgen.poster.facts import Facts, direction
from docsgen.poster.fitting import CLAIM_SIZE, Fit, Text, cut, fitted, last_resort

NAMES, WORD = 3, 60


def versions(facts: Facts) -> Iterator[str]:
    """The poster's HTML, the best one first; the last fits whatever it holds."""
    texts = tuple(
        Text(block["number"], block["claim"], tuple(block["lines"] or ([] if block["claim"] else block["prompts"])))
        for block in facts["blocks"]
    )
    best = fitted(texts)
    for fit in (best, best.smaller(), best.smaller().smaller(), last_resort(texts)):
        yield render_to_string("docsgen/poster.html", _context(facts, fit))


def _context(facts: Facts, fit: Fit) -> dict[str, Any]:
    texts = {text.number: text for text in fit.texts}
    return {
        "facts": facts,
        "name": cut(facts["project"], 90),
        "name_direction": direction(facts["project"]),
        "name_size": _name_size(facts["project"]),
        "owners": _listed(facts["owners"]) or "Not named",
        "production": _listed(facts["in_production"]) or "Nothing yet",
        "blocks": [_block(block, texts[block["number"]]) for block in facts["blocks"]],
        "places": fit.places,
        "claim_size": f"{fit.size * CLAIM_SIZE:.2f}",
        "title_size": f"{max(fit.size * 1.1, 10.5):.2f}",
        "size": f"{fit.size:.2f}",
    }


def _block(block: dict[str, Any], text: Text) -> dict[str, Any]:
    return {
        "number": block["number"],
        "title": block["title"],
        "phase": block["phase"],
        "claim": text.claim,
        "claim_direction": direction(text.claim),
        "lines": [(line, direction(line)) for line in text.lines],
        "rest": text.rest,
        "is_empty": not block["lines"] and not block["claim"],
    }


def _listed(names: list[str]) -> str:
    text = ", ".join(names[:NAMES])
    return cut(f"{text} and {len(names) - NAMES} more" if len(names) > NAMES else text, WORD)


def _name_size(name: str) -> str:
    return next(size for longest, size in ((38, "27"), (60, "20"), (999, "15")) if len(name) <= longest)
