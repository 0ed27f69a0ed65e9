"""Canvases of ten boxes, as they are drawn on posters since 2016, read into the blocks by a fixed table.

The poster's box about making predictions is held in block 6; block 10 has no box there and stays open.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt

from canvas.cleaning import clean_text
from canvas.exchange.document import Document
from canvas.exchange.problems import Flaw, InvalidPlan, refused
from canvas.exchange.reading import read_json, read_text
from canvas.exchange.texts import Sheet, lines_of, pieces

BOX_LENGTH = 20_000


@dataclass(frozen=True)
class Box:
    """One box of the poster: its names in both editions, what we ask for, and the field it goes to."""

    key: str
    names: tuple[str, ...]
    hint: str
    block: int
    goes_to: str
    put: Callable[[Sheet, str], None]

    @property
    def label(self) -> str:
        """The newer name, with the older one where it differs."""
        newest, *older = self.names
        return f"{newest} ({older[0]} in the first edition)" if older else newest


def _long(block: int, key: str, name: str) -> Callable[[Sheet, str], None]:
    return lambda sheet, text: sheet.put_long(block, key, text, source=name)


def _lines(block: int, key: str, name: str) -> Callable[[Sheet, str], None]:
    return lambda sheet, text: sheet.put_lines(block, key, lines_of(text), source=name)


def _named_rows(block: int, key: str, column: str, name: str) -> Callable[[Sheet, str], None]:
    def put(sheet: Sheet, text: str) -> None:
        for line in lines_of(text):
            first, *rest = pieces(line)
            sheet.put_rows(block, key, [{column: first}], source=name)
            for piece in rest:
                sheet.ask(block, piece, source=name)

    return put


def _task(sheet: Sheet, text: str) -> None:
    sheet.put_long(3, "input", text, source="Prediction Task")
    for word, family, task in TASK_WORDS:
        if re.search(word, text, re.IGNORECASE):
            sheet.answers[3]["family"] = family
            if task:
                sheet.answers[3]["task"] = task
            return


def _serving(sheet: Sheet, text: str) -> None:
    modes = [mode for mode, word in SERVING_WORDS if re.search(word, text, re.IGNORECASE)]
    if modes:
        sheet.answers[6]["serving_mode"] = modes
    first, *rest = pieces(text)
    sheet.answers[6]["serving_limits"] = {"time_limit": first}
    for piece in rest:
        sheet.ask(6, piece, source="Making Predictions")


TASK_WORDS = (
    (r"multi-?\s?label", "supervised", "multilabel_classification"),
    (r"multi-?\s?class", "supervised", "multiclass_classification"),
    (r"binary", "supervised", "binary_classification"),
    (r"forecast|time series", "supervised", ""),
    (r"regression", "supervised", "point_regression"),
    (r"\branking\b", "supervised", "ranking"),
    (r"classif", "supervised", ""),
    (r"cluster", "unsupervised", "clustering"),
    (r"anomal", "unsupervised", "anomaly_detection"),
    (r"recommend", "other", "recommendation"),
)
SERVING_WORDS = (
    ("on_request", r"real[- ]?time|on request|on demand|online"),
    ("batch", r"\bbatch|nightly|overnight|each night"),
    ("stream", r"stream|each event"),
    ("on_device", r"on[- ]device|\bedge\b"),
)

BOXES = (
    Box(
        "value", ("Value Proposition", "Value Propositions"),
        "Who has the problem, what is it, and what would be better?",
        1, "Problem", _long(1, "problem_statement", "Value Proposition"),
    ),
    Box(
        "sources", ("Data Sources",), "Where do raw data come from? One source a line.",
        2, "Sources, one for each line", _named_rows(2, "sources", "name", "Data Sources"),
    ),
    Box(
        "task", ("Prediction Task", "ML Task"), "What goes in, what comes out, and which kind of task is it?",
        3, "Input; family and kind of task where a word says so", _task,
    ),
    Box(
        "features", ("Features",), "What does the model see of one case? One input a line.",
        4, "Features planned, one for each line", _named_rows(4, "features", "name", "Features"),
    ),
    Box(
        "offline", ("Impact Simulation", "Offline Evaluation"),
        "How is it judged before it is used, on which cases, and what do errors cost?",
        5, "Test data", _long(5, "test_dataset_rule", "Impact Simulation"),
    ),
    Box(
        "decisions", ("Decisions",), "What is done with a prediction, and by whom?",
        6, "Decision", _long(6, "decision", "Decisions"),
    ),
    Box(
        "predictions", ("Making Predictions",), "When are predictions made, for how many cases, and how fast?",
        6, "Limits on serving; when predictions are made where a word says so", _serving,
    ),
    Box(
        "collecting", ("Data Collection", "Collecting Data"), "How do new cases and their outcomes keep arriving?",
        7, "How data arrive", _long(7, "collection_process", "Data Collection"),
    ),
    Box(
        "building", ("Building Models",), "How many models are there, and when is one made anew? One occasion a line.",
        8, "Triggers, one for each line", _lines(8, "triggers", "Building Models"),
    ),
    Box(
        "monitoring", ("Monitoring", "Live Evaluation and Monitoring"),
        "What is measured once it is in use? One measure a line.",
        9, "Live measures, one for each line", _named_rows(9, "live_metrics", "metric", "Monitoring"),
    ),
)  # fmt: skip
BY_NAME = {
    re.sub(r"[^a-z]", "", name.lower()): box for box in BOXES for name in (box.key, *box.names)
}  # fmt: skip


def read(boxes: Mapping[str, str], *, title: str) -> tuple[Document, list[str]]:
    """The plan in a canvas of ten boxes, with what to know about it; raises InvalidPlan."""
    sheet = Sheet()
    flaws: list[Flaw] = []
    for name, text in boxes.items():
        try:
            tidy = clean_text(text, max_length=BOX_LENGTH, lines=True)
        except ValueError as reason:
            flaws.append(Flaw(f"$.{name[:80]}", str(reason)))
            continue
        if box := _box(name):
            if tidy:
                box.put(sheet, tidy)
        elif tidy:
            sheet.ask(1, tidy, source=" ".join(name.split())[:80] or "Without a heading")
            sheet.warnings.append(f"“{name[:80]}” is no box of the canvas. Its text is among block 1's open questions.")
    if flaws:
        raise InvalidPlan(flaws)
    if not any(sheet.answers.values()):
        raise refused("$", "All boxes are empty. Write into at least one.")
    sheet.warnings.append("Block 10, when not to use a model, has no box on such a canvas: it starts empty.")
    empty = [
        box.names[0] for box in BOXES if not any(_box(name) is box and text.strip() for name, text in boxes.items())
    ]
    if empty:
        sheet.warnings.append(f"Empty boxes: {', '.join(empty)}.")
    return sheet.document(name=title), sheet.warnings


def boxes_of(content: bytes) -> dict[str, str]:
    """The boxes in a JSON object, or under the headings of a Markdown text; raises InvalidPlan."""
    text = read_text(content)
    if text.lstrip().startswith(("{", "[")):
        return _from_json(read_json(content))
    found = _from_markdown(text)
    if not any(_box(name) for name in found):
        names = ", ".join(box.names[0] for box in BOXES)
        raise refused("$", f"No heading of this text is a box of the canvas. The boxes are: {names}.")
    return found


def _from_json(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise refused("$", "Send one object: the name of each box and its text.")
    found = {}
    for name, said in value.items():
        lines = said if isinstance(said, list) else [said]
        if not all(isinstance(line, str) for line in lines):
            raise refused(f"$.{name[:80]}", "Write the box as a text, or as a list of texts.")
        found[name] = "\n".join(lines)
    if not any(_box(name) for name in found):
        raise refused("$", f"No key of this object is a box of the canvas: {', '.join(list(found)[:5]) or 'none'}.")
    return found


def _from_markdown(text: str) -> dict[str, str]:
    """Each heading with the lines below it; lines above the first heading go under the name of none."""
    lines = text.splitlines()
    tokens = MarkdownIt().parse(text)
    starts = [
        (token.map[0], token.map[1], tokens[place + 1].content)
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.map and token.level == 0
    ]
    found: dict[str, str] = {}
    if above := "\n".join(lines[: starts[0][0]] if starts else lines).strip():
        found["Above the first heading"] = above
    for place, (_, end, name) in enumerate(starts):
        until = starts[place + 1][0] if place + 1 < len(starts) else len(lines)
        below = "\n".join(lines[end:until]).strip()
        found[name] = "\n".join(part for part in (found.get(name, ""), below) if part)
    return found


def _box(name: str) -> Box | None:
    return BY_NAME.get(re.sub(r"[^a-z]", "", name.lower()))
