from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services as accounts
from accounts.models import ApiToken
from canvas import journal
from canvas.access import get_project
from canvas.forms_project import MemberForm, ProjectSettingsForm, RoleForm, TokenForm
from canvas.models import Membership, Project
from canvas.roles import Permission, Role
from canvas.services import projects
from canvas.views.requests import signed_in

LINES_PER_PAGE = 50


@require_safe
def activity(request: HttpRequest, slug: str) -> HttpResponse:
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


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest, slug: str) -> HttpResponse:
    """One's own tokens for this project; a new one is shown once."""
    user = signed_in(request)
    project = get_project(user, slug)
    form = TokenForm(request.POST if request.method == "POST" else None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        lifetime = timedelta(days=form.cleaned_data["days"])
        _, secret = accounts.create_token(
            user, project_id=project.pk, name=form.cleaned_data["name"], lifetime=lifetime, chain=project.chain
        )
        form = TokenForm()
    listed = ApiToken.objects.filter(user=user, project_id=project.pk, revoked_at__isnull=True)
    context = {"project": project, "form": form, "tokens": listed, "secret": secret}
    return render(request, "canvas/token_list.html", context, status=422 if form.errors else 200)


@require_POST
def token_revoke(request: HttpRequest, slug: str, token_id: int) -> HttpResponse:
    """End one of one's own tokens at once."""
    user = signed_in(request)
    project = get_project(user, slug)
    token = get_object_or_404(ApiToken, pk=token_id, user=user, project_id=project.pk)
    accounts.revoke_token(token, by=user, chain=project.chain)
    messages.success(request, f"The token {token.name} is revoked.")
    return redirect("canvas:token-list", slug)


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
