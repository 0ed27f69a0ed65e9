"""Tags and filters that draw what every room's pages share: icons, meters, charts, people, moments and navigation."""

import math
import re
import zlib
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.controls import control, control_kind, problems
from config.drawing import chart_svg, icon_svg
from config.navigation import main_links, project_links, project_section_of, section_of

register = template.Library()

RING_LENGTH = 2 * 3.14159 * 18
DASH = "–"
TONES = frozenset({"", "good", "warn", "bad", "info"})
VERDICTS = {
    "pass": ("good", "check", "Pass"),
    "fail": ("bad", "x", "Fail"),
    "inconclusive": ("warn", "arrows-left-right", "Inconclusive"),
    "waived": ("warn", "file-certificate", "Waived"),
    "missing": ("", "circle-dashed", "Missing"),
    "planned": ("", "circle-dashed", "Planned"),
    "evidenced": ("good", "check", "Evidenced"),
    "contradicted": ("bad", "x", "Contradicted"),
    "stale": ("warn", "clock", "Stale"),
    "met": ("good", "check", "Met"),
    "waiting": ("warn", "clock-hour-4", "Waiting"),
    "superseded": ("", "history", "Superseded"),
    "expired": ("warn", "calendar-x", "Expired"),
}
GATES = {"ok": ("circle-check", "Passed"), "no": ("circle-x", "Not passed"), "wait": ("clock-hour-4", "Waiting")}


# ---------- pictures ----------


@register.simple_tag
def icon(name: str, css_class: str = "ic") -> SafeString:
    """An outline icon by its name in the icon set; decorative, so put words beside it or on its button."""
    return icon_svg(name, css_class)


@register.simple_tag
def meter(percent: float | None, label: str = "", tone: str = "") -> SafeString:
    """A bar filled to a percentage; with a label it is read out, without one it is decoration beside a number."""
    width = _whole_percent(percent)
    if not label:
        return format_html('<span class="meter {}" aria-hidden="true"><i class="w-{}"></i></span>', tone, width)
    return format_html(
        '<span class="meter {}" role="meter" aria-label="{}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{}">'
        '<i class="w-{}"></i></span>',
        tone, label, width, width,
    )  # fmt: skip


@register.simple_tag
def ring(percent: float | None) -> SafeString:
    """A ring filled to a percentage; decorative, so the number stands beside it."""
    filled = RING_LENGTH * _whole_percent(percent) / 100
    # A dash of no length would still show the round end of its line.
    colour = "fg" if filled else "bg"
    return format_html(
        '<svg class="ring" viewBox="0 0 44 44" width="44" height="44" aria-hidden="true" focusable="false">'
        '<circle class="bg" cx="22" cy="22" r="18"/>'
        '<circle class="{}" cx="22" cy="22" r="18" stroke-dasharray="{} {}"/></svg>',
        colour,
        f"{filled:.1f}",
        f"{RING_LENGTH:.1f}",
    )


@register.simple_tag
def chart(svg: str, label: str) -> SafeString:
    """A chart rendered on the server, inlined, with the one sentence that says what it shows."""
    return format_html('<div class="chart" role="img" aria-label="{}">{}</div>', label, chart_svg(str(svg)))


@register.simple_tag
def avatar(person: Any, css_class: str = "", *, named: bool = False) -> SafeString:
    """A person's initials in a circle; `named=True` reads the name out, for where no name stands beside it."""
    name = _name_of(person)
    shade = "abcde"[zlib.crc32(name.encode()) % 5]
    spoken = (
        format_html('role="img" aria-label="{}" title="{}"', name, name) if named else SafeString('aria-hidden="true"')
    )
    return format_html('<span class="av {} {}" {}>{}</span>', shade, css_class, spoken, initials(person))


@register.simple_tag
def verdict(value: Any, label: str = "") -> SafeString:
    """A verdict as a pill with its icon and its word."""
    tone, sign, word = VERDICTS.get(str(value), ("", "point", str(value).replace("_", " ").capitalize()))
    return pill(label or word, tone, sign)


@register.simple_tag
def pill(label: str, tone: str = "", sign: str = "") -> SafeString:
    """A short state in a rounded box: tone is good, warn, bad, info or nothing; sign is an icon's name."""
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"A pill's tone is good, warn, bad, info or nothing, not {tone!r}.")
    return format_html('<span class="pill {}">{}{}</span>', tone, icon_svg(sign, "ic") if sign else "", label)


@register.simple_tag
def gate_sign(state: str) -> SafeString:
    """The icon of a gate's state with its word for those who do not see it."""
    name, word = GATES.get(state, GATES["wait"])
    return format_html('{}<span class="visually-hidden">{}: </span>', icon_svg(name, "ic"), word)


# ---------- people, moments, figures ----------


@register.filter
def initials(person: Any) -> str:
    """Up to two letters for a person or a name."""
    own = getattr(person, "initials", "")
    words = _name_of(person).split()
    return str(own) or "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)).upper() or "?"


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """A moment in the reader's zone, with the zone's name: 20 Nov 2026, 09:12 CET."""
    if value is None:
        return DASH
    local = timezone.localtime(value)
    return _time_element(value, f"{_day(local)}, {local:%H:%M} {local:%Z}")


@register.filter
def ago(value: datetime | None) -> SafeString | str:
    """How long ago or how soon, under 24 hours; the day otherwise."""
    if value is None:
        return DASH
    distance = timezone.now() - value
    if abs(distance) >= timedelta(hours=24):
        return _time_element(value, _day(timezone.localtime(value)))
    return _time_element(value, _relative(distance))


