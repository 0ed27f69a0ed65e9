"""Write each file of a skeleton; names are fixed, and texts of people are escaped for the format they stand in."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from packaging.version import InvalidVersion, Version

from canvas.answers import display, display_cell, value_statement
from canvas.blocks import get_block
from canvas.exchange.markdown import plain
from canvas.kpis import metric_label
from canvas.models import Kpi
from registry.skeleton.facts import Skeleton

SCRIPTS = Path(__file__).parent / "files"
PACKAGE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
# What the scripts import, beside what the chosen environment lists.
NEEDED = ("pandas", "pytest", "requests", "scikit-learn", "skops")
FOLDERS = {
    "data/raw": "Rows as they came. Nothing in here is edited; a change is a new snapshot.",
    "data/interim": "Rows between raw and processed. Everything in here can be made again.",
    "data/processed": "Rows as the model sees them. Everything in here can be made again.",
    "models": "Trained models. The ones that matter are registered in Tenet.",
    "notebooks": "Notebooks to explore with. What others rely on moves to src.",
}
IGNORED = """\
# Data and models are kept in Tenet, not in the repository
/data/*/*
!/data/*/.gitkeep
!/data/*/NOTES.md
/models/*
!/models/.gitkeep
!/models/NOTES.md

# Secrets stay outside
.env
*.token

__pycache__/
*.py[cod]
.venv/
.ipynb_checkpoints/
.pytest_cache/
"""


def written(skeleton: Skeleton) -> dict[str, str]:
    """Every file of a skeleton by its name."""
    files = {
        "README.md": _readme(skeleton),
        "requirements.txt": _requirements(skeleton),
        "tenet.json": _config(skeleton),
        ".gitignore": IGNORED,
        "src/train.py": _script("train.py"),
        "src/tenet.py": _script("tenet.py"),
        "tests/test_data_schema.py": _script("test_data_schema.py"),
        "tests/schema.json": _json({"schema": skeleton.schema, "columns": skeleton.columns}),
    }
    for folder, note in FOLDERS.items():
        files[f"{folder}/.gitkeep"] = ""
        files[f"{folder}/NOTES.md"] = f"{note}\n"
    return files


def _script(name: str) -> str:
    return (SCRIPTS / f"{name}.txt").read_text(encoding="utf-8")


def _config(skeleton: Skeleton) -> str:
    snapshot = skeleton.snapshot
    parts = {column["key"]: column["part"] for column in skeleton.columns}
    label = (snapshot.label_column if snapshot else "") or next(
        (key for key, part in parts.items() if part == "label"), ""
    )
    return _json(
        {
            "url": skeleton.url,
            "project": skeleton.project.slug,
            "task": skeleton.project.task,
            "experiment": "First candidates",
            "seed": 7,
            "label": label,
            "features": [key for key, part in parts.items() if part == "feature" and key != label],
            "snapshot": None
            if snapshot is None
            else {
                "id": snapshot.pk,
                "name": str(snapshot),
                "format": snapshot.file_format,
                "sha256": snapshot.sha256,
                "is_stored": snapshot.is_stored,
                "uri": snapshot.uri,
            },
        }
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _requirements(skeleton: Skeleton) -> str:
    environment = skeleton.environment
    if environment is None:
        head = ["# No training environment was chosen: these packages are not pinned.",
                "# Record one with `python src/train.py`, then download this file again."]  # fmt: skip
        return "\n".join([*head, *NEEDED, ""])
    named = {package.get("name", "").lower(): package for package in environment.packages}
    lines = [
        f"# Pinned as in the environment {environment.sha256[:12]} (Python {_one_line(environment.python_version) or '?'})."
    ]
    lines += [
        _requirement(package.get("name", ""), package.get("version", ""), package.get("source", ""))
        for _, package in sorted(named.items())
    ]
    if missing := [name for name in NEEDED if name not in named]:
        lines += ["", "# Needed by the scripts, and not in that environment: not pinned.", *missing]
    return "\n".join(lines) + "\n"


def _requirement(name: str, version: str, source: str) -> str:
    if not PACKAGE.fullmatch(name):
        return f"# not a package's name: {_one_line(name)!r}"
    if not version:
        return f"{name}  # no version was recorded{f'; it came from {_one_line(source)}' if source else ''}"
    try:
        return f"{name}=={Version(version)}"
    except InvalidVersion:
        return f"{name}  # no version that can be pinned: {_one_line(version)!r}"


def _one_line(text: str) -> str:
    return " ".join("".join(c for c in str(text) if c.isprintable()).split())[:100]


def _readme(skeleton: Skeleton) -> str:
    return (
        "\n".join([*_purpose(skeleton), *_kpis(skeleton), *_data(skeleton), *_decision(skeleton), *_use(skeleton)])
        + "\n"
    )


def _purpose(skeleton: Skeleton) -> Iterator[str]:
    answers = skeleton.answers.get(1, {})
    yield f"# {plain(skeleton.project.name)}"
    yield ""
    if skeleton.project.purpose:
        yield f"{plain(skeleton.project.purpose)}\n"
    yield f"The plan: {skeleton.url}/p/{skeleton.project.slug}/canvas/\n"
    yield "## What and why\n"
    if statement := value_statement(answers):
        yield f"{plain(statement)}\n"
    for key in ("problem_statement", "intended_purpose"):
        if answers.get(key):
            yield f"**{get_block(1).field(key).label}.** {plain(answers[key])}\n"
    if answers.get("out_of_scope_uses"):
        yield f"**Not meant for:** {plain('; '.join(answers['out_of_scope_uses']))}\n"
    if not answers:
        yield "Block 1 of the plan is empty: write it before the first model.\n"


def _kpis(skeleton: Skeleton) -> Iterator[str]:
    yield "## What it is held to\n"
    if not skeleton.kpis:
        yield "The plan has no KPI yet.\n"
        return
    yield "| KPI | Kind | Measured by | Today | Target | Release threshold |"
    yield "|---|---|---|---|---|---|"
    for kpi in skeleton.kpis:
        cells = (
            kpi.name, kpi.get_kind_display(), metric_label(kpi.metric) or kpi.formula, _figure(kpi.baseline_value),
            f"{_figure(kpi.target_value)} {kpi.unit}", _threshold(kpi),
        )  # fmt: skip
        yield f"| {' | '.join(plain(cell) for cell in cells)} |"
    yield ""


def _data(skeleton: Skeleton) -> Iterator[str]:
    field = get_block(2).field("sources")
    rows = skeleton.answers.get(2, {}).get("sources", [])
    yield "## Data\n"
    for row in rows:
        told = [
            f"{column.label.lower()}: {display_cell(column, row[column.key])}"
            for column in field.columns
            if column.key in ("owner", "licence_or_terms", "personal_data", "refresh") and row.get(column.key)
        ]
        yield f"- **{plain(row.get('name', ''))}**{': ' if told else ''}{plain('; '.join(told))}"
    if not rows:
        yield "The plan names no data source yet."
    yield ""
    if skeleton.snapshot:
        yield f"This folder is set up for {plain(str(skeleton.snapshot))}, {skeleton.snapshot.rows:,} rows.\n"
    else:
        yield "No snapshot was chosen: set `snapshot` and `label` in `tenet.json`.\n"


def _decision(skeleton: Skeleton) -> Iterator[str]:
    yield "## What is done with a prediction\n"
    answers = skeleton.answers.get(6, {})
    if answers.get("decision"):
        yield f"{plain(answers['decision'])}\n"
    for key in ("automation_level", "decision_threshold"):
        if answers.get(key):
            field = get_block(6).field(key)
            yield f"- {field.label}: {plain(display(field, answers[key]))}"
    if not answers:
        yield "Block 6 of the plan is empty."
    yield ""


def _use(skeleton: Skeleton) -> Iterator[str]:
    yield "## How to work here\n"
    yield "```"
    yield "python -m venv .venv && . .venv/bin/activate"
    yield "pip install -r requirements.txt"
    yield "export TENET_TOKEN=…          # made in the project's settings; never written to a file here"
    yield "python src/train.py            # fetches the snapshot, cross-validates, logs a run"
    yield "python src/train.py --register NAME"
    yield "python -m pytest tests         # holds data/raw against the schema"
    yield "```\n"
    yield "`tenet.json` names the server and the project; `TENET_URL` in the environment goes before it."


def _threshold(kpi: Kpi) -> str:
    if kpi.threshold is None:
        return ""
    if kpi.direction == Kpi.Direction.BAND:
        return f"{_figure(kpi.threshold)} to {_figure(kpi.threshold_upper)}"
    return f"{'at least' if kpi.direction == Kpi.Direction.UP else 'at most'} {_figure(kpi.threshold)}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
