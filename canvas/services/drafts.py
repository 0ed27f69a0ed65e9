"""What people typed into a block and have not saved: kept for them alone, until they save or throw it away.

Drafts are no part of the plan, and nobody else may know of them: they leave no line in the journal.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from canvas.blocks.shape import Table
from canvas.cleaning import Answers, clean_field
from canvas.models import BlockDraft, Project

# Enough for every field of a block at its longest; more is no text of a person.
LONGEST = 1_000_000


class TooLong(Exception):
    """The draft is larger than any block can be."""


@transaction.atomic
def keep(project: Project, block: int, *, by: User, based_on: int, typed: Mapping[str, Any]) -> BlockDraft:
    """Keep what somebody typed, in place of what was kept before; raises TooLong."""
    storable = _storable(dict(typed))
    if _size(storable) > LONGEST:
        raise TooLong(
            f"This is longer than {LONGEST:,} characters, so no draft of it is kept here. Shorten it before you leave."
        )
    draft, _ = BlockDraft.objects.update_or_create(
        project=project,
        block=block,
        author=by,
        defaults={"based_on": based_on, "typed": storable, "saved_at": timezone.now()},
    )
    return draft


@transaction.atomic
def discard(project: Project, block: int, *, by: User) -> None:
    """Forget what somebody typed into a block."""
    BlockDraft.objects.filter(project=project, block=block, author=by).delete()


def draft_of(project: Project, block: int, by: User) -> BlockDraft | None:
    """What somebody typed into a block and did not save."""
    return BlockDraft.objects.filter(project=project, block=block, author=by).first()


def as_answers(table: Table, typed: Mapping[str, Any]) -> Answers:
    """Typed text in its stored form where it has one, and as it was typed where it has none yet."""
    answers: Answers = {}
    for field in table.fields:
        value, problems = clean_field(field, typed.get(field.key))
        value = typed[field.key] if problems else value
        if value not in ("", [], {}):
            answers[field.key] = value
    return answers


def _storable(value: Any) -> Any:
    """The same without the one character that no database keeps."""
    if isinstance(value, dict):
        return {str(key).replace("\0", ""): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value.replace("\0", "") if isinstance(value, str) else value


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return sum(len(key) + _size(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(map(_size, value))
    return len(str(value))
