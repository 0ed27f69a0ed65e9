from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_safe

from canvas.access import get_project
from canvas.charts import cumulative_chart, npv_histogram, tornado_chart
from canvas.forms.money import TermsForm, rates_parts
from canvas.models import Project, RoiEstimate
from canvas.roi.estimate import Results
from canvas.roi.inputs import Impossible
from canvas.roi.lines import Lines, MissingRates, currencies_of
from canvas.roles import Permission
from canvas.services import estimates
from canvas.services.money import latest_estimate
from canvas.templatetags.money_panels import as_money, percent
from canvas.views.requests import signed_in

KEPT_TERMS = tuple(key for key in estimates.TERMS if key not in ("note", "rates_source", "exchange_rates"))
SCENARIOS = (("low", "Low"), ("likely", "Likely"), ("high", "High"))
ROWS = (
    ("benefit", "Benefit"),
    ("cost_once", "Paid once"),
    ("cost_running", "Paid again and again"),
    ("error_cost", "Cost of errors"),
    ("net", "Net benefit"),
    ("npv", "Net present value"),
)


@require_http_methods(["GET", "POST"])
def estimate_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose the terms of an estimate, see what it comes to, and freeze it."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    lines = estimates.lines_of(project)
    form = TermsForm(
        request.POST if request.method == "POST" else None,
        currencies=currencies_of(lines),
        initial=_last_terms(project, lines),
    )
    wants_preview = request.method == "GET" or "preview" in request.POST
    if not wants_preview and form.is_valid():
        try:
            saved = estimates.save_estimate(project, by=user, **form.terms)
        except (MissingRates, estimates.NoLines, Impossible) as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, f"Estimate {saved.number} is saved. It stays as it is.")
            return redirect("canvas:roi-detail", slug, saved.number)
    context = {"project": project, "form": form, "line_count": sum(map(len, lines.values()))}
    context |= _previewed(form, lines)
    # A preview answers what was typed so far; only saving says that something has to be corrected.
    return render(request, "canvas/roi_form.html", context, status=422 if form.errors and not wants_preview else 200)


@require_safe
def estimate_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One frozen estimate: what comes out, what it rests on, and what readings say since."""
    project = get_project(signed_in(request), slug)
    known = RoiEstimate.objects.select_related("created_by")
    saved = get_object_or_404(known, project=project, number=number)
    others = RoiEstimate.objects.filter(project=project).exclude(pk=saved.pk).only("number", "created_at", "currency")
    context = {
        "project": project,
        "estimate": saved,
        "terms": terms_in_words(saved),
        "comparison": estimates.against_readings(saved),
        "others": list(others[:30]),
        **shown(saved.results, saved.currency),
    }
    return render(request, "canvas/roi_detail.html", context)


@require_safe
def estimate_compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Two estimates side by side, with what differs in their terms and lines."""
    project = get_project(signed_in(request), slug)
    every = RoiEstimate.objects.filter(project=project)
    first, second = (_chosen(project, request.GET.get(key)) for key in ("a", "b"))
    context: dict[str, Any] = {"project": project, "every": every.only("number", "created_at"), "a": first, "b": second}
    if first and second:
        context |= {
            "results": _beside(first, second),
            "terms": _terms_beside(first, second),
            "lines": _lines_beside(first, second),
        }
    return render(request, "canvas/roi_compare.html", context)


@dataclass(frozen=True)
class Shown:
    """One row of the table of scenarios."""

    label: str
    low: str
    likely: str
    high: str


def shown(results: Results, currency: str) -> dict[str, Any]:
    """What the page of an estimate and its preview show of the results."""
    rows = [Shown(label, *(as_money(results[name][key], currency) for name, _ in SCENARIOS)) for key, label in ROWS]
    rows.append(Shown("Return on investment", *(percent(results[name]["roi"]) for name, _ in SCENARIOS)))
    rows.append(Shown("Pays back", *(_payback(results[name]["payback_month"]) for name, _ in SCENARIOS)))
    rows.append(
        Shown("Pays back, discounted", *(_payback(results[name]["discounted_payback_month"]) for name, _ in SCENARIOS))
    )
    return {
        "results": results,
        "currency": currency,
        "scenario_rows": rows,
        "movers": movers_sentence(results, currency),
        "break_even": break_even_sentence(results),
        "histogram": npv_histogram(results, currency),
        "tornado": tornado_chart(results, currency),
        "cumulative": cumulative_chart(results, currency),
        "payback": _payback(results["likely"]["payback_month"]),
        "clears_hurdle": results["roi_likely"] is not None and results["roi_likely"] > results["hurdle_rate"],
    }


def movers_sentence(results: Results, currency: str) -> str:
    """The two inputs that move the net present value most, in words."""
    words = [
        f"{one['label']} (by {as_money(one['swing'], currency)} between its low and its high)"
        for one in results["tornado"][:2]
    ]
    if not words:
        return "No input varies, so nothing moves the net present value."
    if len(words) == 1:
        return f"Only one input moves the net present value: {words[0]}."
    return f"The net present value moves most with {words[0]} and {words[1]}."


def break_even_sentence(results: Results) -> str:
    """How large the uplifts have to be for a net present value of zero, in words."""
    found = results["break_even"]
    if found["multiplier"] is None:
        return str(found["reason"])
    lines = ", ".join(f"{line['label']} {percent(line['uplift'], 2)}" for line in found["lines"])
    beyond = " That is more than all of the volume." if any(line["uplift"] > 1 for line in found["lines"]) else ""
    return f"The net present value is zero when every likely uplift is multiplied by {found['multiplier']:.3g}: {lines}.{beyond}"


