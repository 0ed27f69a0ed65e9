from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from canvas import conversation, journal
from canvas.models import Project
from canvas.services.blocks import completeness_of_many
from canvas.views.requests import signed_in

PROJECTS_SHOWN = 8
LINES_SHOWN = 8
MENTIONS_SHOWN = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, what runs, and their projects."""
    user = signed_in(request)
    visible = Project.objects.visible_to(user)
    shown = list(visible.order_by("-created_at").prefetch_related("memberships__user")[:PROJECTS_SHOWN])
    return render(
        request,
        "canvas/home.html",
        {
            "projects": [(project, plan) for project, plan in completeness_of_many(shown)],
            "project_count": visible.count(),
            "mentions": conversation.waiting_mentions(user)[:MENTIONS_SHOWN],
            "lines": journal.lines(journal.entries_visible_to(user)[:LINES_SHOWN]),
        },
    )
