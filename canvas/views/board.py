from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from canvas import answers as reading
from canvas import conversation
from canvas.access import get_project
from canvas.block_states import State, counted, states_of
from canvas.blocks import BLOCKS
from canvas.models import BlockRevision, Kpi
from canvas.services import blocks
from canvas.views.requests import signed_in


@require_safe
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """The ten blocks, laid out like the poster."""
    project = get_project(signed_in(request), slug)
    latest = BlockRevision.objects.latest_of(project).select_related("author").reviewed()
    revisions = {revision.block: revision for revision in latest}
    held = {number: revision.answers for number, revision in revisions.items()}
    plan = blocks.completeness_of(project, held)
    states = states_of(project, held)
    talk = conversation.open_threads(project)
    cards = [
        {
            "block": block,
            "claim": reading.claim(block, held.get(block.number, {})),
            "lines": reading.summary_lines(block, held.get(block.number, {})),
            "share": plan.by_block[block.number],
            "revision": revisions.get(block.number),
            "state": states[block.number],
            "comments": talk.get(block.number, 0),
        }
        for block in BLOCKS
    ]
    counts = counted(states.values())
    context = {
        "project": project,
        "cards": cards,
        "plan": plan,
        "states": [(state, counts[state]) for state in reversed(State) if counts[state]],
        "accepted": sum(revision.status == "accepted" for revision in revisions.values()),
        "kpi_count": Kpi.objects.filter(project=project, retired_at__isnull=True).count(),
        "is_board": True,
    }
    return render(request, "canvas/board.html", context)
