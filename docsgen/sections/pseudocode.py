"""The way from the input to the output: as it was read from the model, and as people wrote it."""

import re

from docsgen.content import Fact, FactList, Figure, Item, Paragraph, Quotation, Section, Sentence, Severity, Steps
from docsgen.facts import Snapshot
from docsgen.sections.words import gap, moment, plain

_TOP = re.compile(r"^\d+\. ")


def pseudocode(snapshot: Snapshot) -> Section:
    """The steps from input to output with where they were read, a drawing, notes and an example."""
    version, outline = snapshot["version"], snapshot.get("outline") or {}
    read, note = outline.get("read"), outline.get("note")
    written = tuple(line.rstrip() for line in version["pseudocode"].splitlines() if line.strip())
    items: list[Item] = _read(read) if read else []
    if written and read and read["text"]:
        items.append(Quotation("As the uploader wrote it", written, (version["ref"],)))
    elif written:
        items.append(Steps(written, (version["ref"],)))
    elif not (read and read["text"]):
        items.append(_gap(snapshot, "Pseudocode not recorded.", "The version's pseudocode", Severity.HIGH))
    if note:
        lines = tuple(line for line in note["text"].splitlines() if line.strip())
        items.append(Quotation(f"Note {note['number']}, by {note['by']}, {moment(note['at'])}", lines, (note["ref"],)))
    items.append(_example(snapshot, read))
    return Section(
        "pseudocode", "Model pseudocode", "The way from the input to the output, step by step.", tuple(items),
        component="Model pseudocode",
    )  # fmt: skip


def _read(read: Snapshot) -> list[Item]:
    refs = (read["ref"],)
    items: list[Item] = [Paragraph((Sentence(_origin(read), refs),))]
    if read["text"]:
        items.append(Steps(_grouped(read["text"]), refs))
        caption = "The steps from top to bottom; parts in a dashed box are computed side by side."
        items.append(Figure(read["svg"], read["alt"], caption, refs, is_wide=True))
    return items


def _origin(read: Snapshot) -> str:
    if not read["text"]:
        return f"The steps could not be read from the model. {read['reason']}"
    if read["is_from_model"]:
        return (
            f"These steps were read from the model's file by {read['library']} in sandbox tier {read['tier']} on "
            f"{moment(read['read_at'])}; nobody can change them."
        )
    return f"These steps were put together from what is written beside the model's file. {read['reason']}"


def _grouped(text: str) -> tuple[str, ...]:
    """One entry for each outermost step, with the steps inside it on lines of their own."""
    grouped: list[str] = []
    for line in text.splitlines():
        if _TOP.match(line):
            grouped.append(_TOP.sub("", line))
        elif grouped:
            grouped[-1] = f"{grouped[-1]}\n{line.removeprefix('   ')}"
        else:
            grouped.append(line)
    return tuple(grouped)


def _example(snapshot: Snapshot, read: Snapshot | None) -> Item:
    version = snapshot["version"]
    if read and read["example_input"] and read["example_output"]:
        refs = (read["ref"],)
        given, answered = read["example_input"], read["example_output"]
        return FactList(
            (
                Fact("Example input", "; ".join(plain(row) for row in given["rows"]), refs),
                Fact("Where it comes from", given["origin"], refs),
                Fact("Example output", "; ".join(plain(row) for row in answered["rows"]), refs),
                Fact("Where that comes from", answered["origin"], refs),
            )
        )
    if version["example_input"] is not None and version["example_output"] is not None:
        refs = (version["ref"],)
        return FactList(
            (
                Fact("Example input", plain(version["example_input"]), refs),
                Fact("Example output", plain(version["example_output"]), refs),
            )
        )
    return _gap(snapshot, "No example input and output recorded.", "An example input and output", Severity.LOW)


def _gap(snapshot: Snapshot, text: str, what: str, severity: Severity) -> Item:
    return gap(
        snapshot, text, what=what, page="models/", where="Models", blocks=("EU AI Act Annex IV 2(b)",), severity=severity
    )  # fmt: skip
