"""Two people, or three, save one block at once: nobody's words are lost, and one text comes out."""

import json
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import BlockDraft, BlockRevision, Membership, Project
from canvas.roles import Role
from tests.conftest import ClientAs
from tests.factories.accounts import UserFactory

BLOCK = 1
THEIRS, MINE = "Clinic of radiology", "Hospital board"


def page(project: Project, number: int = BLOCK) -> str:
    return reverse("canvas:block", args=[project.slug, number])


def save(client: Client, project: Project, *, based_on: int, number: int = BLOCK, **answers: str) -> Any:
    typed = {f"f-{key.replace('__', '-')}": value for key, value in answers.items()}
    return client.post(page(project, number), {"based_on": based_on, "stay": "yes"} | typed)


def choose(client: Client, project: Project, refused: Any, **chosen: str) -> Any:
    """Send the comparison page back with a choice for each field, as its form would."""
    form = refused.context["form"]
    sent = {"theirs": form.theirs.number, "base": form.base.number if form.base else 0, "mine": form.mine_json}
    return client.post(
        reverse("canvas:block-resolve", args=[project.slug, form.block.number]),
        sent | {key.replace("__", "-"): value for key, value in chosen.items()},
    )


def latest(project: Project) -> BlockRevision:
    return BlockRevision.objects.filter(project=project, block=BLOCK).order_by("-number")[0]


def a_conflict(project: Project, owner: User, contributor: User, client_as: ClientAs) -> Any:
    """The owner saves twice while the contributor writes on the first revision."""
    save(client_as(owner), project, based_on=0, sponsor="Data office")
    save(client_as(owner), project, based_on=1, sponsor=THEIRS)
    return save(client_as(contributor), project, based_on=1, sponsor=MINE)


