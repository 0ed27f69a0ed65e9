"""Starting a project, changing it, and who is in it."""

import json

import pytest
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Membership, Project
from tests.conftest import ApiAs, ClientAs
from tests.factories.accounts import UserFactory
from tests.factories.canvas import MembershipFactory, ProjectFactory

NEW = {"name": "Chest pain", "purpose": "Find who can go home.", "task": "binary", "risk_tier": "high"}


def actions(project: Project) -> list[str]:
    return list(AuditEntry.objects.filter(chain=project.chain).order_by("seq").values_list("action", flat=True))


def settings_page(project: Project) -> str:
    return reverse("canvas:project-settings", args=[project.slug])


# ---------- starting ----------


def test_whoever_starts_a_project_owns_it(outsider: User, client_as: ClientAs) -> None:
    response = client_as(outsider).post(reverse("canvas:project-create"), NEW)
    project = Project.objects.get()
    assert response["Location"] == reverse("canvas:board", args=["chest-pain"])
    assert list(project.memberships.values_list("user", "role")) == [(outsider.pk, "owner")]
    assert actions(project) == ["project.created"]


@pytest.mark.parametrize("name", ["Triage", "triage", "  TRIAGE  "])
def test_a_name_is_taken_whatever_its_case(project: Project, owner: User, client_as: ClientAs, name: str) -> None:
    response = client_as(owner).post(reverse("canvas:project-create"), NEW | {"name": name})
    assert response.status_code == 422
    assert "exists. Choose another name." in response.content.decode()
    assert "Find who can go home." in response.content.decode()
    assert Project.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "slug"), [("New", "new-2"), ("new!", "new-2"), ("漢字", "project"), ("a" * 120, "a" * 50)]
)
def test_an_address_is_made_of_the_name_and_never_collides(
    owner: User, client_as: ClientAs, name: str, slug: str
) -> None:
    client = client_as(owner)
    client.post(reverse("canvas:project-create"), NEW | {"name": name})
    assert Project.objects.get().slug == slug
    assert client.get(reverse("canvas:project-create")).context["form"] is not None
    client.post(reverse("canvas:project-create"), NEW | {"name": f"{name[:110]}?", "similar_seen": "1"})
    assert Project.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "Triage\u202egnp.exe"),
        ("name", "Tri\x00age"),
        ("task", "divination"),
        ("risk_tier", "none"),
        ("purpose", "x" * 401),
    ],
)
def test_a_wrong_entry_is_named_beside_its_field(
    owner: User, client_as: ClientAs, api_as: ApiAs, project: Project, field: str, value: str
) -> None:
    response = client_as(owner).post(reverse("canvas:project-create"), NEW | {field: value})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    url = reverse("canvas-api:project-detail", args=[project.slug])
    by_program = api_as(owner).patch(url, {field: value})
    assert by_program.status_code == 400
    # NUL is refused in any text before fields are looked at.
    assert set(by_program.json()) == ({"detail"} if "\0" in value else {field})
    assert list(Project.objects.values_list("name", flat=True)) == ["Triage"]


# ---------- changing ----------


def test_changed_settings_are_journaled_with_what_they_were(project: Project, owner: User, client_as: ClientAs) -> None:
    client_as(owner).post(settings_page(project), NEW | {"name": "Triage"})
    entry = AuditEntry.objects.get(chain=project.chain)
    body = json.loads(entry.body)
    assert entry.action == "project.changed"
    assert body["before"] == {"purpose": "Find the cases that need a second look.", "risk_tier": "unknown"}
    assert body["after"] == {"purpose": "Find who can go home.", "risk_tier": "high"}
    project.refresh_from_db()
    assert (project.slug, project.risk_tier) == ("triage", "high")


def test_a_program_changes_only_what_it_sends(project: Project, owner: User, api_as: ApiAs) -> None:
    url = reverse("canvas-api:project-detail", args=[project.slug])
    assert api_as(owner).patch(url, {"risk_tier": "limited", "slug": "other"}).status_code == 200
    project.refresh_from_db()
    assert (project.slug, project.name, project.risk_tier) == ("triage", "Triage", "limited")


