from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.models import AuditEntry
from canvas import journal
from canvas.forms_project import ProjectForm
from canvas.models import Project
from canvas.services import projects
from canvas.services.blocks import completeness_of_many
from canvas.views.requests import signed_in

PROJECTS_AT_HOME = 8
PROJECTS_PER_PAGE = 25
LINES_AT_HOME = 8
LINES_PER_PAGE = 50


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, what runs, and their projects."""
    user = signed_in(request)
    visible = Project.objects.visible_to(user)
    shown = list(visible.order_by("-created_at").prefetch_related("memberships__user")[:PROJECTS_AT_HOME])
    return render(
        request,
        "canvas/home.html",
        {
            "projects": [(project, plan) for project, plan in completeness_of_many(shown)],
            "project_count": visible.count(),
            "lines": journal.lines(journal.entries_visible_to(user)[:LINES_AT_HOME]),
        },
    )


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """Every project this person may see, found by name."""
    user = signed_in(request)
    found = Project.objects.visible_to(user).prefetch_related("memberships__user").order_by("name")
    if query := request.GET.get("q", "").replace("\0", "").strip():
        found = found.filter(name__icontains=query)
    page = Paginator(found, PROJECTS_PER_PAGE).get_page(request.GET.get("page"))
    rows = completeness_of_many(list(page))
    return render(request, "canvas/project_list.html", {"page": page, "projects": rows, "query": query})


@require_http_methods(["GET", "POST"])
def project_create(request: HttpRequest) -> HttpResponse:
    """Start a blank project."""
    form = ProjectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            project = projects.create_project(**form.cleaned_data, by=signed_in(request))
        except projects.NameTaken as reason:
            form.add_error("name", str(reason))
        else:
            return redirect("canvas:board", project.slug)
    return render(request, "canvas/project_form.html", {"form": form}, status=422 if form.errors else 200)


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
