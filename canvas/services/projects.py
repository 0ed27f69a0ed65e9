"""Every write to a project and its members."""

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Classification, Membership, Project
from canvas.roles import Role

RESERVED_SLUGS = {"new"}


class NameTaken(Exception):
    """Another project has this name."""


class TierFollowsClassification(Exception):
    """The tier of a classified project is changed by classifying it again, and by nothing else."""


class LastOwner(Exception):
    """The change would leave a project without an owner."""


class AlreadyMember(Exception):
    """The person is a member already."""


class NoSuchPerson(Exception):
    """Nobody with this username has an open account."""


@transaction.atomic
def create_project(name: str, *, by: User, purpose: str = "", task: str = "", risk_tier: str = "unknown") -> Project:
    """Create a project owned by its creator; raises NameTaken when another project is called the same."""
    if Project.objects.filter(name__iexact=name.strip()).exists():
        raise NameTaken(f"A project called {name.strip()} exists. Choose another name.")
    project = Project.objects.create(
        slug=_free_slug(name), name=name.strip(), purpose=purpose, task=task, risk_tier=risk_tier, created_by=by
    )
    Membership.objects.create(project=project, user=by, role=Role.OWNER)
    record(
        Action.PROJECT_CREATED,
        by=by,
        on=project,
        chain=project.chain,
        after={"slug": project.slug, "task": task, "risk_tier": risk_tier, "owner": by.get_username()},
    )
    return project


@transaction.atomic
def change_project(
    project: Project, *, by: User, name: str, purpose: str, task: str, risk_tier: str, allow_code_formats: bool
) -> Project:
    """Change a project's settings; its slug, and so its addresses, stay. The same settings again change nothing."""
    project = Project.objects.select_for_update().get(pk=project.pk)
    if Project.objects.filter(name__iexact=name.strip()).exclude(pk=project.pk).exists():
        raise NameTaken(f"A project called {name.strip()} exists. Choose another name.")
    if risk_tier != project.risk_tier:
        _ensure_tier_is_free(project, risk_tier)
    after = {
        "name": name.strip(),
        "purpose": purpose,
        "task": task,
        "risk_tier": risk_tier,
        "allow_code_formats": allow_code_formats,
    }
    before = {key: getattr(project, key) for key in after}
    changed = {key for key in after if before[key] != after[key]}
    if not changed:
        return project
    for key, value in after.items():
        setattr(project, key, value)
    project.save(update_fields=list(after))
    record(
        Action.PROJECT_CHANGED,
        by=by,
        on=project,
        chain=project.chain,
        before={key: before[key] for key in changed},
        after={key: after[key] for key in changed},
    )
    return project


@transaction.atomic
def add_member(project: Project, *, username: str, role: str, by: User) -> Membership:
    """Give somebody a role in a project."""
    user = User.objects.filter(username__iexact=username.strip(), is_active=True).first()
    if user is None:
        raise NoSuchPerson(f"Nobody called {username} has an account here. Check the username.")
    try:
        with transaction.atomic():
            membership = Membership.objects.create(project=project, user=user, role=role)
    except IntegrityError as error:
        raise AlreadyMember(f"{user} is a member already. Change their role instead.") from error
    record(
        Action.MEMBER_ADDED, by=by, on=membership, chain=project.chain, label=str(user),
        after={"user": user.username, "role": role},
    )  # fmt: skip
    return membership


@transaction.atomic
def change_role(membership: Membership, *, role: str, by: User) -> Membership:
    """Change a member's role; a project keeps an owner. The same role again changes nothing."""
    membership = _locked(membership)
    before = membership.role
    if before == role:
        return membership
    if before == Role.OWNER and role != Role.OWNER:
        _ensure_another_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    record(
        Action.MEMBER_ROLE_CHANGED, by=by, on=membership, chain=membership.project.chain, label=str(membership.user),
        before={"user": membership.user.username, "role": before}, after={"role": role},
    )  # fmt: skip
    return membership


@transaction.atomic
def remove_member(membership: Membership, *, by: User) -> None:
    """Take somebody's role in a project away; a project keeps an owner."""
    membership = _locked(membership)
    if membership.role == Role.OWNER:
        _ensure_another_owner(membership)
    record(
        Action.MEMBER_REMOVED, by=by, on=membership, chain=membership.project.chain, label=str(membership.user),
        before={"user": membership.user.username, "role": membership.role},
    )  # fmt: skip
    membership.delete()


def _ensure_tier_is_free(project: Project, risk_tier: str) -> None:
    if Classification.objects.filter(project=project).exists():
        raise TierFollowsClassification("The risk tier follows the signed classification. Classify the project again.")
    if risk_tier == Project.RiskTier.PROHIBITED:
        raise TierFollowsClassification("Only a signed classification finds that a practice is prohibited.")


def _locked(membership: Membership) -> Membership:
    # The project's row, so that two owners cannot step down past each other.
    Project.objects.select_for_update().get(pk=membership.project_id)
    return Membership.objects.select_related("project", "user").get(pk=membership.pk)


def _ensure_another_owner(membership: Membership) -> None:
    owners = Membership.objects.filter(project=membership.project, role=Role.OWNER).exclude(pk=membership.pk)
    if not owners.exists():
        raise LastOwner("A project needs an owner. Make somebody else an owner first.")


def _free_slug(name: str) -> str:
    base = slugify(name)[:50].strip("-") or "project"
    taken = set(Project.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED_SLUGS
    if base not in taken:
        return base
    return next(f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)
