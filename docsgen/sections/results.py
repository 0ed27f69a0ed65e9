"""What was measured: thresholds, evaluation data, results, baseline, slices, limits."""

from docsgen.content import (
    Cell,
    Fact,
    FactList,
    Figure,
    Gap,
    Item,
    Paragraph,
    Quotation,
    Row,
    Section,
    Sentence,
    Severity,
    Table,
)
from docsgen.facts import Snapshot
from docsgen.sections.words import count, figure, gap, interval, moment, quote, threshold, verdict_cell

SLICES_SHOWN = 120
HELD_TO = ("metric", "direction", "threshold", "threshold_upper")
WIDE_FIGURES = {"slices", "metrics"}


def decisive(snapshot: Snapshot) -> Snapshot | None:
    """The evaluation that the promotion checks rest on, in full."""
    return snapshot["evaluations"][0] if snapshot["evaluations"] else None


def thresholds(snapshot: Snapshot) -> Section:
    """What the version had to reach, and whether it did."""
    evaluation = decisive(snapshot)
    items: list[Item] = []
    for key in ("primary_metric", "further_metrics", "error_costs", "baseline"):
        items += quote(snapshot, 5, key)
    if evaluation and evaluation["verdicts"]:
        items.append(_verdicts(evaluation))
        items += [
            Paragraph((Sentence(f"{verdict['kpi_name']}: {verdict['reason']}", (evaluation["ref"],)),))
            for verdict in evaluation["verdicts"]
            if verdict["verdict"] != "pass"
        ]
        items += [Paragraph((sentence,)) for sentence in _moved(snapshot, evaluation)]
    else:
        items.append(
            _gap(snapshot, "No KPI threshold was judged by an evaluation.", "A KPI with a metric and a threshold")
        )
    return Section(
        "thresholds", "Metrics and thresholds",
        "What was to be reached, fixed when the evaluation was requested, and the verdicts.", tuple(items),
    )  # fmt: skip


def _verdicts(evaluation: Snapshot) -> Table:
    rows = tuple(
        Row(
            (
                Cell(verdict["kpi_name"]),
                Cell(verdict["metric_label"]),
                Cell(threshold(verdict), is_number=True),
                Cell(figure(verdict["value"]), is_number=True),
                Cell(interval(verdict), is_number=True),
                Cell(count(verdict["n"]) if verdict["n"] else "sample size not recorded", is_number=True),
                verdict_cell(verdict["verdict"]),
            ),
            (evaluation["ref"],),
        )
        for verdict in evaluation["verdicts"]
    )
    columns = ("KPI", "Metric", "Threshold", "Measured", "95 % interval", "Rows", "Verdict")
    return Table(f"KPI verdicts of evaluation {evaluation['number']}", columns, rows, numbers=frozenset({2, 3, 4, 5}))


def _moved(snapshot: Snapshot, evaluation: Snapshot) -> list[Sentence]:
    """What became of the thresholds since they were judged; nothing while they still are what the verdicts say."""
    held = {kpi["ref"]: kpi for kpi in snapshot["kpis"]}
    said = []
    for verdict in evaluation["verdicts"]:
        # Documents issued before verdicts named their KPI say nothing here.
        ref = f"canvas.kpi:{verdict.get('kpi_id', '')}"
        kpi = held.get(ref)
        start = f"{verdict['kpi_name']} was judged by {threshold(verdict)}"
        if "kpi_id" in verdict and (kpi is None or kpi["threshold"] is None):
            said.append(Sentence(f"{start}, and has no threshold any more.", (evaluation["ref"],)))
        elif kpi and any(kpi[key] != verdict[key] for key in HELD_TO):
            now = f"it asks for {threshold(kpi)} of {kpi['metric_label'] or kpi['name']}"
            said.append(Sentence(f"{start}; the KPI was changed since, and now {now}.", (evaluation["ref"], ref)))
    return said


