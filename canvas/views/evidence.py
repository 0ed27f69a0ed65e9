from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from canvas import evidence as offered
from canvas.access import block_or_404, get_project
from canvas.block_states import states_of
from canvas.blocks import Block
from canvas.forms.comments import EvidenceForm
from canvas.models import EvidenceLink, Project
from canvas.roles import Permission
from canvas.services import blocks, evidence
from canvas.views.requests import signed_in


@require_http_methods(["GET", "POST"])
def block_evidence(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The records that a block rests on, each as it stands today, and a form to link another."""
    writes = request.method == "POST"
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS if writes else Permission.VIEW)
    block = block_or_404(number)
    if not writes:
        return _render(request, project, block, _form(project, block, request))
    form = _form(project, block, request)
    if form.is_valid():
        kind, _, object_id = form.cleaned_data["record"].partition(":")
        try:
            made = evidence.link(
                project,
                block,
                kind=kind,
                object_id=object_id,
                field=form.cleaned_data["field"],
                note=form.cleaned_data["note"],
                by=user,
            )
        except (evidence.NothingToLink, evidence.LinkedAlready) as reason:
            form.add_error("record", str(reason))
        else:
            messages.success(request, f"{made.label} is linked.")
            return redirect("canvas:block-evidence", slug, number)
    return _render(request, project, block, form, status=422)


@require_POST
def evidence_renew(request: HttpRequest, slug: str, link_id: int) -> HttpResponse:
    """Say that a record that has changed still proves what the block says."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    made = get_object_or_404(EvidenceLink, project=project, pk=link_id)
    try:
        evidence.renew(made, by=user)
    except evidence.NothingToLink as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"{made.label} is linked as it stands now.")
    return redirect("canvas:block-evidence", slug, made.block)


@require_POST
def evidence_remove(request: HttpRequest, slug: str, link_id: int) -> HttpResponse:
    """Take a link away."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    made = get_object_or_404(EvidenceLink, project=project, pk=link_id)
    evidence.unlink(made, by=user)
    messages.success(request, f"{made.label} is no longer linked. The record itself stays.")
    return redirect("canvas:block-evidence", slug, made.block)


def _form(project: Project, block: Block, request: HttpRequest) -> EvidenceForm:
    keys = {field.key for field in block.fields}
    about = request.GET.get("field", "")
    usual = block.field(about).links if about in keys else ()
    # The kinds that usually prove this field come first.
    kinds = sorted(offered.kinds(), key=lambda kind: (kind.key not in usual, kind.label))
    records = [
        (kind.label, [(f"{kind.key}:{proof.id}", proof.label) for proof in proofs])
        for kind in kinds
        if (proofs := kind.choices(project))
    ]
    data = request.POST if request.method == "POST" else None
    return EvidenceForm(block, records, data, initial={"field": about if about in keys else ""})


def _render(
    request: HttpRequest, project: Project, block: Block, form: EvidenceForm, *, status: int = 200
) -> HttpResponse:
    state = states_of(project, blocks.current_answers(project))[block.number]
    labels = {field.key: field.label for field in block.fields}
    context = {
        "project": project,
        "this_block": block,
        "state": state,
        "links": [(link, labels.get(link.link.field, "The whole block")) for link in state.links],
        "has_records": len(form.fields["record"].choices) > 1,  # type: ignore[attr-defined]  # a ChoiceField
        "form": form,
        "page_failed": status != 200,
    }
    return render(request, "canvas/block_evidence.html", context, status=status)
