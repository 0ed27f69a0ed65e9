"""The charts of an evaluation: one function per chart, from a measurement to a drawing with its words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import altair as alt
import numpy as np

from drawing.vega import (
    C1,
    GRID,
    HALF,
    INK,
    MUTED,
    Layers,
    Spec,
    axis,
    clipped,
    curve_lines,
    diagonal,
    drawn_digits,
    padded,
    render,
    rule_at,
    sized,
    themed,
)
from evaluation.drawing import estimate_dots, upright_intervals
from evaluation.measures.curves import Bin
from evaluation.measures.estimates import Estimate, show, show_interval
from evaluation.measures.evaluate import Measurement
from evaluation.measures.metrics import find
from evaluation.measures.verdicts import Outcome, Threshold, judge

__all__ = ["Chart", "charts_for", "render", "render_print", "themed"]

Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]

PRINT_WIDTH = 460
MOST_SLICES = 40
MOST_CLASSES = 20
# More classes than this leave no room for numbers in the cells.
MOST_LABELLED_CLASSES = 10


@dataclass(frozen=True)
class Chart:
    """A drawing, the sentence that replaces it, the sentence that concludes from it, and its numbers."""

    name: str
    title: str
    spec: Spec
    svg: str
    alt: str
    caption: str
    table_columns: tuple[str, ...]
    table_rows: tuple[tuple[str, ...], ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values for storage."""
        return {
            **self.__dict__,
            "table_columns": list(self.table_columns),
            "table_rows": [list(row) for row in self.table_rows],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The chart a stored row describes."""
        columns, rows = tuple(stored["table_columns"]), tuple(tuple(row) for row in stored["table_rows"])
        return cls(**{**stored, "table_columns": columns, "table_rows": rows})


def render_print(chart: Chart) -> str:
    """The chart as SVG in the width of a printed page."""
    width = min(PRINT_WIDTH, int(chart.spec["width"]) + 60)
    return render(chart.spec, "print", width=width)


def charts_for(
    measurement: Measurement, *, name: str = "the model", thresholds: Mapping[str, Threshold] | None = None
) -> list[Chart]:
    """Every chart the measurement has numbers for, in reading order."""
    curves = measurement.curves
    primary = measurement.primary[0]
    drawn: list[tuple[object, Callable[[], Chart]]] = [
        (measurement.baselines, lambda: versus_baselines(measurement, primary, name=name)),
        (curves.roc, lambda: roc(measurement, name=name)),
        (curves.precision_recall, lambda: precision_recall(measurement, name=name)),
        (curves.calibration, lambda: calibration(measurement)),
        (curves.confusion, lambda: confusion_matrix(measurement)),
        (curves.actual, lambda: predicted_vs_actual(measurement)),
        (curves.residuals, lambda: residuals(measurement)),
        (curves.residual_histogram, lambda: residual_histogram(measurement)),
        (measurement.slices, lambda: slices(measurement, primary, threshold=(thresholds or {}).get(primary))),
    ]
    return [draw() for has_numbers, draw in drawn if has_numbers]


def roc(measurement: Measurement, *, name: str = "the model", other: tuple[str, Measurement] | None = None) -> Chart:
    """Recall against false positive rate, with the diagonal of chance."""
    series = [(name, measurement), *([other] if other else [])]
    rows: list[dict[str, Any]] = [
        {"x": round(x, 4), "y": round(y, 4), "model": label} for label, one in series for x, y in one.curves.roc
    ]
    x = axis("x", "False positive rate", domain=(0, 1), spec=".1f", grid=False)
    y = axis("y", "True positive rate (recall)", domain=(0, 1), spec=".1f")
    spec = sized(alt.layer(diagonal(0, 1, x, y), curve_lines(rows, x, y, [label for label, _ in series])), HALF, 260)
    found = [f"{label} finds {_percent(np.interp(0.1, *_columns(one.curves.roc)))}" for label, one in series]
    caption = f"With 10 % of the negative rows flagged, {' and '.join(found)} of the positive rows."
    areas = "; ".join(f"{label} {one.find('roc_auc').sentence}" for label, one in series)
    table = tuple((r["model"], f"{r['x']:.3f}", f"{r['y']:.3f}") for r in rows)
    columns = ("Model", "False positive rate", "True positive rate")
    return _chart("roc", "ROC curve", spec, (f"ROC curve. ROC AUC: {areas}.", caption), (columns, table))


def precision_recall(
    measurement: Measurement, *, name: str = "the model", other: tuple[str, Measurement] | None = None
) -> Chart:
    """Precision against recall, with the share of positive rows as chance."""
    series = [(name, measurement), *([other] if other else [])]
    rows: list[dict[str, Any]] = [
        {"x": round(x, 4), "y": round(y, 4), "model": label}
        for label, one in series
        for x, y in one.curves.precision_recall
    ]
    chance = measurement.class_counts[1][1] / measurement.n
    x = axis("x", "Recall", domain=(0, 1), spec=".1f", grid=False)
    y = axis("y", "Precision", domain=(0, 1), spec=".1f")
    lines = curve_lines(rows, x, y, [label for label, _ in series])
    spec = sized(alt.layer(rule_at(chance, "y", domain=(0, 1)), lines), HALF, 260)
    best = [
        f"{_percent(max(y for x, y in one.curves.precision_recall if x >= min(0.8, 1.0)))} with {label}"
        for label, one in series
    ]
    caption = (
        f"Of the rows flagged to find 80 % of the positive ones, {' and '.join(best)} are positive; "
        f"by chance it would be {_percent(chance)}."
    )
    values = "; ".join(f"{label} {one.find('average_precision').sentence}" for label, one in series)
    table = tuple((r["model"], f"{r['x']:.3f}", f"{r['y']:.3f}") for r in rows)
    text = f"Precision–recall curve. Average precision: {values}."
    columns = ("Model", "Recall", "Precision")
    return _chart("precision_recall", "Precision and recall", spec, (text, caption), (columns, table))


def calibration(measurement: Measurement) -> Chart:
    """Observed share against predicted probability, by tenth of rows."""
    bins = measurement.curves.calibration
    top = min(1.0, 1.08 * max(max(b.high, b.predicted) for b in bins))
    domain = (0.0, round(top, 3))
    x = axis("x", "Mean predicted probability", domain=domain, spec="%", grid=False)
    y = axis("y", "Observed share of positive rows", domain=domain, spec="%")
    off = [b for b in bins if not b.low <= b.predicted <= b.high]
    verdicts = ("On the diagonal", "Off the diagonal")
    marks = upright_intervals([_bin_row(b, off, verdicts) for b in bins], x, y, verdicts)
    spec = sized(alt.layer(diagonal(0, domain[1], x, y), *marks), HALF, 260)
    alt_text = (
        f"Calibration in {len(bins)} groups of rows: predicted probability against observed share. "
        f"Expected calibration error {measurement.find('ece').sentence}."
    )
    columns = ("Predicted", "Observed", "95 % interval", "Rows")
    table = tuple(
        (
            _percent(b.predicted, 1),
            _percent(b.observed, 1),
            f"{_percent(b.low, 1)} to {_percent(b.high, 1)}",
            f"{b.n:,}",
        )
        for b in bins
    )
    title = "Calibration, by tenth of score"
    return _chart("calibration", title, spec, (alt_text, _calibration_caption(bins, off)), (columns, table))


def _calibration_caption(bins: Sequence[Bin], off: Sequence[Bin]) -> str:
    if not off:
        return f"All {len(bins)} groups lie on the diagonal within their 95 % intervals."
    worst = max(off, key=lambda b: abs(b.observed - b.predicted))
    side = "low" if worst.observed > worst.predicted else "high"
    return (
        f"{len(off)} of {len(bins)} groups lie off the diagonal. Worst: predicted {_percent(worst.predicted)}, "
        f"observed {_percent(worst.observed)}, so the probability is too {side} there."
    )


def confusion_matrix(measurement: Measurement) -> Chart:
    """Rows by true and predicted class; shade is the share of the true class."""
    names, counts = measurement.curves.classes, np.array(measurement.curves.confusion)
    kept = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[:MOST_CLASSES])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    labels = [clipped(names[i]) for i in kept]
    rows: list[dict[str, Any]] = [
        {"true": clipped(names[i]), "predicted": clipped(names[j]), "share": round(float(shares[i, j]), 4),
         "text": f"{counts[i, j]:,}", "percent": _percent(shares[i, j])}
        for i in kept for j in kept
    ]  # fmt: skip
    spec = sized(_confusion_layers(rows, labels), HALF, int(np.clip(len(kept) * 56, 150, 400)))
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    missed, taken = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    caption = "No row is predicted wrongly."
    if wrong[missed, taken]:
        caption = (
            f"The most frequent mistake: '{names[missed]}' predicted as '{names[taken]}', in {wrong[missed, taken]:,} "
            f"of its {counts[missed].sum():,} rows ({_percent(shares[missed, taken])})."
        )
    if len(kept) < len(names):
        caption += f" Drawn are the {len(kept)} most frequent of {len(names)} classes."
    right = f"{np.trace(counts):,} of {counts.sum():,} rows are predicted correctly."
    text = f"Confusion matrix of {len(names)} classes. {right}"
    table = tuple((r["true"], r["predicted"], r["text"], r["percent"]) for r in rows)
    columns = ("True class", "Predicted class", "Rows", "Share of true class")
    return _chart("confusion_matrix", "Confusion matrix", spec, (text, caption), (columns, table))


def _confusion_layers(rows: list[dict[str, Any]], labels: list[str]) -> Layers:
    names = alt.Axis(labelColor=INK, grid=False, labelAngle=0, labelLimit=120)
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("predicted:N", sort=labels, title="Predicted", axis=names),
        y=alt.Y("true:N", sort=labels, title="True", axis=names),
    )
    # Never darker than what ink can be read on.
    shade = alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 0.5]), legend=None)
    cells = base.mark_rect(color=C1, stroke=GRID, cornerRadius=3).encode(opacity=shade)
    if len(labels) > MOST_LABELLED_CLASSES:
        return alt.layer(cells)
    counts = base.mark_text(color=INK, fontWeight=600, dy=-7).encode(text="text:N")
    shares = base.mark_text(color=MUTED, dy=8).encode(text="percent:N")
    return alt.layer(cells, counts, shares)


def predicted_vs_actual(measurement: Measurement) -> Chart:
    """Predicted against actual values, with the diagonal of perfect predictions."""
    pairs = measurement.curves.actual
    values = [value for pair in pairs for value in pair]
    domain = padded(min(values), max(values))
    x = axis("x", "Actual", domain=domain, grid=False)
    y = axis("y", "Predicted", domain=domain)
    rows = [{"x": drawn_digits(a), "y": drawn_digits(p)} for a, p in pairs]
    points = alt.Chart(alt.Data(values=rows)).mark_point(filled=True, size=22, color=C1, opacity=0.45)
    spec = sized(alt.layer(diagonal(*domain, x, y), points.encode(x=x, y=y)), HALF, 280)
    drawn = "all rows" if len(pairs) == measurement.n else f"{len(pairs)} rows drawn at random of {measurement.n:,}"
    caption = (
        f"Half of the predictions are within {show(measurement.find('median_ae').value or 0.0)} of the actual value, "
        f"nine of ten within {show(measurement.find('p90_ae').value or 0.0)}."
    )
    text = f"Predicted against actual values of {drawn}. R² {measurement.find('r2').sentence}."
    table = tuple((show(a), show(p)) for a, p in pairs)
    columns = ("Actual", "Predicted")
    return _chart("predicted_vs_actual", "Predicted and actual", spec, (text, caption), (columns, table))


def residuals(measurement: Measurement) -> Chart:
    """The mean error by group of neighbouring predictions."""
    bins = measurement.curves.residuals
    x = axis("x", "Predicted", domain=padded(bins[0].predicted, bins[-1].predicted), grid=False)
    lows, highs = [b.low for b in bins], [b.high for b in bins]
    domain = padded(min(0.0, *lows), max(0.0, *highs))
    y = axis("y", "Mean error (predicted − actual)", domain=domain)
    off = [b for b in bins if not b.low <= 0 <= b.high]
    verdicts = ("No bias shown", "Biased")
    marks = upright_intervals([_bin_row(b, off, verdicts) for b in bins], x, y, verdicts)
    spec = sized(alt.layer(rule_at(0.0, "y", domain=domain), *marks), HALF, 260)
    caption = "Along the whole range of predictions, the 95 % interval of the mean error includes zero."
    if off:
        worst = max(off, key=lambda b: abs(b.observed))
        caption = (
            f"In {len(off)} of {len(bins)} groups the mean error differs from zero. Worst: predictions around "
            f"{show(worst.predicted)} are {show(abs(worst.observed))} too {'high' if worst.observed > 0 else 'low'}."
        )
    text = f"Mean error by predicted value, in {len(bins)} groups. Overall {measurement.find('mean_error').sentence}."
    columns = ("Predicted", "Mean error", "95 % interval", "Rows")
    table = tuple((show(b.predicted), show(b.observed), show_interval((b.low, b.high)), f"{b.n:,}") for b in bins)
    return _chart("residuals", "Error by predicted value", spec, (text, caption), (columns, table))


def residual_histogram(measurement: Measurement) -> Chart:
    """How often errors of each size occur."""
    bars = measurement.curves.residual_histogram
    rows = [{"start": drawn_digits(b.start), "end": drawn_digits(b.end), "n": b.n} for b in bars]
    span = padded(bars[0].start, bars[-1].end)
    x = axis("start", "Error (predicted − actual)", domain=span, grid=False)
    y = alt.Y("n:Q", title="Rows", axis=alt.Axis(tickCount=5, format="~s"))
    drawn = alt.Chart(alt.Data(values=rows)).mark_rect(color=C1, opacity=0.7)
    layers = alt.layer(drawn.encode(x=x, x2="end:Q", y=y, y2=alt.datum(0)), rule_at(0.0, "x", domain=span))
    high = sum(b.n for b in bars if b.start + b.end > 0) / measurement.n
    caption = f"About {_percent(high)} of the predictions are too high and {_percent(1 - high)} are too low."
    if len(bars) == 1:
        caption = f"Every prediction is off by the same amount: {show(bars[0].start)}."
    text = f"Histogram of the errors of {measurement.n:,} rows, from {show(bars[0].start)} to {show(bars[-1].end)}."
    table = tuple((show_interval((b.start, b.end)), f"{b.n:,}") for b in bars)
    name, title = "residual_histogram", "Distribution of errors"
    return _chart(name, title, sized(layers, HALF, 220), (text, caption), (("Error", "Rows"), table))


def slices(measurement: Measurement, metric: str, *, threshold: Threshold | None = None) -> Chart:
    """A metric on every slice, with its interval, and the threshold it has to reach."""
    found = find(measurement.task, metric)
    every = [
        (f"{column.name} · {part.label}" + (f" (only {part.n:,})" if part.note else ""), part.find(metric), part.note)
        for column in measurement.slices
        for part in column.results
    ]
    drawn = [(label, one) for label, one, _ in every if one.interval is not None][:MOST_SLICES]
    spec = estimate_dots(drawn, found, threshold)
    columns = ("Slice", found.name, "95 % interval", "n", "Remark")
    table = tuple(
        (label, _value(one), show_interval(one.interval) if one.interval else "–", f"{one.n:,}", note or one.reason)
        for label, one, note in every
    )
    caption = _slices_caption(drawn, len(every), found.higher_is_better, threshold)
    text = f"{found.name} on {len(drawn)} slices, each with its 95 % interval. {caption}"
    return _chart("slices", f"{found.name} by slice", spec, (text, caption), (columns, table))


def _slices_caption(
    drawn: Sequence[tuple[str, Estimate]], total: int, higher_is_better: bool | None, threshold: Threshold | None
) -> str:
    if not drawn:
        return "No slice has enough rows for an interval."
    sizes = {label: one.value or 0.0 for label, one in drawn}
    if higher_is_better is None:
        worst = max(sizes, key=lambda label: abs(sizes[label]))
    else:
        worst = min(sizes, key=sizes.__getitem__) if higher_is_better else max(sizes, key=sizes.__getitem__)
    estimate = dict(drawn)[worst]
    parts = [f"Weakest: {worst} with {estimate.sentence}."]
    if threshold is not None:
        outcomes = [judge(one, threshold).outcome for _, one in drawn]
        parts.insert(
            0,
            f"Of {len(drawn)} slices, {outcomes.count(Outcome.PASS)} meet the threshold ({threshold.words}), "
            f"{outcomes.count(Outcome.FAIL)} miss it, and {outcomes.count(Outcome.INCONCLUSIVE)} are inconclusive.",
        )
    if len(drawn) < total:
        parts.append(f"{total - len(drawn)} more are in the table only.")
    return " ".join(parts)


def versus_baselines(measurement: Measurement, metric: str, *, name: str = "the model") -> Chart:
    """A metric of the model and of each baseline on the same rows."""
    found = find(measurement.task, metric)
    every = [(name, measurement.find(metric))]
    for baseline in measurement.baselines:
        own = next(one for one in baseline.estimates if one.metric == metric)
        every.append((baseline.name, own))
    drawn = [(label, one) for label, one in every if one.interval is not None]
    spec = estimate_dots(drawn, found, None, first_stands_out=True)
    caption = " ".join(baseline.find(metric).sentence for baseline in measurement.baselines)
    text = f"{found.name} of the model and its baselines: " + "; ".join(f"{a} {b.sentence}" for a, b in every) + "."
    columns = ("Predictions", found.name, "95 % interval", "n")
    table = tuple(
        (label, _value(one), show_interval(one.interval) if one.interval else "–", f"{one.n:,}") for label, one in every
    )
    return _chart("versus_baselines", f"{found.name} against baselines", spec, (text, caption), (columns, table))


def _bin_row(b: Bin, off: Sequence[Bin], verdicts: tuple[str, str]) -> dict[str, Any]:
    numbers = {"x": b.predicted, "y": b.observed, "low": b.low, "high": b.high}
    row: dict[str, Any] = {key: drawn_digits(value) for key, value in numbers.items()}
    return row | {"n": b.n, "verdict": verdicts[b in off]}


def _chart(name: str, title: str, spec: Spec, words: tuple[str, str], table: Table) -> Chart:
    """The finished chart; `words` are the sentence that replaces it and the one that concludes from it."""
    columns, rows = table
    return Chart(name, title, spec, render(spec), words[0].replace("..", "."), words[1], columns, rows)


def _percent(share: Any, digits: int = 0) -> str:
    return f"{float(share) * 100:.{digits}f} %"


def _value(estimate: Estimate) -> str:
    return "–" if estimate.value is None else show(estimate.value)


def _columns(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
