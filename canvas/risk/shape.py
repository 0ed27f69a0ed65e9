"""The shapes of a classification: a question with its provision, and what an answer means."""

from __future__ import annotations

from dataclasses import dataclass

from canvas.blocks.shape import Field, Kind, choices

# Any of these answers; several conditions have to hold together.
AnyOf = tuple[tuple[str, tuple[str, ...]], ...]
NONE = "none"


@dataclass(frozen=True)
class Ask:
    """One question: the field that takes its answer, its provision, and what each answer means."""

    field: Field
    provision: str
    means: tuple[str, ...] = ()
    # Asked only when, in each of these groups, one of the answers was given.
    when: tuple[AnyOf, ...] = ()

    @property
    def key(self) -> str:
        """The key of its answer."""
        return self.field.key


@dataclass(frozen=True)
class Part:
    """Questions about one thing."""

    key: str
    title: str
    lead: str
    asks: tuple[Ask, ...]


def yes_no(key: str, label: str, question: str, help: str = "", example: str = "") -> Field:  # noqa: A002
    """A question to be answered yes or no, with room for a reason."""
    return Field(key, label, Kind.YES_NO, question=question, help=help, example=example, required=True)


def pick(key: str, label: str, question: str, *options: tuple[str, str], help: str = "") -> Field:  # noqa: A002
    """A question with one answer."""
    return Field(key, label, Kind.CHOICE, question=question, help=help, required=True, choices=choices(*options))


def tick(key: str, label: str, question: str, *options: tuple[str, str], help: str = "") -> Field:  # noqa: A002
    """A question with several answers; “none” is one of them, so that silence is never taken for an answer."""
    return Field(key, label, Kind.CHOICES, question=question, help=help, required=True, choices=choices(*options))
