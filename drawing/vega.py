"""What charts are drawn with: colours, type, axes, marks, and the way from a spec to an SVG.

Marks carry the light palette's colours. `themed` swaps them for another mode, and the style sheet recolours the
same attributes of an inlined SVG, so dark pages need no second drawing.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

Spec = dict[str, Any]


# What altair says that layering gives.
Layers = alt.LayerChart | alt.FacetChart


PALETTES = {
    "light": {
        "ink": "#1c2430", "muted": "#566172", "grid": "#e6e9ee", "c1": "#2f5bd7", "c2": "#8a94a3",
        "bad": "#c2352b", "warn": "#9a5b00",
    },
    "dark": {
        "ink": "#e8ecf2", "muted": "#9aa6b6", "grid": "#2a3340", "c1": "#8db0ff", "c2": "#7b8797",
        "bad": "#ff8a80", "warn": "#f0b457",
    },
}  # fmt: skip


PALETTES["print"] = PALETTES["light"]


INK, MUTED, GRID, C1, C2, BAD, WARN = PALETTES["light"].values()


VEGA_LITE = "6.4"


HALF, FULL = 400, 720


# Labels keep their width only when measured with the font they are shown in.
FONTS = Path(__file__).resolve().parents[1] / "build" / "fonts"


if FONTS.is_dir():
    vl_convert.register_font_directory(str(FONTS))


def themed(spec: Spec, mode: str = "light", *, width: int | str | None = None) -> Spec:
    """The spec with the colours and type of `light`, `dark` or `print`; width `container` fits the page."""
    colours = dict(zip(PALETTES["light"].values(), PALETTES[mode].values(), strict=True))
    themed_spec: Spec = _recoloured(spec, colours)
    themed_spec["config"] = _config(PALETTES[mode])
    if width is not None:
        themed_spec["width"] = width
        themed_spec["autosize"] = {"type": "fit", "contains": "padding"}
    return themed_spec


def render(spec: Spec, mode: str = "light", *, width: int | None = None) -> str:
    """The spec as SVG; the first drawing of a process takes about a second more."""
    return vl_convert.vegalite_to_svg(themed(spec, mode, width=width), vl_version=VEGA_LITE)


def curve_lines(rows: list[dict[str, Any]], x: alt.X, y: alt.Y, names: list[str]) -> alt.Chart:
    """One or two curves, told apart by colour and dash."""
    legend = alt.Legend() if len(names) > 1 else None
    colour = alt.Color("model:N", scale=alt.Scale(domain=names, range=[C1, C2][: len(names)]), legend=legend)
    dash = alt.StrokeDash("model:N", scale=alt.Scale(domain=names, range=[[1, 0], [5, 3]][: len(names)]), legend=legend)
    tooltip = [alt.Tooltip("model:N", title="Model"), alt.Tooltip("x:Q", title=x["title"], format=".2f"),
               alt.Tooltip("y:Q", title=y["title"], format=".2f")]  # fmt: skip
    return alt.Chart(alt.Data(values=rows)).mark_line().encode(x=x, y=y, color=colour, strokeDash=dash, tooltip=tooltip)


def diagonal(low: float, high: float, x: alt.X, y: alt.Y) -> alt.Chart:
    ends = alt.Data(values=[{"x": low, "y": low}, {"x": high, "y": high}])
    return alt.Chart(ends).mark_line(color=C2, strokeDash=[3, 4], strokeWidth=1).encode(x=x, y=y)


def rule_at(at: float, channel: str, *, domain: tuple[float, float], color: str = C2) -> alt.Chart:
    """A dashed line across the chart; its axis is that of the other layers."""
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    encoded = alt.X("at:Q", scale=scale) if channel == "x" else alt.Y("at:Q", scale=scale)
    mark = alt.Chart(alt.Data(values=[{"at": drawn_digits(at)}])).mark_rule(
        color=color, strokeDash=[4, 3], strokeWidth=1.2
    )
    return mark.encode(**{channel: encoded})


def axis(
    field: str, title: str, *, domain: tuple[float, float], spec: str = "~g", grid: bool = True
) -> Any:  # X or Y by the field's name; altair gives the two no common type
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    number_format = ",.4~g" if spec == "~g" else spec
    ticks = alt.Axis(format=number_format, tickCount=5, grid=grid)
    kind = alt.Y if field == "y" else alt.X
    return kind(f"{field}:Q", title=title, scale=scale, axis=ticks)


def sized(chart: Layers, width: int, height: int) -> Spec:
    spec: Spec = chart.to_dict()
    spec.pop("config", None)
    return {**spec, "width": width, "height": height, "autosize": {"type": "fit", "contains": "padding"}}


def _config(palette: dict[str, str], size: int = 11) -> Spec:
    text = {"labelFontSize": size, "titleFontSize": size}
    return {
        "background": None,
        # One sentence describes the whole chart; a label on every mark would only be noise to a screen reader.
        "aria": False,
        "font": "Inter",
        "padding": 4,
        "view": {"stroke": None},
        "axis": {
            **text, "labelColor": palette["muted"], "titleColor": palette["muted"], "titleFontWeight": 500,
            "gridColor": palette["grid"], "domain": False, "tickSize": 0, "ticks": False, "labelFlush": False,
            "titlePadding": 8, "labelPadding": 5,
        },
        "legend": {
            **text, "labelColor": palette["ink"], "titleColor": palette["muted"], "orient": "top", "title": None,
            "symbolType": "stroke", "symbolStrokeWidth": 2.5, "symbolSize": 180, "offset": 6, "padding": 0,
        },
        "text": {"font": "Inter", "fontSize": size, "color": palette["ink"]},
        "line": {"strokeWidth": 2},
    }  # fmt: skip


def _recoloured(part: Any, colours: Mapping[str, str]) -> Any:
    """A deep copy with every palette colour replaced."""
    if isinstance(part, dict):
        return {key: _recoloured(value, colours) for key, value in part.items()}
    if isinstance(part, list):
        return [_recoloured(value, colours) for value in part]
    return colours.get(part, part) if isinstance(part, str) else part


def padded(low: float, high: float) -> tuple[float, float]:
    """A domain with a little air at both ends."""
    air = 0.06 * (high - low) or max(abs(high) * 0.05, 0.05)
    return drawn_digits(low - air), drawn_digits(high + air)


def drawn_digits(value: float) -> float:
    """A number with the digits a drawing can show."""
    return float(f"{value:.5g}")


def clipped(text: str, most: int = 24) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
