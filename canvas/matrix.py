"""The picture of the ranking: value against how easy it is, with the size of a dot for data readiness."""

import hashlib
import json
from collections.abc import Sequence
from typing import Literal

import altair as alt
from django.core.cache import cache

from canvas.portfolio import Ranked
from canvas.ranking import HIGHEST
from drawing.vega import C1, C2, INK, MUTED, WARN, Spec, axis, render, sized

WIDTH, HEIGHT = 720, 400
KEPT_SECONDS = 24 * 3600
MIDDLE = HIGHEST / 2
CORNERS: tuple[tuple[float, str, Literal["left", "right"]], ...] = (
    (0.06, "Plan with care", "left"),
    (HIGHEST - 0.06, "Try first", "right"),
)


def ease(row: Ranked) -> float:
    """How easy an idea is, 0 to 5: the mean of its feasibility and of what its effort leaves over."""
    return (row.opportunity.feasibility + HIGHEST - row.opportunity.effort) / 2


def matrix(rows: Sequence[Ranked]) -> tuple[str, str]:
    """The picture as SVG and the sentence that says what it shows; both empty without open ideas."""
    shown = [row for row in rows if row.rank is not None]
    if not shown:
        return "", ""
    best = shown[0].opportunity
    words = (
        f"{len(shown)} open ideas by value and by ease, which is feasibility less effort. Number 1 is “{best.task}”, "
        f"with value {best.value}, feasibility {best.feasibility} and effort {best.effort} of {HIGHEST}."
    )
    return _drawn(_dots(shown)), words.replace("1 open ideas", "1 open idea")


def _dots(rows: Sequence[Ranked]) -> list[dict[str, object]]:
    """One dot for each place: ideas with the same scores share it, and so their numbers stand together."""
    places: dict[tuple[float, int, int], list[Ranked]] = {}
    for row in rows:
        one = row.opportunity
        places.setdefault((ease(row), one.value, one.data_readiness), []).append(row)
    return [
        {
            "x": x, "y": y, "size": 1 + readiness, "label": ", ".join(str(row.rank) for row in held),
            "kind": "Prohibited" if all(row.opportunity.is_prohibited for row in held) else "Idea",
        }
        for (x, y, readiness), held in sorted(places.items(), key=lambda place: -place[0][2])
    ]  # fmt: skip


def _spec(dots: list[dict[str, object]]) -> Spec:
    domain = (-0.35, HIGHEST + 0.35)
    x = axis("x", "Ease: feasibility less effort (0 to 5)", domain=domain)
    y = axis("y", "Value (0 to 5)", domain=domain)
    base = alt.Chart(alt.Data(values=dots))
    size = alt.Size("size:Q", scale=alt.Scale(domain=[1, HIGHEST + 1], range=[160, 1500]), legend=None)
    kinds = ["Idea", "Prohibited"]
    colour = alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[C1, WARN]), legend=None)
    shape = alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=["circle", "square"]), legend=None)
    bubbles = base.mark_point(filled=True, opacity=0.22, strokeWidth=0).encode(
        x=x, y=y, size=size, color=colour, shape=shape
    )
    edges = base.mark_point(filled=False, opacity=1, strokeWidth=1.6).encode(
        x=x, y=y, size=size, color=colour, shape=shape
    )
    numbers = base.mark_text(fontWeight=600, color=INK).encode(x=x, y=y, text="label:N")
    middle = [
        alt.Chart(alt.Data(values=[{"at": MIDDLE}])).mark_rule(color=C2, strokeDash=[4, 3]).encode(**encoded)
        for encoded in ({"x": alt.X("at:Q")}, {"y": alt.Y("at:Q")})
    ]
    corners = [
        alt.Chart(alt.Data(values=[{"x": at, "y": HIGHEST + 0.2, "text": text}]))
        .mark_text(align=align, color=MUTED, fontStyle="italic")
        .encode(x=x, y=y, text="text:N")
        for at, text, align in CORNERS
    ]
    return sized(alt.layer(*middle, bubbles, edges, numbers, *corners), WIDTH, HEIGHT)


def _drawn(dots: list[dict[str, object]]) -> str:
    # Describing and drawing take longer than everything else on the page, and the scores seldom change.
    key = f"matrix:{hashlib.sha256(json.dumps(dots, sort_keys=True).encode()).hexdigest()}"
    svg = cache.get(key)
    if svg is None:
        svg = render(_spec(dots))
        cache.set(key, svg, KEPT_SECONDS)
    return str(svg)
