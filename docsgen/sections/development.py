"""How the model was made: what was tried, in which environment, and its steps."""

from docsgen.content import (
    Cell,
    Fact,
    FactList,
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
from docsgen.sections.words import figure, gap, plain, quote

PACKAGES_SHOWN = 60
METRICS_SHOWN = 3


def experimentation(snapshot: Snapshot) -> Section:
    """What was tried, what was chosen, and why."""
    candidates, version = snapshot["candidates"], snapshot["version"]
    runs = candidates["runs"]
    items: list[Item] = []
    if runs:
        items.append(_run_table(candidates))
    if candidates["versions"]:
        others = Paragraph(
            tuple(
                Sentence(f"{v['label']} ({v['algorithm']}) was registered as well.", (v["ref"],))
                for v in candidates["versions"]
            )
        )
        items.append(others)
    if len(runs) < 2:
        said = f"{'Only one' if runs else 'No'} run recorded. No comparison supports the choice."
        items.append(_gap(snapshot, said, "The runs that were compared", page="runs/", where="Runs"))
    if version["selection_note"]:
        items.append(
            Quotation("Why this one was chosen", tuple(version["selection_note"].splitlines()), (version["ref"],))
        )
    else:
        items.append(
            _gap(snapshot, "Why this version was chosen is not recorded.", "A selection note", Severity.MEDIUM)
        )
    items += quote(snapshot, 5, "primary_metric")
    if version["hyperparameters"]:
        items.append(_hyperparameters(version))
    else:
        items.append(_gap(snapshot, "Hyperparameters not recorded.", "The version's hyperparameters", Severity.MEDIUM))
    return Section(
        "experimentation", "Experimentation and selection",
        "The models considered, the metrics used, the hyperparameters tried, and the choice.", tuple(items),
        component="Experimentation and selection",
    )  # fmt: skip


def _run_table(candidates: Snapshot) -> Table:
    runs = candidates["runs"]
    keys = sorted({key for run in runs for key in run["metrics"]})[:METRICS_SHOWN]
    rows = tuple(
        Row(
            (
                Cell(f"{run['name']} (chosen)" if run["is_chosen"] else run["name"]),
                Cell(run["algorithm"] or "–"),
                Cell(plain(run["params"]) or "–"),
                *(Cell(figure(run["metrics"].get(key)), is_number=True) for key in keys),
                Cell(run["status"]),
            ),
            (run["ref"],),
        )
        for run in runs
    )
    left = candidates["run_count"] - len(runs)
    columns = ("Run", "Algorithm", "Parameters", *keys, "Status")
    note = "Metrics of runs are declared by the training script." + (
        f" {left} more runs are not shown." if left else ""
    )
    return Table("Runs recorded, in order", columns, rows, numbers=frozenset(range(3, 3 + len(keys))), note=note)


def _hyperparameters(version: Snapshot) -> Table:
    rows = tuple(
        Row((Cell(str(key), is_mono=True), Cell(plain(value), is_mono=True)), (version["ref"],))
        for key, value in sorted(version["hyperparameters"].items())
    )
    return Table("Hyperparameters of this version", ("Name", "Value"), rows)


def environment(snapshot: Snapshot) -> Section:
    """Packages with their versions, seeds, system and hardware."""
    held = snapshot["environment"]
    items: list[Item] = []
    blocks = ("Check: environment recorded", "EU AI Act Annex IV 2(c)")
    if held is None:
        items.append(
            gap(
                snapshot, "Packages not pinned. The training environment is not recorded.", what="A training environment",
                page="models/", where="Models", blocks=blocks, severity=Severity.HIGH,
            )
        )  # fmt: skip
    else:
        items += _environment(held)
        if not held["seeds"]:
            items.append(
                gap(
                    snapshot, "No random seed recorded for a non-deterministic step.", what="Random seeds",
                    page="models/", where="Models", blocks=blocks, severity=Severity.MEDIUM,
                )
            )  # fmt: skip
    return Section(
        "environment", "Training environment", "What is needed to train the model again.", tuple(items),
        component="Training environment",
    )  # fmt: skip


def _environment(held: Snapshot) -> list[Item]:
    refs = (held["ref"],)
    facts = (
        ("Python", held["python_version"]),
        ("Operating system", held["os"]),
        ("Processor", held["cpu"]),
        ("Processor cores", plain(held["cpu_count"]) if held["cpu_count"] else ""),
        ("Memory", f"{held['memory_bytes'] / 2**30:.1f} GiB" if held["memory_bytes"] else ""),
        ("Random seeds", plain(held["seeds"]) if held["seeds"] else ""),
        ("Captured from", held["captured_from"]),
    )
    packages = held["packages"]
    rows = tuple(
        Row((Cell(item["name"], is_mono=True), Cell(item["version"] or "not pinned", is_mono=True)), refs)
        for item in packages[:PACKAGES_SHOWN]
    )
    left = len(packages) - len(rows)
    note = f"{left} more packages are in the attached JSON." if left > 0 else ""
    return [
        FactList(tuple(Fact(label, value, refs) for label, value in facts if value)),
        Table("Packages with their versions", ("Package", "Version"), rows, note=note),
    ]


def _gap(
    snapshot: Snapshot,
    text: str,
    what: str,
    severity: Severity = Severity.HIGH,
    *,
    page: str = "models/",
    where: str = "Models",
) -> Item:
    return gap(
        snapshot, text, what=what, page=page, where=where, blocks=("EU AI Act Annex IV 2(b)",), severity=severity
    )
