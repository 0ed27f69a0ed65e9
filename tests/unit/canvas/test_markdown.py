"""Markdown of people on our pages: readable, and nothing in it runs or fetches."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canvas.markdown import to_html, to_words


def test_the_usual_marks_become_the_usual_html() -> None:
    html = to_html("A **bold** and *slanted* word, `code`.\nA new line.\n\n- one\n- two\n\n> quoted")
    for piece in (
        "<strong>bold</strong>",
        "<em>slanted</em>",
        "<code>code</code>",
        "<br>",
        "<li>one</li>",
        "<blockquote>",
    ):
        assert piece in html


def test_a_link_leads_out_without_endorsement() -> None:
    assert 'href="https://example.org/a" rel="nofollow noopener noreferrer"' in to_html("[a](https://example.org/a)")


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[a](javascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "![pixel](https://example.org/pixel.png)",
        '<a href="https://example.org" onclick="alert(1)">a</a>',
        "<style>*{display:none}</style>",
        '<iframe src="https://example.org"></iframe>',
        "[a]: javascript:alert(1)\n\n[a]",
        '[a](https://example.org "\\"onmouseover=alert(1)")',
    ],
)
def test_nothing_in_a_text_runs_or_is_fetched(attack: str) -> None:
    html = to_html(attack)
    assert not re.search(r"<(script|img|style|iframe|svg|object|form|input)\b", html)
    assert not re.search(r"<[^>]+\son\w+=", html)
    assert not re.search(r'href="(?!https?:|mailto:)', html)


def test_a_heading_stays_a_line_so_that_the_page_keeps_its_order() -> None:
    assert "<h1" not in to_html("# Loud")
    assert "# Loud" in to_html("# Loud")


def test_text_reads_in_the_direction_of_its_script() -> None:
    assert to_html("עברית").startswith('<div class="md" dir="auto">')


def test_words_are_what_remains_without_the_marks() -> None:
    assert to_words("**Loud** and\n[linked](https://example.org)") == "Loud and linked"


@settings(max_examples=100)
@given(st.text(max_size=300))
def test_whatever_is_written_only_allowed_tags_come_out(text: str) -> None:
    allowed = {"div", "p", "br", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"}
    assert {tag.lower() for tag in re.findall(r"</?([a-zA-Z][\w-]*)", to_html(text))} <= allowed
