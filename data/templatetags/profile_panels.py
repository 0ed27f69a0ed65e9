"""What a worker found in a snapshot's rows, for the pages that show it."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from data.models import Dataset
from data.overlap_rows import overlaps_of
from data.profile_page import Bar, label_bars, shown
from data.services import profiles

register = template.Library()

WIDTH, HEIGHT = 100, 26
SHOWN = 6


@register.inclusion_tag("data/_profile_panel.html", takes_context=True)
def profile_panel(context: Context, dataset: Dataset) -> dict[str, Any]:
    """A snapshot's warnings, its label and its overlaps, or how far the worker is."""
    profile = profiles.newest(dataset)
    overlaps = overlaps_of(dataset)
    sentences = [sentence for overlap in overlaps for sentence in overlap.sentences]
    sentences += [warning["text"] for warning in profile.warnings] if profile else []
    return {
        "project": context["project"],
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "dataset": dataset,
        "profile": profile,
        "latest": dataset.profiles.select_related("job__project", "job__requested_by").first(),
        "sentences": sentences[:SHOWN],
        "more": max(0, len(sentences) - SHOWN),
        "label": label_bars(profile) if profile else None,
    }


@register.filter
def plain_figure(value: float | None) -> str:
    """A figure with as many digits as people read."""
    return shown(value)


@register.simple_tag
def spark(bars: list[Bar], label: str) -> SafeString:
    """Bars beside one another in the height of a line, with the sentence that says what they show."""
    if not bars:
        return SafeString("")
    most = max(bar.count for bar in bars) or 1
    step = WIDTH / len(bars)
    drawn = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}"></rect>',
        (
            (
                f"{place * step + 0.4:.1f}",
                f"{HEIGHT - _height(bar.count, most):.1f}",
                f"{max(step - 0.8, 0.6):.1f}",
                f"{_height(bar.count, most):.1f}",
            )
            for place, bar in enumerate(bars)
        ),
    )
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>',
        WIDTH, HEIGHT, WIDTH, HEIGHT, label, drawn,
    )  # fmt: skip


def _height(count: int, most: int) -> float:
    # A bin that holds a single row is still seen.
    return max(HEIGHT * count / most, 1.0) if count else 0.0