def evaluation_data(snapshot: Snapshot) -> Section:
    """On which data the results below were measured."""
    evaluation = decisive(snapshot)
    items: list[Item] = []
    if evaluation:
        refs = tuple(ref for ref in (evaluation["ref"], evaluation["dataset_ref"]) if ref in snapshot["records"])
        facts = (
            ("Evaluation", f"number {evaluation['number']}, finished {moment(evaluation['finished_at'])}"),
            ("Data", evaluation["dataset"]),
            ("SHA-256 of the data", evaluation["data_sha256"]),
            ("Rows", count(evaluation["rows"])),
            ("Evidence", evaluation["strength"]),
            ("Sandbox tier", evaluation["sandbox_tier"]),
            ("Seed", str(evaluation["seed"])),
            ("Positive class", evaluation["positive_label"]),
            ("Requested by", evaluation["requested_by"]),
        )
        items.append(
            FactList(
                tuple(Fact(label, value, refs, is_mono=label.startswith("SHA")) for label, value in facts if value)
            )
        )
        if evaluation["held_out_reason"]:
            items.append(Paragraph((Sentence(evaluation["held_out_reason"], refs),)))
    if not evaluation or not evaluation["data_sha256"]:
        items.append(
            _gap(
                snapshot,
                "Test data hash not recorded. Results below cannot be tied to data.",
                "An evaluation on a snapshot",
            )
        )
    if len(snapshot["evaluations"]) > 1:
        items.append(_every_attempt(snapshot["evaluations"]))
    items += quote(snapshot, 5, "test_dataset_rule")
    return Section("evaluation-data", "Evaluation data", "The rows that the results rest on.", tuple(items))


def _every_attempt(evaluations: list[Snapshot]) -> Table:
    """Each finished evaluation of the version, so that a reader sees how often it was tried."""
    new = {True: "yes", False: "no", None: "cannot be told"}
    rows = tuple(
        Row(
            (
                Cell(f"evaluation {one['number']}"),
                Cell(moment(one["finished_at"])),
                Cell(one["dataset"]),
                Cell(count(one["rows"]), is_number=True),
                Cell(new[one["is_held_out"]]),
                Cell(
                    ", ".join(f"{number} {verdict}" for verdict, number in one.get("verdict_counts", {}).items()) or "–"
                ),
            ),
            (one["ref"],),
        )
        for one in sorted(evaluations, key=lambda one: int(one["number"]))
    )
    columns = ("Evaluation", "Finished", "Data", "Rows", "New to the model", "Verdicts")
    note = f"The results below are those of evaluation {evaluations[0]['number']}."
    return Table("Every finished evaluation of this version", columns, rows, numbers=frozenset({3}), note=note)


def results(snapshot: Snapshot) -> Section:
    """Every metric with its interval and sample size, beside the baseline."""
    evaluation = decisive(snapshot)
    items: list[Item] = []
    if evaluation:
        items.append(_metrics(evaluation))
        if evaluation["comparisons"]:
            items.append(_comparisons(evaluation))
        figures = [shown for shown in evaluation["figures"] if shown["name"] != "slices"]
        items += [_figure(shown, evaluation["ref"]) for shown in figures]
        items += [Paragraph((Sentence(note, (evaluation["ref"],)),)) for note in evaluation["notes"]]
    if not evaluation or evaluation["is_held_out"] is not True:
        items.append(_gap(snapshot, "No held-out evaluation.", "An evaluation on a snapshot the version has not seen"))
    return Section(
        "results", "Results, baseline and intervals", "Measured by Tenet from predictions and labels, with 95 % intervals.",
        tuple(items),
    )  # fmt: skip


def _metrics(evaluation: Snapshot) -> Table:
    baseline = {row["metric"]: row for row in evaluation["metrics"] if row["subject"] == "baseline"}
    rows = tuple(
        Row(
            (
                Cell(row["metric_label"]),
                Cell(figure(row["value"]), is_number=True),
                Cell(interval(row), is_number=True),
                Cell(count(row["n"]) if row["n"] else "sample size not recorded", is_number=True),
                Cell(figure(baseline.get(row["metric"], {}).get("value")), is_number=True),
                Cell(row["reason"] or row["method"]),
            ),
            (evaluation["ref"],),
        )
        for row in evaluation["metrics"]
        if row["subject"] == "model"
    )
    columns = ("Metric", "Value", "95 % interval", "Rows", "Baseline", "Interval by")
    note = f"Baseline: {evaluation['baseline_name']}." if evaluation["baseline_name"] else ""
    return Table(
        f"Results of evaluation {evaluation['number']}", columns, rows, numbers=frozenset({1, 2, 3, 4}), note=note
    )


