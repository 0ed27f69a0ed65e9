from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.models import AuditEntry
from canvas import journal
from canvas.access import get_project
from canvas.views.requests import signed_in

LINES_PER_PAGE = 50


@require_safe
def project_journal(request: HttpRequest, slug: str) -> HttpResponse:
    """The project's journal, filtered, with the head of its chain."""
    project = get_project(signed_in(request), slug)
    wanted = journal.Filters.of(request.GET)
    page = Paginator(wanted.apply(journal.entries_of(project)), LINES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "project": project,
        "page": page,
        "lines": journal.lines(page),
        "filters": wanted,
        "actions": journal.action_choices(),
        "head": journal.head_of(project),
    }
    return render(request, "canvas/journal.html", context)


@require_safe
def audit_log(request: HttpRequest) -> HttpResponse:
    """The whole journal, for those who may read everything."""
    user = signed_in(request)
    if not (user.is_administrator or user.is_auditor):
        raise PermissionDenied("Only auditors and administrators read the whole journal.")
    wanted = journal.Filters.of(request.GET)
    page = Paginator(wanted.apply(AuditEntry.objects.order_by("-at", "-pk")), LINES_PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "canvas/audit_log.html",
        {"page": page, "lines": journal.lines(page), "filters": wanted, "actions": journal.action_choices()},
    )
