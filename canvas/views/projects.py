from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from canvas import examples
from canvas.access import get_project
from canvas.forms.projects import ProjectForm
from canvas.models import Project
from canvas.services import blocks, projects
from canvas.services.similar import Similar, similar_to
from canvas.views.requests import signed_in

PROJECTS_PER_PAGE = 25


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """Every project this person may see, found by name."""
    user = signed_in(request)
    found = Project.objects.visible_to(user).prefetch_related("memberships__user").order_by("name")
    if query := request.GET.get("q", "").replace("\0", "").strip():
        found = found.filter(name__icontains=query)
    page = Paginator(found, PROJECTS_PER_PAGE).get_page(request.GET.get("page"))
    rows = blocks.completeness_of_many(list(page))
    return render(request, "canvas/project_list.html", {"page": page, "projects": rows, "query": query})


@require_http_methods(["GET", "POST"])
def project_create(request: HttpRequest) -> HttpResponse:
    """Start a blank project."""
    form = ProjectForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "examples": examples.listed()}
    if request.method == "POST" and form.is_valid():
        # Said once, on the page or here; whoever has seen it may go on.
        if not request.POST.get("similar_seen") and (near := _similar(form, user=signed_in(request))):
            return render(request, "canvas/project_form.html", context | {"similar": near}, status=409)
        try:
            project = projects.create_project(**form.cleaned_data, by=signed_in(request))
        except projects.NameTaken as reason:
            form.add_error("name", str(reason))
        else:
            return redirect("canvas:board", project.slug)
    return render(request, "canvas/project_form.html", context, status=422 if form.errors else 200)


@require_safe
def project_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The project at a glance, composed from every room's panel."""
    project = get_project(signed_in(request), slug)
    members = project.memberships.select_related("user")
    plan = blocks.completeness_of(project)
    return render(request, "canvas/project_detail.html", {"project": project, "members": members, "plan": plan})


def _similar(form: ProjectForm, *, user: User) -> list[Similar]:
    """What resembles the new project; nothing while its name is taken, which is said first."""
    if Project.objects.filter(name__iexact=form.cleaned_data["name"].strip()).exists():
        return []
    return similar_to(f"{form.cleaned_data['name']} {form.cleaned_data['purpose']}", user=user)
