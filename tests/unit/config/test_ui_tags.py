"""What the shared tags and filters write into a page, read back as markup."""

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import timezone

from config.drawing import BrokenDrawing, UnknownIcon, chart_svg, icon_svg
from config.templatetags import ui

VOID = {"input", "img", "br", "hr", "meta", "link", "wbr"}


class Reader(HTMLParser):
    """Collects every element with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.elements if name == tag]


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


# ---------- pictures ----------


def test_an_icon_is_drawn_inline_and_hidden_from_screen_readers():
    (svg,) = Reader(render('{% icon "home" %}')).all("svg")
    assert svg["aria-hidden"] == "true"
    assert svg["class"] == "ic"
    assert "<path" in render('{% icon "home" %}')


def test_an_icons_class_cannot_break_out_of_its_attribute():
    (svg,) = Reader(icon_svg("home", '"><script>alert(1)</script>')).all("svg")
    assert svg["class"] == '"><script>alert(1)</script>'
    assert not Reader(icon_svg("home", '"><script>')).all("script")


@pytest.mark.parametrize("name", ["no-such-icon", "../outline/home", "home.svg", "", "Home"])
def test_an_unknown_icon_is_refused_by_name(name):
    with pytest.raises(UnknownIcon, match=re.escape(repr(name))):
        icon_svg(name, "ic")


def test_a_chart_carries_its_sentence_and_is_not_read_out_mark_by_mark():
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="387" height="324" viewBox="0 0 387 324"><path d="M0 0"/></svg>'
    )
    page = Reader(render("{% chart svg sentence %}", svg=svg, sentence='v7 lies above "v6" & rises'))
    (box,) = page.all("div")
    (drawing,) = page.all("svg")
    assert box == {"class": "chart", "role": "img", "aria-label": 'v7 lies above "v6" & rises'}
    assert drawing["aria-hidden"] == "true"
    assert drawing["viewbox"] == "0 0 387 324"
    assert "width" not in drawing


def test_a_chart_loses_everything_that_could_run_load_or_style():
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        ' onload="a()" viewBox="0 0 1 1">'
        "<script>a()</script><style>*{}</style><foreignObject><b>x</b></foreignObject>"
        '<image href="/x.png"/><a href="javascript:a()"><text>in a link</text></a>'
        '<use xlink:href="#x"/><rect style="fill:red" onclick="a()" fill="url(https://example.org/x)" width="1"/>'
        '<g clip-path="url(#clip0)"><text fill="#1c2430">Thin file &lt; 12 months</text></g></svg>'
    )
    page = Reader(chart_svg(svg))
    assert {tag for tag, _ in page.elements} == {"svg", "rect", "g", "text"}
    assert page.all("rect") == [{"width": "1"}]
    assert page.all("g") == [{"clip-path": "url(#clip0)"}]
    assert "onload" not in page.all("svg")[0]
    assert "Thin file &lt; 12 months" in chart_svg(svg)


@pytest.mark.parametrize("svg", ["<svg><path></svg>", "<html/>", ""])
def test_what_is_not_a_drawing_is_refused(svg):
    with pytest.raises(BrokenDrawing):
        chart_svg(svg)


@pytest.mark.parametrize(("percent", "width"), [(0, 0), (45.6, 46), (100, 100), (170, 100), (-3, 0), (None, 0)])
def test_a_meter_is_filled_by_class_and_never_beyond_its_ends(percent, width):
    page = Reader(ui.meter(percent, "Canvas complete"))
    (bar,) = page.all("span")
    assert page.all("i") == [{"class": f"w-{width}"}]
    assert bar["aria-valuenow"] == str(width)
    assert bar["aria-label"] == "Canvas complete"


def test_a_meter_without_words_is_decoration():
    (bar,) = Reader(ui.meter(50)).all("span")
    assert bar["aria-hidden"] == "true"
    assert "role" not in bar


def test_a_half_full_ring_is_dashed_over_half_its_circle():
    circle = Reader(ui.ring(50)).all("circle")[1]
    filled, whole = map(float, circle["stroke-dasharray"].split())
    assert filled / whole == pytest.approx(0.5, abs=0.01)


def test_an_avatar_escapes_names_and_keeps_its_colour():
    page = Reader(ui.avatar('<b> "Q"', named=True))
    (circle,) = page.all("span")
    assert circle["aria-label"] == '<b> "Q"'
    assert not page.all("b")
    assert ui.avatar("Ann Lee") == ui.avatar("Ann Lee")


def test_a_pill_of_an_unknown_tone_is_a_mistake_in_the_template():
    with pytest.raises(TemplateSyntaxError, match="purple"):
        render('{% pill "x" "purple" %}')


def test_a_verdict_is_a_word_with_a_sign_not_only_a_colour():
    html = render('{% verdict "inconclusive" %}')
    assert "Inconclusive" in html
    assert "<svg" in html
    assert "pill warn" in html


def test_a_verdict_nobody_has_named_is_still_said():
    assert "Needs review" in render('{% verdict "needs_review" %}')


# ---------- people, moments, figures ----------


@pytest.mark.parametrize(("name", "letters"), [("Ann Marie Lee", "AL"), ("ann", "A"), ("", "?")])
def test_initials_take_the_first_and_the_last_word(name, letters):
    assert ui.initials(name) == letters


def test_a_moment_names_the_readers_zone():
    with timezone.override("Europe/Berlin"):
        html = ui.moment(datetime(2026, 11, 20, 8, 12, tzinfo=UTC))
    assert ">20 Nov 2026, 09:12 CET<" in html
    assert 'datetime="2026-11-20T08:12:00Z"' in html


@pytest.mark.parametrize(
    ("distance", "words"),
    [(timedelta(seconds=5), "just now"), (timedelta(minutes=12), "12 min ago"), (timedelta(hours=5), "5 h ago"),
     (timedelta(hours=-3), "in 3 h"), (timedelta(days=3), "17 Nov 2026")],
)  # fmt: skip
def test_how_long_ago_turns_into_a_date_after_a_day(monkeypatch, distance, words):
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    monkeypatch.setattr("config.templatetags.ui.timezone.now", lambda: now)
    assert f">{words}<" in ui.ago(now - distance)


def test_nothing_is_shown_as_a_dash():
    assert [f(None) for f in (ui.moment, ui.ago, ui.day, ui.took, ui.figure, ui.percent, ui.short_hash)] == ["–"] * 7


def test_a_day_is_written_out():
    assert ">3 Nov 2026<" in ui.day(date(2026, 11, 3))


@pytest.mark.parametrize(("told", "words"), [("last week", "last week"), ("2026-13-40", "2026-13-40"), (None, "–")])
def test_what_another_system_told_of_a_day_is_written_out_where_it_is_one(told, words):
    assert ">3 Nov 2026<" in ui.told_day("2026-11-03T23:59:00+00:00")
    assert ui.told_day(told) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0042, "4 ms"),
        (7.25, "7.2 s"),
        (42, "42 s"),
        (timedelta(seconds=246), "4 min 06 s"),
        (3 * 3600 + 300, "3 h 05 min"),
    ],
)
def test_lengths_of_time_are_in_words(value, words):
    assert ui.took(value) == words


@pytest.mark.parametrize(
    ("value", "shown"), [(0.78412, "0.784"), (-0.0005, "−0.001"), (24180.0, "24,180.000"), (float("nan"), "–")]
)
def test_figures_have_a_true_minus_and_grouped_thousands(value, shown):
    assert ui.figure(value) == shown


def test_a_share_becomes_a_percentage():
    assert ui.percent(0.072) == "7.2 %"


def test_a_long_hash_shows_its_ends_and_keeps_the_rest():
    html = ui.short_hash("b87e0d" + "a" * 54 + "40fd")
    assert "b87e0d…40fd" in html
    assert Reader(html).all("span")[0]["title"] == "b87e0d" + "a" * 54 + "40fd"


def test_a_long_name_breaks_after_its_separators_and_stays_escaped():
    assert ui.mark_breaks("a/<b>") == "a/<wbr>&lt;b&gt;<wbr>"


# ---------- forms ----------


class Questionnaire(forms.Form):
    name = forms.CharField(
        label="Name",
        help_text="What people look for.",
        max_length=5,
        widget=forms.TextInput(attrs={"placeholder": "Name"}),
    )
    note = forms.CharField(label="Note", required=False)
    sure = forms.BooleanField(label="Freeze it")
    kind = forms.ChoiceField(label="Kind", widget=forms.RadioSelect, choices=[("a", "Declared"), ("b", "Measured")])
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_field_ties_its_label_help_and_error_to_its_control():
    page = Reader(render("{% form_fields form %}", form=Questionnaire({"name": "too long", "sure": "on", "kind": "a"})))
    control = next(attrs for attrs in page.all("input") if attrs["name"] == "name")
    assert control["aria-describedby"] == "id_name_help id_name_error"
    assert control["aria-invalid"] == "true"
    assert "id_name" in [attrs.get("for") for attrs in page.all("label")]
    assert {"id_name_help", "id_name_error"} <= {attrs.get("id") for _, attrs in page.elements}


def test_an_empty_required_field_is_told_what_to_do():
    html = render("{% form_fields form %}", form=Questionnaire({}))
    assert "Enter a value for “Name”." in html
    assert "Choose an option for “Kind”." in html
    assert "Tick “Freeze it” to go on." in html
    assert "This field is required" not in html


def test_no_placeholder_stands_in_for_a_label():
    assert "placeholder" not in render("{% field form.name %}", form=Questionnaire())


def test_what_may_stay_empty_says_so():
    assert "(optional)" in render("{% field form.note %}", form=Questionnaire())
    assert "(optional)" not in render("{% field form.name %}", form=Questionnaire())


def test_the_error_summary_links_to_each_field():
    html = render("{% form_errors form %}", form=Questionnaire({"name": "", "sure": "on", "kind": "a"}))
    page = Reader(html)
    assert [attrs["href"] for attrs in page.all("a")] == ["#id_name"]
    assert "1 field needs another look" in html
    assert page.all("div")[0]["role"] == "alert"


def test_a_form_without_errors_has_no_summary():
    assert render("{% form_errors form %}", form=Questionnaire()).strip() == ""


def test_choices_are_a_group_with_one_legend_and_labelled_options():
    page = Reader(render("{% field form.kind %}", form=Questionnaire()))
    assert len(page.all("fieldset")) == 1
    assert {attrs["id"] for attrs in page.all("input")} == {attrs["for"] for attrs in page.all("label")}


def test_a_ticked_choice_sends_its_value():
    html = render("{% field form.kind %}", form=Questionnaire({"kind": "b"}))
    assert [(attrs["value"], "checked" in attrs) for attrs in Reader(html).all("input")] == [("a", False), ("b", True)]


def test_a_hidden_field_shows_nothing():
    page = Reader(render("{% field form.token %}", form=Questionnaire()))
    assert [tag for tag, _ in page.elements] == ["input"]


# ---------- navigation ----------


def request_for(path: str, **user: object):
    request = RequestFactory().get(path)
    request.user = SimpleNamespace(is_authenticated=True, is_administrator=False, is_auditor=False, **user)
    return request


def test_the_pager_keeps_the_filters_of_the_address():
    page = Paginator(range(240), 25).get_page(4)
    html = render('{% pager page "versions" %}', page=page, request=request_for("/x/?q=a%26b&page=4"))
    reader = Reader(html)
    assert "76 to 100 of 240 versions" in html
    assert "?q=a%26b&page=5" in [attrs["href"] for attrs in reader.all("a")]
    assert [attrs["aria-label"] for attrs in reader.all("a") if "aria-current" in attrs] == ["Page 4"]


def test_one_page_needs_no_links():
    html = render("{% pager page %}", page=Paginator(range(3), 25).get_page(1), request=request_for("/"))
    assert "1 to 3 of 3 entries" in html
    assert not Reader(html).all("a")


def test_an_empty_list_has_no_pager():
    html = render("{% pager page %}", page=Paginator([], 25).get_page(1), request=request_for("/"))
    assert html.strip() == ""


def test_a_chart_reads_the_same_whatever_prefix_a_library_gave_to_svg():
    ElementTree.register_namespace("pic", "http://www.w3.org/2000/svg")
    drawing = chart_svg('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><g><text>both</text></g></svg>')
    assert {tag for tag, _ in Reader(drawing).elements} == {"svg", "g", "text"}