@register.filter
def day(value: date | datetime | None) -> SafeString | str:
    """A date: 20 Nov 2026."""
    if value is None:
        return DASH
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', f"{local:%Y-%m-%d}", _day(local))


@register.filter
def told_day(text: object) -> SafeString | str:
    """The day that another system's ISO time begins with; what is no such time stays as it was told."""
    try:
        return day(date.fromisoformat(str(text)[:10]))
    except ValueError:
        return str(text or DASH)[:40]


@register.filter
def took(value: timedelta | float | None) -> str:
    """A length of time in words: 4 min 06 s."""
    if value is None:
        return DASH
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


@register.filter
def figure(value: float | None, places: int | str = 3) -> str:
    """A number with so many decimals, a true minus sign and a dash for nothing."""
    if value is None or math.isnan(value):
        return DASH
    return f"{float(value):,.{int(places)}f}".replace("-", "−")


@register.filter
def percent(value: float | None, places: int | str = 1) -> str:
    """A share between 0 and 1 as a percentage."""
    return DASH if value is None else f"{figure(value * 100, places)} %"


@register.filter
def short_hash(value: str | None) -> SafeString | str:
    """The two ends of a long hash, with all of it on hover and for screen readers."""
    text = str(value or "")
    if not text:
        return DASH
    if len(text) <= 12:
        return format_html('<span class="mono">{}</span>', text)
    return format_html('<span class="mono" title="{}">{}…{}</span>', text, text[:6], text[-4:])


@register.filter
def mark_breaks(value: str) -> SafeString:
    """A long name that may break after its separators, so that it never widens its column."""
    parts = re.split(r"(?<=[/_.@-])", str(value))
    html = SafeString("")
    for part in parts:
        html += format_html("{}<wbr>", part)
    return html


# ---------- navigation ----------


@register.inclusion_tag("components/_main_nav.html", takes_context=True)
def main_nav(context: Context, compact: bool = False) -> dict[str, Any]:
    """The side bar's list, or the bottom bar's; a context variable `section` overrides the entry in force."""
    request = context["request"]
    links = main_links(request, context.get("section") or section_of(request))
    return {"links": links, "compact": compact, "counts": context.get("nav_counts") or {}}


@register.inclusion_tag("components/_project_tabs.html", takes_context=True)
def project_tabs(context: Context, project: Any, active: str = "") -> dict[str, Any]:
    """A project's tabs; the context may hold `tab`, `tab_counts` (numbers on them) and `hidden_tabs`."""
    current = active or context.get("tab") or project_section_of(context["request"])
    can = context.get("can") or getattr(project, "can", None)
    hidden: Collection[str] = context.get("hidden_tabs") or ()
    counts: Mapping[str, int] = context.get("tab_counts") or {}
    return {"links": project_links(project.slug, current, can=can, hidden=hidden), "counts": counts}


@register.inclusion_tag("components/_pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], noun: str = "entries", parameter: str = "page") -> dict[str, Any]:
    """Links to the other pages of a list, keeping every filter of the address."""
    query = context["request"].GET.copy()

    def to(number: int) -> str:
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    numbers = [
        (number, to(number) if isinstance(number, int) else "")
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return {
        "page": page,
        "noun": noun,
        "numbers": numbers,
        "previous": to(page.previous_page_number()) if page.has_previous() else "",
        "next": to(page.next_page_number()) if page.has_next() else "",
    }


@register.filter
def get(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """One entry of a mapping by a key that the template holds in a variable."""
    return (mapping or {}).get(key)


# ---------- forms ----------


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, example: str = "", prefix: str = "", suffix: str = "", label: str = "") -> dict[str, Any]:
    """One form field: label above, help, an example to unfold, the control, and the error that names the cure."""
    kind = control_kind(bound)
    return {
        "field": bound,
        "label": label or bound.label,
        "kind": kind,
        "control": control(bound, kind),
        "problems": problems(bound),
        "example": example or getattr(bound.field, "example", ""),
        "prefix": prefix,
        "suffix": suffix,
        "show_optional": not bound.field.required and kind not in {"check", "hidden"},
    }


@register.inclusion_tag("components/_form_fields.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    """Every field of a form in order, after what is wrong with the form as a whole."""
    return {"form": form}


@register.inclusion_tag("components/_form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """What is wrong, in one place at the top: a link to each field, and what concerns the whole form."""
    return {"form": form, "wrong": [(form[name], problems(form[name])) for name in form.errors if name in form.fields]}


def _whole_percent(value: float | None) -> int:
    return max(0, min(100, round(float(value or 0))))


def _name_of(person: Any) -> str:
    full_name = getattr(person, "get_full_name", None)
    return str((full_name() if full_name else "") or person or "")


def _day(value: date) -> str:
    return f"{value.day} {value:%b} {value.year}"


def _time_element(value: datetime, text: str) -> SafeString:
    exact = value.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        f"{exact:%Y-%m-%dT%H:%M:%SZ}",
        f"{_day(exact)}, {exact:%H:%M:%S} UTC",
        text,
    )


def _relative(distance: timedelta) -> str:
    minutes = round(abs(distance).total_seconds() / 60)
    if minutes < 1:
        return "just now"
    amount = f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"
    return f"{amount} ago" if distance > timedelta(0) else f"in {amount}"
