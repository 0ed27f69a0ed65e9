"""The form of a canvas block, made from its table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from canvas import questions
from canvas.answers import Answers, InvalidAnswers, clean
from canvas.blocks.shape import Field, Table
from canvas.cleaning import Problem
from canvas.questions import Question

PREFIX = "f-"


class AnswerInput(forms.Widget):
    """Collects the inputs of one canvas field; the fragments in templates/canvas/fields draw them."""

    def __init__(self, table_field: Field) -> None:
        super().__init__()
        self.table_field = table_field

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """What was typed, in the shape that cleaning takes."""
        return questions.typed(self.table_field, data, name)


class AnswerField(forms.Field):
    """Hands on what was typed; the canvas's own cleaning judges it."""

    def __init__(self, table_field: Field) -> None:
        # A draft may leave any field open: what is required decides completeness, not whether it can be saved.
        super().__init__(
            label=table_field.label,
            help_text=table_field.question,
            required=False,
            widget=AnswerInput(table_field),
        )

    def clean(self, value: Any) -> Any:
        """The value as it is."""
        return value


class BlockForm(forms.Form):
    """All fields of a block, or of another table, as inputs; `answers` holds the cleaned result once the form is valid."""

    based_on = forms.IntegerField(
        min_value=0,
        widget=forms.HiddenInput,
        error_messages={
            "required": "The form does not say which revision it was based on. Open the block again and copy your "
            "text over.",
            "invalid": "The revision this form was based on is not a number. Open the block again and copy your text "
            "over.",
        },
    )

    def __init__(
        self,
        block: Table,
        data: Mapping[str, Any] | None = None,
        *,
        initial: Mapping[str, Any] | None = None,
        based_on: int = 0,
    ) -> None:
        super().__init__(data, initial={**(initial or {}), "based_on": based_on}, auto_id="%s")
        self.block = block
        self.answers: Answers = {}
        self.problems: list[Problem] = []
        self.fields.update({field.key: AnswerField(field) for field in block.fields})

    def add_prefix(self, field_name: str) -> str:
        """The name of an input: `based_on` as it is, and f-<key> for the block's own fields."""
        return field_name if field_name == "based_on" else f"{PREFIX}{field_name}"

    def clean(self) -> dict[str, Any]:
        """Judge all answers at once, and put each sentence beside its field."""
        cleaned = super().clean() or self.cleaned_data
        raw = {field.key: cleaned.get(field.key) for field in self.block.fields}
        try:
            self.answers = clean(self.block, raw)
        except InvalidAnswers as refused:
            self.problems = refused.problems
            for problem in refused.problems:
                self.add_error(problem.field or None, problem.message)
        return cleaned

    @property
    def questions(self) -> list[Question]:
        """Every field ready to be drawn, in the order of the table."""
        return [self.question(field.key) for field in self.block.fields]

    def question(self, key: str) -> Question:
        """One field ready to be drawn."""
        bound = self[key]
        return Question(
            self.block.field(key),
            bound.html_name,
            bound.value(),
            [str(error) for error in bound.errors],
            [problem for problem in self.problems if problem.field == key],
            is_bound=self.is_bound,
        )
