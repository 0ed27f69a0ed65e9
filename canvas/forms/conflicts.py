"""Two edits of one block on one page: what goes together by itself, and what somebody has to choose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from canvas import questions
from canvas.blocks import Block
from canvas.cleaning import Answers, InvalidAnswers, Problem, clean
from canvas.forms.blocks import PREFIX
from canvas.merging import FieldMerge, Outcome, merge
from canvas.models import BlockRevision
from canvas.questions import Question

CHOICES = ("mine", "theirs", "merged")


@dataclass(frozen=True)
class Choice:
    """A field that both changed: both texts, an editor for a third, and what was chosen so far."""

    merge: FieldMerge
    question: Question
    chosen: str
    error: str

    @property
    def name(self) -> str:
        """The name of the radio buttons."""
        return f"choice-{self.merge.field.key}"


class ConflictForm:
    """Brings somebody's text together with a revision that came first; `answers` holds the result once it is valid.

    The form carries everything it needs: the text that both began from and theirs as numbers of revisions, which never
    change, and mine as JSON. What one saw is what one decides on.
    """

    def __init__(
        self,
        block: Block,
        *,
        base: BlockRevision | None,
        theirs: BlockRevision,
        mine: Mapping[str, Any],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.block, self.base, self.theirs, self.mine, self.data = block, base, theirs, mine, data
        began = base.answers if base else {}
        self.merges = merge(block, base=began, mine=mine, theirs=theirs.answers)
        self.answers: Answers = {}
        self.problems: list[Problem] = []
        self.unchosen: list[str] = []

    @property
    def mine_json(self) -> str:
        """My text as the page carries it."""
        return json.dumps(self.mine, ensure_ascii=False)

    @property
    def is_needed(self) -> bool:
        """Whether I changed anything at all that is not in theirs."""
        return any(one.outcome is not Outcome.THEIRS for one in self.merges)

    @property
    def needs_choice(self) -> bool:
        """Whether somebody has to look at any field before both texts are one."""
        return any(one.needs_choice for one in self.merges)

    @property
    def taken(self) -> list[FieldMerge]:
        """The fields that only one of the two changed."""
        return [one for one in self.merges if not one.needs_choice]

    @property
    def choices(self) -> list[Choice]:
        """The fields that both changed, ready to be drawn."""
        return [self._choice(one) for one in self.merges if one.needs_choice]

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """What is wrong: the address on the page, the field's label and the sentence."""
        labels = {field.key: field.label for field in self.block.fields}
        missing = [(f"choice-{key}", labels[key], "Choose which text to keep.") for key in self.unchosen]
        known = {one.merge.field.key for one in self.choices}
        wrong = [
            (f"choice-{found.field}" if found.field in known else "taken", labels.get(found.field, ""), found.message)
            for found in self.problems
        ]
        return missing + wrong

    def is_valid(self) -> bool:
        """Judge what was chosen; afterwards `answers` or `errors` says what came of it."""
        self.unchosen = [one.field.key for one in self.merges if one.needs_choice and not self._chosen(one)]
        if self.unchosen:
            return False
        try:
            self.answers = clean(self.block, self._together())
        except InvalidAnswers as refused:
            self.problems = refused.problems
            return False
        return True

    def _together(self) -> dict[str, Any]:
        together = dict(self.theirs.answers)
        for one in self.merges:
            together[one.field.key] = self._value(one)
        keys = {field.key for field in self.block.fields}
        return {key: value for key, value in together.items() if key in keys}

    def _value(self, one: FieldMerge) -> Any:
        if not one.needs_choice:
            return one.merged
        match self._chosen(one):
            case "mine":
                return one.mine
            case "theirs":
                return one.theirs
            case _:
                return questions.typed(one.field, self.data or {}, f"{PREFIX}{one.field.key}")

    def _chosen(self, one: FieldMerge) -> str:
        if self.data is None:
            return "merged" if one.outcome is Outcome.MERGED else ""
        chosen = str(self.data.get(f"choice-{one.field.key}", ""))
        return chosen if chosen in CHOICES else ""

    def _choice(self, one: FieldMerge) -> Choice:
        key = one.field.key
        name = f"{PREFIX}{key}"
        typed = one.merged if self.data is None else questions.typed(one.field, self.data, name)
        wrong = [found for found in self.problems if found.field == key]
        messages = [found.message for found in wrong]
        error = "Choose which text to keep." if key in self.unchosen else " ".join(messages)
        shown = wrong if self._chosen(one) == "merged" else []
        return Choice(one, Question(one.field, name, typed, [], shown, is_bound=True), self._chosen(one), error)