def _comparisons(evaluation: Snapshot) -> Table:
    rows = tuple(
        Row(
            (
                Cell(row["metric_label"]),
                Cell(figure(row["difference"]), is_number=True),
                Cell(interval(row), is_number=True),
                Cell(count(row["n"]), is_number=True),
                verdict_cell(row["verdict"]) if row["difference"] is not None else Cell("not comparable"),
            ),
            (evaluation["ref"],),
        )
        for row in evaluation["comparisons"]
    )
    columns = ("Metric", "Model − baseline", "95 % interval", "Rows", "Against the baseline")
    return Table("Difference to the baseline on the same rows", columns, rows, numbers=frozenset({1, 2, 3}))


def slices(snapshot: Snapshot) -> Section:
    """Results for parts of the data."""
    evaluation = decisive(snapshot)
    items: list[Item] = []
    if evaluation and evaluation["slices"]:
        items += [_figure(shown, evaluation["ref"]) for shown in evaluation["figures"] if shown["name"] == "slices"]
        items.append(_slice_table(evaluation))
    items += quote(snapshot, 5, "slices")
    if not evaluation or not evaluation["slices"]:
        items.append(_unmeasured(snapshot))
    return Section("slices", "Slices", "Results for each group that was declared or asked for.", tuple(items))


def _slice_table(evaluation: Snapshot) -> Table:
    listed = evaluation["slices"]
    rows = tuple(
        Row(
            (
                Cell(row["column"]),
                Cell(row["value_label"]),
                Cell(row["metric_label"]),
                Cell(figure(row["value"]), is_number=True),
                Cell(interval(row), is_number=True),
                Cell(count(row["n"]), is_number=True),
                Cell(row["note"]),
            ),
            (evaluation["ref"],),
        )
        for row in listed[:SLICES_SHOWN]
    )
    left = len(listed) - len(rows)
    note = f"{left} more slices are in the attached JSON." if left > 0 else ""
    columns = ("Column", "Value", "Metric", "Result", "95 % interval", "Rows", "Note")
    return Table("Results by slice", columns, rows, numbers=frozenset({3, 4, 5}), note=note)


def _unmeasured(snapshot: Snapshot) -> Gap:
    groups = [item for quotation in quote(snapshot, 5, "slices") for item in quotation.lines]
    said = f"Declared groups not measured: {'; '.join(groups)}." if groups else "No groups declared."
    return _gap(snapshot, said, "An evaluation with slices")


def limits(snapshot: Snapshot) -> Section:
    """Where the model is known or expected to be poor."""
    version = snapshot["version"]
    items: list[Item] = []
    if version["limits"]:
        items.append(Quotation("Known limits", tuple(version["limits"].splitlines()), (version["ref"],)))
    else:
        items.append(
            gap(
                snapshot, "No limits recorded. Treat every use as untested.", what="The version's limits", page="models/",
                where="Models", blocks=("EU AI Act Annex IV 3",), severity=Severity.HIGH,
            )
        )  # fmt: skip
    evaluation = decisive(snapshot)
    if evaluation:
        weak = [verdict for verdict in evaluation["verdicts"] if verdict["verdict"] != "pass"]
        items += [
            Paragraph(
                (
                    Sentence(
                        f"The threshold of {v['kpi_name']} was not shown to be met: {v['reason']}", (evaluation["ref"],)
                    ),
                )
            )
            for v in weak
        ]
    return Section("limits", "Limits", "Where the model is known or expected to be poor.", tuple(items))


def _figure(shown: Snapshot, ref: str) -> Figure:
    return Figure(
        shown["print_svg"], shown["alt"], f"{shown['title']}. {shown['caption']}", (ref,), shown["name"] in WIDE_FIGURES
    )


def _gap(snapshot: Snapshot, text: str, what: str) -> Gap:
    blocks = ("Check: evaluated on held-out data", "EU AI Act Annex IV 2(g)")
    return gap(
        snapshot, text, what=what, page="evaluations/", where="Evaluations", blocks=blocks, severity=Severity.HIGH
    )
