"""A plan as Markdown that people read: the ten blocks first, then everything else as tables."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from canvas.answers import display, display_cell, value_statement
from canvas.blocks import BLOCKS, Block, Field, Kind
from canvas.exchange.document import IMPORTED, Document
from canvas.kpis import metric_label
from canvas.models import Project

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def write(document: Document) -> str:
    """The plan as Markdown; texts of people are escaped, so that none of them is read as markup."""
    project = document["project"]
    held = {row["block"]: row for row in sorted(document["revisions"], key=lambda row: row["number"])}
    lines = [f"# {plain(project['name'])}", ""]
    if project["purpose"]:
        lines += [plain(project["purpose"]), ""]
    lines += [f"Exported {document['exported_at'][:16].replace('T', ' ')} UTC by {_who(document['exported_by'])}. "]
    lines[-1] += f"Risk tier: {dict(Project.RiskTier.choices).get(project['risk_tier'], project['risk_tier'])}."
    for block in BLOCKS:
        lines += ["", *_block(block, held.get(block.number))]
    for title, table in _tables(document):
        if table:
            lines += ["", f"## {title}", "", *table]
    if document.get("notes"):
        lines += ["", "## Notes that no field holds", ""]
        lines += [f"- {plain(note['place'])}: {plain(note['text'])}" for note in document["notes"]]
    return "\n".join(lines) + "\n"


def _block(block: Block, revision: Mapping[str, Any] | None) -> Iterable[str]:
    yield f"## {block.number}. {block.title}"
    yield ""
    if revision is None:
        yield "Not written yet."
        return
    yield f"Revision {revision['number']}, written by {_who(revision['author'])} on {revision['created_at'][:10]}."
    answers = revision["answers"]
    if block.number == 1 and (statement := value_statement(answers)):
        yield ""
        yield f"**{plain(statement)}**"
    for field in block.fields:
        if answers.get(field.key):
            yield ""
            yield f"### {field.label}"
            yield ""
            yield from _answer(field, answers[field.key])


def _answer(field: Field, value: Any) -> Iterable[str]:
    if field.kind is Kind.ROWS:
        yield from _table(
            [column.label for column in field.columns],
            [[display_cell(column, row.get(column.key)) for column in field.columns] for row in value],
        )
        return
    lines = display(field, value).split("\n")
    if field.kind in (Kind.LIST, Kind.CHOICES, Kind.PARTS):
        lines = [f"- {plain(line)}" for line in lines]
    else:
        lines = [_escaped(line) for line in lines]
    yield from lines


def _tables(document: Document) -> Iterable[tuple[str, list[str]]]:
    kpis = {kpi["id"]: kpi["name"] for kpi in document["kpis"]}
    yield "KPIs", _table(
        ["KPI", "Kind", "Definition", "Measured by", "Today", "Target", "Release threshold", "Due", "Owner", "Serves"],
        [
            [
                kpi["name"], kpi["kind"], kpi["definition"], metric_label(kpi["metric"]) or kpi["formula"],
                _figure(kpi["baseline_value"]), f"{_figure(kpi['target_value'])} {kpi['unit']}", _threshold(kpi),
                kpi["due_on"], kpi["owner"], kpis.get(kpi["parent"], ""),
            ]
            for kpi in document["kpis"] if not kpi["retired_at"]
        ],
    )  # fmt: skip
    yield "KPI readings", _table(
        ["KPI", "Day", "Value", "95 % interval", "Sample", "Note"],
        [
            [
                kpis.get(row["kpi"], ""), row["measured_on"], _figure(row["value"]),
                f"{_figure(row['lower'])} to {_figure(row['upper'])}" if row["lower"] is not None else "",
                row["sample_size"], row["note"],
            ]
            for row in document["readings"] if not row["superseded_at"]
        ],
    )  # fmt: skip
    yield "Costs", _table(
        ["Block", "Cost", "Kind", "Low", "Likely", "High", "Currency", "Hidden", "Basis"],
        [
            [
                row["block"], row["label"], f"{row['kind']} {row['period']}".strip(), _figure(row["amount_low"]),
                _figure(row["amount_likely"]), _figure(row["amount_high"]), row["currency"],
                "yes" if row["is_hidden"] else "no", row["basis"],
            ]
            for row in document["costs"] if not row["removed_at"]
        ]
        + [
            [row["block"], f"Nothing: {row['reason']}", "stated zero", "", 0, "", "", "", ""]
            for row in document["waivers"]
        ],
    )  # fmt: skip
    yield "Benefits", _table(
        ["Benefit", "KPI", "Unit", "Worth", "Currency", "Volume a year", "Uplift low", "likely", "high", "Confidence"],
        [
            [
                row["label"], kpis.get(row["kpi"], ""), row["unit"], _figure(row["unit_value"]), row["currency"],
                _figure(row["volume"]), _figure(row["uplift_low"]), _figure(row["uplift_likely"]),
                _figure(row["uplift_high"]), row["confidence"],
            ]
            for row in document["benefits"] if not row["removed_at"]
        ],
    )  # fmt: skip
    yield "Costs of errors", _table(
        ["Error", "Kind", "Volume a year", "Rate low", "likely", "high", "Cost of one", "Currency", "Borne by"],
        [
            [
                row["label"], row["kind"], _figure(row["volume"]), _figure(row["rate_low"]),
                _figure(row["rate_likely"]), _figure(row["rate_high"]), _figure(row["unit_cost"]), row["currency"],
                row["bearer"],
            ]
            for row in document["error_costs"] if not row["removed_at"]
        ],
    )  # fmt: skip
    yield "Risks", _table(
        ["Risk", "What may happen", "Who", "Likelihood", "Impact", "Treatment", "Measures", "Remains", "Owner", "State"],
        [
            [
                f"R{row['number']} {row['title']}", row["description"], row["affected"], row["likelihood"],
                row["impact"], row["treatment"], row["measures"],
                f"{_figure(row['residual_likelihood'])} × {_figure(row['residual_impact'])}"
                if row["residual_likelihood"] else "",
                row["owner"], row["status"],
            ]
            for row in document["risks"]
        ],
    )  # fmt: skip
    yield "Estimates of return", _table(
        ["Number", "Currency", "Months", "Discount rate", "Made by", "On"],
        [
            [
                row["number"], row["currency"], row["horizon_months"], _figure(row["discount_rate"]),
                _who(row.get("created_by")), str(row.get("created_at"))[:10],
            ]
            for row in document["estimates"]
        ],
    )  # fmt: skip
    yield "Risk classifications", _table(
        ["Number", "Tier", "Roles", "Materiality", "Signed by", "On"],
        [
            [
                row["number"], row["legal_tier"], ", ".join(map(str, row["roles"])), row["materiality"],
                _who(row.get("signed_by")), str(row.get("signed_at"))[:10],
            ]
            for row in document["classifications"]
        ],
    )  # fmt: skip
    yield "Go/no-go decisions", _table(
        ["Number", "Outcome", "Suggested", "Reasons", "Conditions", "Signed by", "State"],
        [
            [
                row["number"], row["outcome"], row["suggestion"], row["reasons"],
                "; ".join(condition["text"] for condition in row["conditions"]),
                "; ".join(f"{_who(one.get('user'))} ({one['capacity']})" for one in row["signatures"]), row["status"],
            ]
            for row in document["decisions"]
        ],
    )  # fmt: skip
    yield "Accepted blocks", _table(
        ["Block", "Revision", "Accepted by", "On", "Comment"],
        [
            [
                row["block"], row["number"], _who(row.get("accepted_by")), str(row.get("accepted_at") or "")[:10],
                row["comment"],
            ]
            for row in document["acceptances"]
        ],
    )  # fmt: skip
    yield "Comments", _table(
        ["Block", "Field", "Comment", "By", "On", "Resolved"],
        [
            [
                row["block"], row["field"],
                " / ".join([row["text"], *(reply["text"] for reply in row["replies"])]), _who(row.get("author")),
                str(row.get("created_at"))[:10], "yes" if row.get("resolved_at") else "no",
            ]
            for row in document["comments"]
        ],
    )  # fmt: skip
    yield (
        "Linked evidence",
        _table(
            ["Block", "Field", "Record", "Kind", "Note"],
            [[row["block"], row["field"], row["label"], row["kind"], row["note"]] for row in document["evidence"]],
        ),
    )


def _table(heads: list[str], rows: list[list[Any]]) -> list[str]:
    if not rows:
        return []
    return [
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
        *(f"| {' | '.join(plain('' if cell is None else str(cell)) for cell in row)} |" for row in rows),
    ]


def _threshold(kpi: Mapping[str, Any]) -> str:
    if kpi["threshold"] is None:
        return ""
    if kpi["direction"] == "band":
        return f"{_figure(kpi['threshold'])} to {_figure(kpi['threshold_upper'])}"
    return f"{'≥' if kpi['direction'] == 'up' else '≤'} {_figure(kpi['threshold'])}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _who(person: Mapping[str, Any] | None) -> str:
    if not person:
        return "nobody named"
    told = ", says the file it came from" if person.get(IMPORTED) else ""
    return plain(f"{person['name']}{told}")


def plain(text: str) -> str:
    """A text of people on one line, escaped so that none of it is read as markup."""
    return _escaped(" ".join(str(text).split()))


def _escaped(text: str) -> str:
    escaped = SPECIAL.sub(r"\\\1", text)
    # At the start of a line these open a list, a heading or a line across.
    return re.sub(r"^(\s*)(\d+)([.)])", r"\1\2\\\3", re.sub(r"^(\s*)([-+=])", r"\1\\\2", escaped))
