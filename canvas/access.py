"""The one door: how a view, an API or an MLflow endpoint obtains a project."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404

import statements
from accounts.models import ApiToken, User
from canvas.blocks import Block, get_block
from canvas.models import Membership, Project
from canvas.roles import GRANTS, SITE_GRANTS, Permission
from statements import Statement

# Asked by every request of every program.
_PROJECT = Statement(lambda pk: Project.objects.filter(pk=pk).values_list(*statements.columns(Project)), -1)
_ROLE = Statement(
    lambda project, user: Membership.objects.filter(project=project, user=user).order_by().values_list("role"), -1, -2
)


@dataclass(frozen=True)
class Can:
    """What one person may do in one project; templates read it as `can.edit_canvas`."""

    permissions: frozenset[Permission]

    def __contains__(self, permission: Permission) -> bool:
        return permission in self.permissions

    def __getattr__(self, name: str) -> bool:
        try:
            return Permission(name.replace("_", "-")) in self.permissions
        except ValueError as error:
            raise AttributeError(name) from error


def permissions_of(user: User, project: Project) -> Can:
    """What a person may do in a project: their role's grants and their site role's, together."""
    if not user.is_authenticated or not user.is_active:
        return Can(frozenset())
    granted = SITE_GRANTS.get(user.active_site_role, frozenset())
    if found := _ROLE.first(project.pk, user.pk):
        granted = granted | GRANTS[found[0]]
    return Can(granted)


def get_project(
    user: User, slug: str, *, needs: Permission = Permission.VIEW, token: ApiToken | None = None
) -> Project:
    """The project with this slug, with `project.can` saying what the person may do.

    Raises Http404 to outsiders, and to a token of another project, as if the project did not exist; PermissionDenied
    to members who lack the permission.
    """
    project = Project.objects.filter(slug=slug).first()
    if project is None or (token is not None and token.project_id != project.pk):
        raise Http404("No such project.")
    return _let_in(user, project, needs)


def get_token_project(token: ApiToken, *, needs: Permission = Permission.VIEW) -> Project:
    """The one project that a token opens, where an address names none; raises as `get_project` does."""
    found = _PROJECT.first(token.project_id)
    if found is None:
        raise Http404("No such project.")
    return _let_in(token.user, statements.record(Project, found), needs)


def _let_in(user: User, project: Project, needs: Permission) -> Project:
    can = permissions_of(user, project)
    if Permission.VIEW not in can:
        raise Http404("No such project.")
    if needs not in can:
        raise PermissionDenied(f"Your role in {project.name} does not allow this.")
    project.can = can
    return project


def block_or_404(number: int) -> Block:
    """The block with this number; raises Http404 for any other than 1 to 10."""
    try:
        return get_block(number)
    except KeyError as error:
        raise Http404("The canvas has ten blocks.") from error