def test_both_texts_stand_side_by_side_and_nothing_is_saved(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    refused = a_conflict(project, owner, contributor, client_as)
    shown = refused.content.decode()
    assert refused.status_code == 409
    assert THEIRS in shown
    assert MINE in shown
    assert "saved revision 2 while you were writing" in shown
    assert "Nothing of yours is lost" in shown
    assert BlockRevision.objects.count() == 2
    assert AuditEntry.objects.filter(chain=project.chain).count() == 2
    assert BlockDraft.objects.get(author=contributor).typed == {"sponsor": MINE}


def test_keeping_mine_makes_a_revision_and_theirs_stays_in_the_history(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    refused = a_conflict(project, owner, contributor, client_as)
    assert choose(client_as(contributor), project, refused, choice__sponsor="mine").status_code == 302
    assert (latest(project).number, latest(project).answers, latest(project).author) == (
        3,
        {"sponsor": MINE},
        contributor,
    )
    assert BlockRevision.objects.get(number=2).answers == {"sponsor": THEIRS}
    assert not BlockDraft.objects.exists()


def test_taking_theirs_makes_no_revision_and_ends_the_draft(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    refused = a_conflict(project, owner, contributor, client_as)
    assert choose(client_as(contributor), project, refused, choice__sponsor="theirs").status_code == 302
    assert latest(project).number == 2
    assert not BlockDraft.objects.exists()


def test_a_third_text_can_be_written_from_both(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    refused = a_conflict(project, owner, contributor, client_as)
    both = f"{THEIRS}, for the {MINE}"
    choose(client_as(contributor), project, refused, choice__sponsor="merged", f__sponsor=both)
    assert latest(project).answers == {"sponsor": both}


def test_without_a_choice_nothing_is_saved_and_the_field_is_named(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    refused = a_conflict(project, owner, contributor, client_as)
    again = choose(client_as(contributor), project, refused)
    assert again.status_code == 422
    assert "Choose which text to keep." in again.content.decode()
    assert '<a href="#choice-sponsor">Sponsor</a>' in again.content.decode()
    assert MINE in again.content.decode()
    assert BlockRevision.objects.count() == 2


def test_a_third_text_that_cannot_be_stored_comes_back_with_the_reason(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    refused = a_conflict(project, owner, contributor, client_as)
    again = choose(client_as(contributor), project, refused, choice__sponsor="merged", f__sponsor="x" * 200)
    assert again.status_code == 422
    assert "Shorten this to 150 characters; it has 200." in again.content.decode()
    assert "x" * 200 in again.content.decode()
    assert latest(project).number == 2


def test_fields_that_only_one_of_them_touched_go_together_without_a_choice(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    save(client_as(owner), project, based_on=0, sponsor="Data office", need="wait")
    save(client_as(owner), project, based_on=1, sponsor=THEIRS, need="wait")
    refused = save(client_as(contributor), project, based_on=1, sponsor="Data office", need="wait for days")
    assert refused.status_code == 409
    assert "You changed different fields." in refused.content.decode()
    choose(client_as(contributor), project, refused)
    assert latest(project).answers == {"sponsor": THEIRS, "need": "wait for days"}


def test_rows_that_do_not_collide_are_put_together(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    save(client_as(owner), project, based_on=0, persona__0__name="Planner")
    save(client_as(owner), project, based_on=1, persona__0__name="Planner", persona__0__goals="Calm")
    refused = save(client_as(contributor), project, based_on=1, persona__0__name="Planner", persona__1__name="Mechanic")
    (choice,) = refused.context["form"].choices
    assert choice.chosen == "merged"
    names = {"f__persona__0__name": "Planner", "f__persona__0__goals": "Calm", "f__persona__1__name": "Mechanic"}
    choose(client_as(contributor), project, refused, choice__persona="merged", **names)
    assert latest(project).answers == {"persona": [{"name": "Planner", "goals": "Calm"}, {"name": "Mechanic"}]}


def test_a_third_writer_is_compared_in_turn_and_no_chosen_word_is_lost(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    third = UserFactory(username="third")
    Membership.objects.create(project=project, user=third, role=Role.CONTRIBUTOR)
    refused = a_conflict(project, owner, contributor, client_as)
    save(client_as(third), project, based_on=2, sponsor="Ministry")
    both = f"{THEIRS} and {MINE}"
    again = choose(client_as(contributor), project, refused, choice__sponsor="merged", f__sponsor=both)
    assert again.status_code == 409
    shown = again.content.decode()
    assert "Ministry" in shown
    assert both in again.context["form"].mine_json
    assert "saved revision 3 while you were writing" in shown
    choose(client_as(contributor), project, again, choice__sponsor="mine")
    assert latest(project).answers == {"sponsor": both}
    texts = list(BlockRevision.objects.order_by("number").values_list("answers", flat=True))
    assert [answers["sponsor"] for answers in texts] == ["Data office", THEIRS, "Ministry", both]


def test_a_field_that_the_comparison_does_not_name_keeps_what_holds(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    refused = a_conflict(project, owner, contributor, client_as)
    choose(client_as(contributor), project, refused, choice__sponsor="mine", f__need="smuggled")
    assert latest(project).answers == {"sponsor": MINE}


def test_a_comparison_that_names_no_text_or_no_revision_is_not_found(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    a_conflict(project, owner, contributor, client_as)
    url = reverse("canvas:block-resolve", args=[project.slug, BLOCK])
    good = {"theirs": 2, "base": 1, "mine": json.dumps({"sponsor": MINE}), "choice-sponsor": "mine"}
    client = client_as(contributor)
    for wrong in ({"mine": "[1]"}, {"mine": "{"}, {"theirs": "9"}, {"theirs": ""}, {"base": "x"}):
        assert client.post(url, good | wrong).status_code == 404
    assert BlockRevision.objects.count() == 2
    assert client.post(url, good).status_code == 302


def test_markup_in_either_text_is_shown_and_never_run(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    save(client_as(owner), project, based_on=0, need="a")
    save(client_as(owner), project, based_on=1, need="<script>alert(1)</script>")
    refused = save(client_as(contributor), project, based_on=1, need='"><img src=x onerror=alert(2)>')
    shown = refused.content.decode()
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