def test_the_same_settings_and_the_same_role_again_are_no_event(
    project: Project, owner: User, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    url = reverse("canvas-api:project-detail", args=[project.slug])
    member = Membership.objects.get(user=contributor)
    role = reverse("canvas:member-role", args=[project.slug, member.pk])
    assert api_as(owner).patch(url, {"risk_tier": "limited"}).status_code == 200
    client_as(owner).post(role, {"role": "viewer"})
    once = actions(project)
    assert api_as(owner).patch(url, {"risk_tier": "limited"}).status_code == 200
    client_as(owner).post(role, {"role": "viewer"})
    assert [action for action in actions(project) if action != "token.created"] == once


def test_a_project_cannot_take_anothers_name(project: Project, owner: User, client_as: ClientAs, api_as: ApiAs) -> None:
    ProjectFactory(name="Readmission")
    assert client_as(owner).post(settings_page(project), NEW | {"name": "readmission"}).status_code == 422
    url = reverse("canvas-api:project-detail", args=[project.slug])
    assert api_as(owner).patch(url, {"name": "readmission"}).status_code == 409
    project.refresh_from_db()
    assert project.name == "Triage"


# ---------- members ----------


def test_a_member_is_added_moved_and_removed_with_a_line_each(
    project: Project, owner: User, outsider: User, client_as: ClientAs
) -> None:
    client, theirs = client_as(owner), client_as(outsider)
    assert theirs.get(project.get_absolute_url()).status_code == 404
    client.post(reverse("canvas:member-add", args=[project.slug]), {"username": "Outsider", "role": "viewer"})
    member = Membership.objects.get(user=outsider)
    assert theirs.get(project.get_absolute_url()).status_code == 200
    client.post(reverse("canvas:member-role", args=[project.slug, member.pk]), {"role": "approver"})
    member.refresh_from_db()
    assert member.role == "approver"
    client.post(reverse("canvas:member-remove", args=[project.slug, member.pk]))
    assert theirs.get(project.get_absolute_url()).status_code == 404
    assert actions(project) == ["member.added", "member.role-changed", "member.removed"]


def test_a_member_is_added_by_a_program(project: Project, owner: User, outsider: User, api_as: ApiAs) -> None:
    url = reverse("canvas-api:member-list", args=[project.slug])
    api = api_as(owner)
    assert api.post(url, {"username": "outsider", "role": "validator"}).status_code == 201
    assert api.post(url, {"username": "outsider", "role": "viewer"}).status_code == 409
    assert api.post(url, {"username": "nobody", "role": "viewer"}).status_code == 400
    assert api.post(url, {"username": "outsider", "role": "king"}).status_code == 400
    assert {(row["username"], row["role"]) for row in api.get(url).json()} == {
        ("owner", "owner"),
        ("outsider", "validator"),
    }


@pytest.mark.parametrize(
    ("username", "sentence"),
    [("nobody", "Nobody called nobody has an account here."), ("owner", "is a member already")],
)
def test_an_impossible_member_is_explained(
    project: Project, owner: User, client_as: ClientAs, username: str, sentence: str
) -> None:
    url = reverse("canvas:member-add", args=[project.slug])
    response = client_as(owner).post(url, {"username": username, "role": "viewer"})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert Membership.objects.count() == 1


def test_a_project_keeps_an_owner(project: Project, owner: User, contributor: User, client_as: ClientAs) -> None:
    client = client_as(owner)
    own = Membership.objects.get(user=owner)
    for name, sent in (("member-role", {"role": "viewer"}), ("member-remove", {})):
        response = client.post(reverse(f"canvas:{name}", args=[project.slug, own.pk]), sent, follow=True)
        assert "A project needs an owner. Make somebody else an owner first." in response.content.decode()
    own.refresh_from_db()
    assert own.role == "owner"
    assert actions(project) == []

    other = Membership.objects.get(user=contributor)
    client.post(reverse("canvas:member-role", args=[project.slug, other.pk]), {"role": "owner"})
    client.post(reverse("canvas:member-remove", args=[project.slug, own.pk]))
    assert client.get(project.get_absolute_url()).status_code == 404


def test_a_member_of_another_project_is_out_of_reach(project: Project, owner: User, client_as: ClientAs) -> None:
    other = MembershipFactory(project=ProjectFactory(), role="viewer")
    for name in ("member-role", "member-remove"):
        url = reverse(f"canvas:{name}", args=[project.slug, other.pk])
        assert client_as(owner).post(url, {"role": "owner"}).status_code == 404
    other.refresh_from_db()
    assert other.role == "viewer"


# ---------- who sees what ----------


def test_projects_of_others_are_invisible(project: Project, outsider: User, client_as: ClientAs) -> None:
    client = client_as(outsider)
    for url in (reverse("canvas:home"), reverse("canvas:project-list"), reverse("canvas:project-list") + "?q=tri"):
        assert "Triage" not in client.get(url).content.decode()
    assert client.get(project.get_absolute_url()).status_code == 404
    missing = client.get(reverse("canvas:project-detail", args=["no-such-project"]))
    assert missing.status_code == 404


def test_an_auditor_reads_everything_and_changes_nothing(
    project: Project, auditor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    client = client_as(auditor)
    for name in ("project-detail", "board", "kpi-list", "journal"):
        assert client.get(reverse(f"canvas:{name}", args=[project.slug])).status_code == 200
    assert client.get(reverse("canvas:audit-log")).status_code == 200
    assert client.post(settings_page(project), NEW).status_code == 403
    assert client.post(reverse("canvas:block", args=[project.slug, 2]), {"based_on": 0}).status_code == 403
    url = reverse("canvas-api:block-detail", args=[project.slug, 2])
    assert api_as(auditor).put(url, {"based_on": 0, "answers": {"owner": "Me"}}).status_code == 403
    project.refresh_from_db()
    assert project.name == "Triage"


def test_projects_are_found_by_a_part_of_their_name(project: Project, owner: User, client_as: ClientAs) -> None:
    ProjectFactory(name="Readmission", slug="readmission", created_by=owner)
    shown = client_as(owner).get(reverse("canvas:project-list"), {"q": "ADMI"}).content.decode()
    assert "Readmission" in shown
    assert "Triage" not in shown
    none = client_as(owner).get(reverse("canvas:project-list"), {"q": "zebra\0%"}).content.decode()
    assert "No project has “zebra%” in its name" in none


def test_somebody_without_a_project_is_told_where_to_start(outsider: User, client_as: ClientAs) -> None:
    shown = client_as(outsider).get(reverse("canvas:home")).content.decode()
    assert "No project yet" in shown
    assert reverse("canvas:project-create") in shown


def test_people_with_the_same_name_are_told_apart(project: Project, owner: User, client_as: ClientAs) -> None:
    for username in ("sam-1", "sam-2"):
        MembershipFactory(project=project, user=UserFactory(username=username, name="Sam"))
    shown = client_as(owner).get(settings_page(project)).content.decode()
    assert "sam-1" in shown
    assert "sam-2" in shown