def terms_in_words(saved: RoiEstimate) -> list[tuple[str, str]]:
    """The terms of an estimate as label and words."""
    rates = ", ".join(f"1 {code} = {rate:,.6g} {saved.currency}" for code, rate in sorted(saved.exchange_rates.items()))
    three = (saved.adoption_low, saved.adoption_likely, saved.adoption_high)
    return [
        ("Currency", saved.currency),
        ("Exchange rates", rates),
        ("Rates from", saved.rates_source),
        ("Month 1 begins", date_format(saved.starts_on, "j M Y")),
        ("Horizon", f"{saved.horizon_months} months"),
        (
            "Discount rate",
            f"{percent(saved.discount_rate, 2)} a year",
        ),
        ("Hurdle", percent(saved.hurdle_rate)),
        ("Adoption", " · ".join(percent(share, 0) for share in three)),
        ("Predictions", f"{saved.predictions_per_year:,.0f} a year"),
        ("Draws", f"{saved.draws:,}, seed {saved.seed}"),
        ("Note", saved.note),
    ]


def _previewed(form: TermsForm, lines: Lines) -> dict[str, Any]:
    """The results for the terms typed so far, or the sentence that says why there are none."""
    if form.is_bound and not form.is_valid() and set(form.errors) != {"__all__"}:
        return {"refusal": "Correct what is marked, and the figures appear here."}
    terms = form.terms if form.is_bound else _initial_terms(form)
    try:
        return shown(estimates.preview(lines, **terms), terms["currency"])
    except (MissingRates, estimates.NoLines, Impossible) as reason:
        return {"refusal": str(reason).replace(" Nothing was saved, and no line is lost.", "")}


def _initial_terms(form: TermsForm) -> dict[str, Any]:
    """The terms as the page first shows them."""
    values = {key: form.get_initial_for_field(field, key) for key, field in form.fields.items()}
    rates = {code: rate for code in form.foreign if (rate := values.get(f"rate_{code}"))}
    values["predictions_per_year"] = float(values["predictions_per_year"])
    return {key: values.get(key, "") for key in estimates.TERMS} | {"exchange_rates": rates}


def _last_terms(project: Project, lines: Lines) -> dict[str, Any]:
    """The terms of the estimate before, or the currency that most lines are in."""
    before = latest_estimate(project)
    if before is None:
        codes = [line["currency"] for kind in lines.values() for line in kind]
        return {"currency": max(sorted(set(codes)), key=codes.count)} if codes else {}
    kept = {key: getattr(before, key) for key in KEPT_TERMS}
    kept["predictions_per_year"] = f"{before.predictions_per_year:.15g}"
    return kept | {"exchange_rates": before.exchange_rates} | rates_parts(before.rates_source)


def _chosen(project: Project, text: str | None) -> RoiEstimate | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Http404("No such estimate.")
    return get_object_or_404(RoiEstimate, project=project, number=int(text))


def _beside(a: RoiEstimate, b: RoiEstimate) -> list[tuple[str, str, str, str]]:
    """The likely results of both, and the difference where both are in one currency."""
    left, right = a.results["likely"], b.results["likely"]
    rows = []
    for key, label in ROWS:
        change = as_money(right[key] - left[key], b.currency) if a.currency == b.currency else "other currency"
        rows.append((label, as_money(left[key], a.currency), as_money(right[key], b.currency), change))
    both = left["roi"] is not None and right["roi"] is not None
    rows.append(
        (
            "Return on investment",
            percent(left["roi"]),
            percent(right["roi"]),
            _points(right["roi"] - left["roi"]) if both else "–",
        )
    )
    rows.append(("Pays back", _payback(left["payback_month"]), _payback(right["payback_month"]), ""))
    chances = [one.results["distribution"]["probability_positive"] for one in (a, b)]
    chance, change = "Chance of a net present value above zero", _points(chances[1] - chances[0])
    rows.append((chance, percent(chances[0]), percent(chances[1]), change))
    return rows


def _terms_beside(a: RoiEstimate, b: RoiEstimate) -> list[tuple[str, str, str]]:
    pairs = zip(terms_in_words(a), terms_in_words(b), strict=True)
    return [(label, left, right) for (label, left), (_, right) in pairs if left != right and label != "Note"]


def _lines_beside(a: RoiEstimate, b: RoiEstimate) -> list[tuple[str, str]]:
    """Which lines came, went or changed between two estimates, in words."""
    left, right = ({line["key"]: line for kind in one.lines.values() for line in kind} for one in (a, b))
    found = []
    for key in sorted(left.keys() | right.keys()):
        before, after = left.get(key), right.get(key)
        if before is None and after is not None:
            found.append((after["label"], "is new"))
        elif after is None and before is not None:
            found.append((before["label"], "was removed"))
        elif before and after and before != after:
            changed = [name for name in after if after[name] != before.get(name)]
            found.append((after["label"], "; ".join(_changed(name, before.get(name), after[name]) for name in changed)))
    return found


def _changed(name: str, before: Any, after: Any) -> str:  # Any: JSON values
    return f"{name.replace('_', ' ')} {before if before not in (None, '') else '–'} → {after if after not in (None, '') else '–'}"


def _points(change: float) -> str:
    return f"{percent(change).removesuffix(' %')} points"


def _payback(month: int | None) -> str:
    if month is None:
        return "not within the horizon"
    return "before month 1" if month == 0 else f"in month {month}"
