from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from canvas.access import get_project
from canvas.forms.projects import MemberForm, ProjectSettingsForm, RoleForm
from canvas.models import Membership, Project
from canvas.roles import Permission, Role
from canvas.services import projects
from canvas.views.requests import signed_in


@require_http_methods(["GET", "POST"])
def project_settings(request: HttpRequest, slug: str) -> HttpResponse:
    """The project's name, purpose and rules, and its members."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.MANAGE_PROJECT)
    held = Project.objects.get(pk=project.pk)  # the form writes into its instance
    form = ProjectSettingsForm(request.POST if request.method == "POST" else None, instance=held)
    if request.method == "POST" and form.is_valid():
        try:
            projects.change_project(project, by=user, **form.cleaned_data)
        except projects.NameTaken as reason:
            form.add_error("name", str(reason))
        except projects.TierFollowsClassification as reason:
            form.add_error("risk_tier", str(reason))
        else:
            messages.success(request, "The settings are saved.")
            return redirect("canvas:project-settings", slug)
    return _render_settings(request, project, form=form)


@require_POST
def member_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Give somebody a role."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.MANAGE_PROJECT)
    form = MemberForm(request.POST)
    if not form.is_valid():
        return _render_settings(request, project, member_form=form)
    try:
        added = projects.add_member(project, **form.cleaned_data, by=user)
    except (projects.NoSuchPerson, projects.AlreadyMember) as reason:
        form.add_error("username", str(reason))
        return _render_settings(request, project, member_form=form)
    messages.success(request, f"{added.user} is now {added.get_role_display().lower()} of {project}.")
    return redirect("canvas:project-settings", slug)


@require_POST
def member_role(request: HttpRequest, slug: str, member_id: int) -> HttpResponse:
    """Change a member's role."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.MANAGE_PROJECT)
    membership = get_object_or_404(Membership, project=project, pk=member_id)
    form = RoleForm(request.POST)
    try:
        if form.is_valid():
            projects.change_role(membership, role=form.cleaned_data["role"], by=user)
            messages.success(request, f"The role of {membership.user} is changed.")
        else:
            messages.error(request, "That role does not exist. Choose one from the list.")
    except projects.LastOwner as reason:
        messages.error(request, str(reason))
    return redirect("canvas:project-settings", slug)


@require_POST
def member_remove(request: HttpRequest, slug: str, member_id: int) -> HttpResponse:
    """Take a member's role away."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.MANAGE_PROJECT)
    membership = get_object_or_404(Membership, project=project, pk=member_id)
    try:
        projects.remove_member(membership, by=user)
    except projects.LastOwner as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"{membership.user} left {project}.")
    return redirect("canvas:project-settings", slug)


def _render_settings(
    request: HttpRequest,
    project: Project,
    *,
    form: ProjectSettingsForm | None = None,
    member_form: MemberForm | None = None,
) -> HttpResponse:
    shown = form or ProjectSettingsForm(instance=Project.objects.get(pk=project.pk))
    context = {
        "project": project,
        "form": shown,
        "member_form": member_form or MemberForm(),
        "members": project.memberships.select_related("user"),
        "roles": Role.choices,
    }
    failed = shown.errors or (member_form and member_form.errors)
    return render(request, "canvas/project_settings.html", context, status=422 if failed else 200)
