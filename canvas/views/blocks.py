import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from canvas import diff as comparing
from canvas import questions
from canvas.access import block_or_404, get_project
from canvas.blocks import BLOCKS, Block
from canvas.cleaning import InvalidAnswers
from canvas.forms.blocks import PREFIX, BlockForm
from canvas.forms.conflicts import ConflictForm
from canvas.models import BlockRevision, Project
from canvas.roles import Permission
from canvas.services import blocks, drafts
from canvas.views.block_page import conflict_of, render_block, render_conflict
from canvas.views.requests import signed_in

REVISIONS_PER_PAGE = 30


@require_http_methods(["GET", "POST"])
def block_edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One block as a guided form; saving makes a revision."""
    writes = request.method == "POST"
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS if writes else Permission.VIEW)
    block = block_or_404(number)
    if not writes:
        return _older_draft(request, project, block) or render_block(request, project, block)
    form = BlockForm(block, request.POST)
    if not form.is_valid():
        return render_block(request, project, block, form, status=422)
    based_on = form.cleaned_data["based_on"]
    try:
        blocks.revise(project, block, answers=form.answers, based_on=based_on, by=user)
    except blocks.StaleRevision as reason:
        drafts.keep(project, number, by=user, based_on=based_on, typed=form.answers)
        conflict = conflict_of(project, block, mine=form.answers, based_on=based_on, theirs=reason.latest)
        return render_conflict(request, project, block, conflict)
    except blocks.NothingChanged as reason:
        messages.info(request, str(reason))
    else:
        messages.success(request, f"Block {number} is saved.")
    if "stay" not in request.POST and number < len(BLOCKS):
        return redirect("canvas:block", slug, number + 1)
    return redirect("canvas:block", slug, number)


@require_POST
def block_draft(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Keep what is in the form for its author alone; answers with the words that the page shows."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    block = block_or_404(number)
    based_on = _number(request.POST.get("based_on", "0"))
    typed = {field.key: questions.typed(field, request.POST, f"{PREFIX}{field.key}") for field in block.fields}
    try:
        draft = drafts.keep(project, number, by=user, based_on=based_on, typed=typed)
    except drafts.TooLong as reason:
        return JsonResponse({"state": "refused", "said": str(reason)}, status=422)
    kept = f"Draft saved {timezone.localtime(draft.saved_at):%H:%M}, only you see it"
    latest = blocks.latest_revision(project, number)
    if latest and latest.number != based_on:
        said = f"{kept}. {latest.author} saved revision {latest.number} meanwhile: saving will show both texts."
        return JsonResponse({"state": "stale", "said": said})
    return JsonResponse({"state": "saved", "said": kept})


@require_POST
def block_draft_discard(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Throw the reader's own draft away."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    drafts.discard(project, block_or_404(number).number, by=user)
    messages.info(request, "Your draft is thrown away. The form shows what is saved.")
    return redirect("canvas:block", slug, number)


@require_POST
def block_resolve(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Save what somebody made of two edits; a third one that came first is compared in turn."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    block = block_or_404(number)
    revisions = BlockRevision.objects.filter(project=project, block=number).select_related("author", "project")
    theirs = get_object_or_404(revisions, number=_number(request.POST.get("theirs", "")))
    base = revisions.filter(number=_number(request.POST.get("base", "0"))).first()
    form = ConflictForm(block, base=base, theirs=theirs, mine=_mine(request), data=request.POST)
    if not form.is_valid():
        return render_conflict(request, project, block, form, status=422)
    try:
        blocks.revise(project, block, answers=form.answers, based_on=theirs.number, by=user)
    except blocks.StaleRevision as reason:
        drafts.keep(project, number, by=user, based_on=theirs.number, typed=form.answers)
        again = conflict_of(project, block, mine=form.answers, based_on=theirs.number, theirs=reason.latest)
        return render_conflict(request, project, block, again)
    except blocks.NothingChanged:
        messages.info(request, f"You kept what {theirs.author} had saved, so there is no new revision.")
    else:
        messages.success(request, f"Both texts are one. Block {number} is saved.")
    return redirect("canvas:block", slug, number)


@require_safe
def block_history(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Every revision of a block, and the difference between any two of them."""
    project = get_project(signed_in(request), slug)
    block = block_or_404(number)
    revisions = BlockRevision.objects.filter(project=project, block=number).select_related("author").reviewed()
    page = Paginator(revisions, REVISIONS_PER_PAGE).get_page(request.GET.get("page"))
    newest = revisions.values_list("number", flat=True).first()
    context: dict[str, object] = {"project": project, "this_block": block, "page": page, "newest": newest}
    if "to" in request.GET:
        after = get_object_or_404(revisions, number=_number(request.GET["to"]))
        # The one before it: a plan that was imported may begin at any number.
        earlier = revisions.filter(number__lt=after.number).values_list("number", flat=True).first()
        before_number = _number(request.GET.get("from") or str(earlier or 0))
        before = get_object_or_404(revisions, number=before_number) if before_number else None
        changes = comparing.diff(block, before.answers if before else {}, after.answers)
        context |= {"before": before, "after": after, "changes": changes}
    return render(request, "canvas/block_history.html", context)


@require_POST
def block_restore(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Bring an earlier revision back as the newest one."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    block = block_or_404(number)
    wanted, based_on = (_number(request.POST.get(key, "")) for key in ("revision", "based_on"))
    try:
        revision = blocks.restore(project, block, number=wanted, based_on=based_on, by=user)
    except blocks.NoSuchRevision as reason:
        raise Http404(str(reason)) from reason
    except blocks.StaleRevision as reason:
        said = f"{reason.latest.author} saved revision {reason.latest.number} meanwhile, so nothing was brought back."
        messages.error(request, f"{said} Look at it first.")
    except blocks.NothingChanged as reason:
        messages.info(request, str(reason))
    except InvalidAnswers as reason:
        messages.error(request, f"Revision {wanted} no longer fits the questions of this block: {reason}")
    else:
        messages.success(request, f"Revision {wanted} is back, as revision {revision.number}.")
    return redirect("canvas:block-history", slug, number)


def _older_draft(request: HttpRequest, project: Project, block: Block) -> HttpResponse | None:
    """The comparison that opens when the reader's draft rests on a revision that no longer holds."""
    if not project.can.edit_canvas or "read" in request.GET:
        return None
    draft = drafts.draft_of(project, block.number, signed_in(request))
    latest = blocks.latest_revision(project, block.number)
    if draft is None or latest is None or draft.based_on == latest.number:
        return None
    mine = drafts.as_answers(block, draft.typed)
    conflict = conflict_of(project, block, mine=mine, based_on=draft.based_on, theirs=latest)
    return render_conflict(request, project, block, conflict, status=200) if conflict.is_needed else None


def _mine(request: HttpRequest) -> dict[str, Any]:
    try:
        mine = json.loads(request.POST.get("mine", ""))
    except (ValueError, RecursionError):
        mine = None
    if not isinstance(mine, dict):
        raise Http404("The page does not say what you had typed. Open the block again; your draft is kept.")
    return mine


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise Http404("No such revision.")
    return int(text)
