from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from canvas import answers as reading
from canvas import diff as comparing
from canvas.access import get_project
from canvas.blocks import BLOCKS, Block, get_block
from canvas.cleaning import InvalidAnswers
from canvas.forms.blocks import BlockForm
from canvas.models import BlockRevision, Kpi, Project
from canvas.roles import Permission
from canvas.services import blocks
from canvas.views.requests import signed_in

REVISIONS_PER_PAGE = 30


@require_safe
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """The ten blocks, laid out like the poster."""
    project = get_project(signed_in(request), slug)
    revisions = {r.block: r for r in BlockRevision.objects.latest_of(project).select_related("author")}
    held = {number: revision.answers for number, revision in revisions.items()}
    plan = blocks.completeness_of(project, held)
    cards = [
        {
            "block": block,
            "claim": reading.claim(block, held.get(block.number, {})),
            "lines": reading.summary_lines(block, held.get(block.number, {})),
            "share": plan.by_block[block.number],
            "revision": revisions.get(block.number),
        }
        for block in BLOCKS
    ]
    kpis = Kpi.objects.filter(project=project, retired_at__isnull=True).count()
    return render(request, "canvas/board.html", {"project": project, "cards": cards, "plan": plan, "kpi_count": kpis})


@require_http_methods(["GET", "POST"])
def block_edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One block as a guided form; saving makes a revision."""
    writes = request.method == "POST"
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS if writes else Permission.VIEW)
    block = _block(number)
    latest = blocks.latest_revision(project, number)
    held = latest.answers if latest else {}
    based_on = latest.number if latest else 0
    if not writes:
        return _render_block(request, project, block, BlockForm(block, initial=held, based_on=based_on))
    form = BlockForm(block, request.POST)
    if not form.is_valid():
        return _render_block(request, project, block, form, status=422)
    try:
        blocks.revise(project, block, answers=form.answers, based_on=form.cleaned_data["based_on"], by=user)
    except blocks.StaleRevision as reason:
        return _render_conflict(request, project, block, form, reason)
    except blocks.NothingChanged as reason:
        messages.info(request, str(reason))
    except InvalidAnswers as reason:
        form.add_error(None, str(reason))
        return _render_block(request, project, block, form, status=422)
    else:
        messages.success(request, f"Block {number} is saved.")
    if "stay" not in request.POST and number < len(BLOCKS):
        return redirect("canvas:block", slug, number + 1)
    return redirect("canvas:block", slug, number)


@require_safe
def block_history(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Every revision of a block, and the difference between two of them."""
    project = get_project(signed_in(request), slug)
    block = _block(number)
    revisions = BlockRevision.objects.filter(project=project, block=number).select_related("author")
    page = Paginator(revisions, REVISIONS_PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, object] = {"project": project, "this_block": block, "page": page}
    if "to" in request.GET:
        after = get_object_or_404(revisions, number=_number(request.GET["to"]))
        before_number = _number(request.GET.get("from", str(after.number - 1)))
        before = get_object_or_404(revisions, number=before_number) if before_number else None
        changes = comparing.diff(block, before.answers if before else {}, after.answers)
        context |= {"before": before, "after": after, "changes": changes}
    return render(request, "canvas/block_history.html", context)


def _block(number: int) -> Block:
    try:
        return get_block(number)
    except KeyError as error:
        raise Http404("The canvas has ten blocks.") from error


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise Http404("No such revision.")
    return int(text)


def _render_conflict(
    request: HttpRequest, project: Project, block: Block, form: BlockForm, reason: blocks.StaleRevision
) -> HttpResponse:
    """Both texts side by side; what was typed stays in the form, now based on the revision that holds."""
    changes = comparing.diff(block, reason.latest.answers, form.answers)
    data = request.POST.copy()
    data["based_on"] = str(reason.latest.number)
    kept = BlockForm(block, data)
    kept.is_valid()
    return _render_block(
        request,
        project,
        block,
        kept,
        status=409,
        extra={"conflict": reason, "latest": reason.latest, "changes": changes},
    )


def _render_block(
    request: HttpRequest,
    project: Project,
    block: Block,
    form: BlockForm,
    *,
    status: int = 200,
    extra: dict[str, object] | None = None,
) -> HttpResponse:
    plan = blocks.completeness_of(project)
    index = block.number - 1
    revision = blocks.latest_revision(project, block.number)
    held = revision.answers if revision else {}
    context = {
        "project": project,
        # Inside a template block the name "block" means that template block.
        "this_block": block,
        "form": form,
        "plan": plan,
        "share": plan.by_block[block.number],
        "blocks": [(other, plan.by_block[other.number]) for other in BLOCKS],
        "previous": BLOCKS[index - 1] if index else None,
        "following": BLOCKS[index + 1] if index + 1 < len(BLOCKS) else None,
        "revision": revision,
        "answers": [(field, reading.display(field, held.get(field.key))) for field in block.fields],
        "page_failed": status != 200,
    }
    return render(request, "canvas/block_edit.html", context | (extra or {}), status=status)
