"""The page of one block: its form or its text, its evidence, its review and what people say about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from canvas import answers as reading
from canvas import conversation
from canvas.block_states import BlockState, LinkState, Reason, states_of
from canvas.blocks import BLOCKS, Block
from canvas.blocks.shape import Kind
from canvas.conversation import Thread
from canvas.forms.blocks import BlockForm
from canvas.forms.comments import AcceptanceForm, CommentForm
from canvas.forms.conflicts import ConflictForm
from canvas.models import BlockAcceptance, BlockDraft, BlockRevision, Project
from canvas.roles import Permission
from canvas.services import blocks, comments, drafts, reviews
from canvas.views.requests import signed_in


@dataclass(frozen=True)
class Trail:
    """What is known about one field beside its answer."""

    links: list[LinkState]
    reasons: list[Reason]
    open_threads: int


@dataclass(frozen=True)
class Review:
    """How far a block's text is agreed on, and what this reader may do about it."""

    revision: BlockRevision
    status: BlockAcceptance.Status
    may_ask: bool
    may_accept: bool
    why_not: str


def render_block(
    request: HttpRequest,
    project: Project,
    block: Block,
    form: BlockForm | None = None,
    *,
    status: int = 200,
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """The block's page; without a form it holds what is saved, or the reader's own draft of it."""
    user = signed_in(request)
    held = blocks.current_answers(project)
    revision = blocks.latest_revision(project, block.number)
    draft = _current_draft(project, block, revision, user)
    if form is None:
        form = _form(block, revision, draft)
    plan = blocks.completeness_of(project, held)
    state = states_of(project, held)[block.number]
    threads = conversation.threads_on(project, block.number, reader=user)
    if request.method == "GET" and any(thread.mentions_reader for thread in threads):
        comments.note_seen(user, project, block.number)
    index = block.number - 1
    answers = held.get(block.number, {})
    context = {
        "project": project,
        # Inside a template block the name "block" means that template block.
        "this_block": block,
        "form": form,
        "draft": draft,
        "share": plan.by_block[block.number],
        "blocks": [(other, plan.by_block[other.number]) for other in BLOCKS],
        "previous": BLOCKS[index - 1] if index else None,
        "following": BLOCKS[index + 1] if index + 1 < len(BLOCKS) else None,
        "revision": revision,
        "reads": not project.can.edit_canvas or "read" in request.GET,
        "statement": reading.value_statement(answers) if block.claim == "value_statement" else "",
        "statement_keys": reading.STATEMENT_KEYS if block.claim == "value_statement" else (),
        "answers": [_answer(field, answers.get(field.key)) for field in block.fields],
        "state": state,
        "trails": _trails(block, state, threads),
        "review": _review(project, revision, user),
        "threads": threads,
        "open_count": sum(thread.is_open for thread in threads),
        "members": conversation.mentionable(project) if project.can.comment else [],
        "comment_form": CommentForm(block, initial={"field": request.GET.get("about", "")}),
        "acceptance_form": AcceptanceForm(initial={"number": revision.number if revision else 0}),
        "page_failed": status != 200,
    }
    return render(request, "canvas/block_edit.html", context | (extra or {}), status=status)


def render_conflict(
    request: HttpRequest, project: Project, block: Block, form: ConflictForm, *, status: int = 409
) -> HttpResponse:
    """Both texts side by side, field by field, with a choice for each that both changed."""
    context = {"project": project, "this_block": block, "form": form, "page_failed": status != 200}
    return render(request, "canvas/block_conflict.html", context, status=status)


def conflict_of(
    project: Project, block: Block, *, mine: dict[str, Any], based_on: int, theirs: BlockRevision
) -> ConflictForm:
    """The two edits of a block: mine, begun on an earlier revision, and the one that came first."""
    base = BlockRevision.objects.filter(project=project, block=block.number, number=based_on).first()
    return ConflictForm(block, base=base, theirs=theirs, mine=mine)


def _current_draft(project: Project, block: Block, revision: BlockRevision | None, user: User) -> BlockDraft | None:
    """The reader's draft, where it rests on the revision that holds and says anything else."""
    draft = drafts.draft_of(project, block.number, user) if project.can.edit_canvas else None
    if draft is None or draft.based_on != (revision.number if revision else 0):
        return None
    held = reading.upgraded_answers(block, revision.answers) if revision else {}
    return draft if drafts.as_answers(block, draft.typed) != held else None


def _form(block: Block, revision: BlockRevision | None, draft: BlockDraft | None) -> BlockForm:
    based_on = revision.number if revision else 0
    if draft:
        return BlockForm(block, initial=drafts.as_answers(block, draft.typed), based_on=based_on)
    return BlockForm(block, initial=revision.answers if revision else {}, based_on=based_on)


def _answer(field: Any, value: Any) -> dict[str, Any]:
    """One answer as readers see it: prose, or rows and parts with their labels."""
    value = reading.upgraded(field, value)
    rows = value if field.kind is Kind.ROWS else [value] if field.kind is Kind.PARTS else []
    return {
        "field": field,
        "is_open": not value,
        "is_prose": field.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.PERSON),
        "text": reading.display(field, value),
        "lines": value if field.kind is Kind.LIST else [],
        "rows": [
            [(column, reading.display_cell(column, row[column.key])) for column in field.columns if column.key in row]
            for row in rows or []
            if row
        ],
    }


def _trails(block: Block, state: BlockState, threads: list[Thread]) -> dict[str, Trail]:
    return {
        field.key: Trail(
            state.links_of(field.key),
            state.reasons_of(field.key),
            sum(thread.is_open and thread.opening.field == field.key for thread in threads),
        )
        for field in block.fields
    }


def _review(project: Project, revision: BlockRevision | None, user: User) -> Review | None:
    if revision is None:
        return None
    status = revision.status
    waits = status == BlockAcceptance.Status.IN_REVIEW
    why_not = ""
    if waits and Permission.ACCEPT_BLOCKS in project.can and user.pk in reviews.writers_since_acceptance(revision):
        why_not = "You wrote part of this text, so somebody else has to accept it."
    return Review(
        revision,
        status,
        may_ask=status == BlockAcceptance.Status.DRAFT and Permission.EDIT_CANVAS in project.can,
        may_accept=waits and Permission.ACCEPT_BLOCKS in project.can and not why_not,
        why_not=why_not,
    )
