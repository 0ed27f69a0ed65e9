"""From an empty block to a reviewed revision, on pages and through the API."""

import hashlib
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.blocks import get_block
from canvas.cleaning import LONG_TEXT_LENGTH
from canvas.models import BlockRevision, Project
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import BlockRevisionFactory

BLOCK = 2
TYPED = {"f-owner": "Data office", "f-stakeholders-0-person": "", "based_on": 0}


def page(project: Project, number: int = BLOCK) -> str:
    return reverse("canvas:block", args=[project.slug, number])


def history(project: Project, number: int = BLOCK) -> str:
    return reverse("canvas:block-history", args=[project.slug, number])


def endpoint(project: Project, number: int = BLOCK) -> str:
    return reverse("canvas-api:block-detail", args=[project.slug, number])


def save(client: Client, project: Project, *, based_on: int, number: int = BLOCK, **answers: str) -> Any:
    sent = {"based_on": based_on, "stay": "yes"} | {f"f-{key}": value for key, value in answers.items()}
    return client.post(page(project, number), sent)


def test_saving_a_block_makes_a_revision_with_its_author_and_a_journal_line(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    response = client.post(page(project), {"based_on": 0, "f-owner": "  Data office "})
    assert response["Location"] == page(project, BLOCK + 1)
    revision = BlockRevision.objects.get()
    assert (revision.block, revision.number, revision.author) == (BLOCK, 1, contributor)
    assert revision.answers == {"owner": "Data office"}

    entry = AuditEntry.objects.get(chain=project.chain)
    after = json.loads(entry.body)["after"]
    assert (entry.action, entry.actor_id) == ("block.revised", contributor.pk)
    digest = hashlib.sha256(b'{"owner":"Data office"}').hexdigest()
    assert (after["block"], after["revision"], after["sha256"]) == (BLOCK, 1, digest)

    shown = client.get(page(project)).content.decode()
    assert "Data office" in shown
    assert "Revision 1" in shown


def test_the_history_shows_what_changed_word_for_word(
    project: Project, contributor: User, owner: User, client_as: ClientAs
) -> None:
    save(client_as(contributor), project, based_on=0, number=1, problem_statement="Too many cases wait.")
    save(client_as(owner), project, based_on=1, number=1, problem_statement="Too many urgent cases wait.")
    shown = client_as(owner).get(history(project, 1), {"to": 2}).content.decode()
    assert "<ins>urgent" in shown.replace("<ins> ", "<ins>")
    assert "What changed from revision 1 to 2" in shown
    first = BlockRevision.objects.get(number=1)
    assert first.answers == {"problem_statement": "Too many cases wait."}


def test_a_revision_that_does_not_exist_is_not_found(project: Project, owner: User, client_as: ClientAs) -> None:
    BlockRevisionFactory(project=project, block=BLOCK, number=1)
    client = client_as(owner)
    assert client.get(history(project), {"to": "1"}).status_code == 200
    for query in ({"to": "7"}, {"to": "x"}, {"to": "-1"}, {"to": "1", "from": "9"}, {"to": "9" * 30}):
        assert client.get(history(project), query).status_code == 404


def test_the_canvas_has_ten_blocks(project: Project, owner: User, client_as: ClientAs, api_as: ApiAs) -> None:
    for number in (0, 11):
        assert client_as(owner).get(page(project, number)).status_code == 404
        assert api_as(owner).put(endpoint(project, number), {"based_on": 0, "answers": {}}).status_code == 404


def test_saving_the_same_answers_again_makes_no_revision(project: Project, owner: User, client_as: ClientAs) -> None:
    save(client_as(owner), project, based_on=0, owner="Data office")
    response = save(client_as(owner), project, based_on=1, owner="Data office")
    assert response.status_code == 302
    assert "no new revision" in client_as(owner).get(page(project)).content.decode() or response.cookies
    assert BlockRevision.objects.count() == 1
    assert AuditEntry.objects.filter(chain=project.chain).count() == 1


# ---------- two people at once ----------


def test_a_form_opened_before_the_first_save_is_stale_too(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    save(client_as(owner), project, based_on=0, owner="Data office")
    assert save(client_as(contributor), project, based_on=0, owner="Clinic").status_code == 409
    assert BlockRevision.objects.get().answers == {"owner": "Data office"}


def test_a_program_on_an_old_revision_is_told_which_one_holds(project: Project, owner: User, api_as: ApiAs) -> None:
    api = api_as(owner)
    first = api.put(endpoint(project), {"based_on": 0, "answers": {"owner": "Data office"}})
    assert (first.status_code, first.json()["number"]) == (200, 1)
    stale = api.put(endpoint(project), {"based_on": 0, "answers": {"owner": "Clinic"}})
    assert stale.status_code == 409
    assert "saved revision 1 of this block in the meantime" in stale.json()["detail"]
    assert BlockRevision.objects.get().answers == {"owner": "Data office"}
    assert api.put(endpoint(project), {"based_on": 1, "answers": {"owner": "Clinic"}}).json()["number"] == 2


def test_a_form_without_its_revision_is_refused_with_a_way_out(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    response = client_as(owner).post(page(project), {"f-owner": "Data office"})
    assert response.status_code == 422
    assert "Open the block again and copy your text over" in response.content.decode()
    assert 'value="Data office"' in response.content.decode()
    assert not BlockRevision.objects.exists()


# ---------- bad input ----------


def test_each_wrong_answer_is_named_beside_its_field_and_nothing_is_saved(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    response = save(client_as(owner), project, based_on=0, number=10, decision="maybe", decided_on="31 February")
    errors = response.context["form"].errors
    assert response.status_code == 422
    assert set(errors) == {"decision", "decided_on"}
    shown = response.content.decode()
    for sentences in errors.values():
        assert all(sentence in response.context["form"].errors.as_text() for sentence in sentences)
    assert "31 February" in shown
    assert not BlockRevision.objects.exists()


def test_each_wrong_answer_is_named_by_its_key_in_the_api(project: Project, owner: User, api_as: ApiAs) -> None:
    answers = {"decision": "maybe", "decided_on": "2026-02-31", "not_a_field": "x"}
    response = api_as(owner).put(endpoint(project, 10), {"based_on": 0, "answers": answers})
    assert response.status_code == 400
    assert {"decision", "decided_on"} <= set(response.json()["answers"])
    assert not BlockRevision.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"based_on": 0},
        {"answers": {}},
        {"based_on": -1, "answers": {}},
        {"based_on": "x", "answers": {}},
        {"based_on": 0, "answers": []},
        {"based_on": 0, "answers": "text"},
        {"based_on": 0, "answers": {"owner": ["a", "list"]}},
        {"based_on": 0, "answers": {"owner": {"an": "object"}}},
        {"based_on": 0, "answers": {"owner": 7}},
        [],
    ],
)
def test_a_request_of_the_wrong_shape_is_refused(project: Project, owner: User, api_as: ApiAs, sent: Any) -> None:
    response = api_as(owner).put(endpoint(project), sent)
    assert response.status_code == 400
    assert not BlockRevision.objects.exists()


@pytest.mark.parametrize(
    ("text", "named"), [("bad\x00text", "NUL"), ("safe\u202etxt.exe", "U+202E"), ("ring\x07", "U+0007")]
)
def test_invisible_characters_are_refused_by_name(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs, text: str, named: str
) -> None:
    by_page = save(client_as(owner), project, based_on=0, owner=text)
    assert by_page.status_code == 422
    assert named in sentences_of(by_page)
    by_program = api_as(owner).put(endpoint(project), {"based_on": 0, "answers": {"owner": text}})
    assert by_program.status_code == 400
    assert named in str(by_program.json())
    assert not BlockRevision.objects.exists()


def test_half_a_surrogate_pair_is_refused(project: Project, owner: User, api_as: ApiAs) -> None:
    body = '{"based_on": 0, "answers": {"owner": "\\ud800"}}'
    response = api_as(owner).put(endpoint(project), body, content_type="application/json")
    assert response.status_code == 400
    assert "lone surrogate" in response.json()["detail"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_number_that_is_none_is_refused(project: Project, owner: User, api_as: ApiAs, number: str) -> None:
    body = f'{{"based_on": 0, "answers": {{"owner": {number}}}}}'
    response = api_as(owner).put(endpoint(project), body, content_type="application/json")
    assert response.status_code == 400


def test_text_from_right_to_left_and_of_any_script_is_kept(project: Project, owner: User, client_as: ClientAs) -> None:
    text = "عدد كبير من الحالات ينتظر 🩺 — Ångström, हिन्दी, 漢字"
    save(client_as(owner), project, based_on=0, number=1, problem_statement=text)
    assert BlockRevision.objects.get().answers == {"problem_statement": text}
    client = client_as(owner)
    for url in (page(project, 1), history(project, 1) + "?to=1"):
        assert text in client.get(url).content.decode()


def test_a_text_as_long_as_allowed_is_kept_and_a_longer_one_comes_back_whole(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    limit = get_block(1).field("problem_statement").max_length or LONG_TEXT_LENGTH
    client = client_as(owner)
    assert save(client, project, based_on=0, number=1, problem_statement="é" * limit).status_code == 302
    assert BlockRevision.objects.get().answers["problem_statement"] == "é" * limit
    longer = save(client, project, based_on=1, number=1, problem_statement="é" * (limit + 1))
    assert longer.status_code == 422
    assert f"Shorten this to {limit:,} characters; it has {limit + 1:,}." in longer.content.decode()
    assert "é" * (limit + 1) in longer.content.decode()
    assert BlockRevision.objects.count() == 1


def test_markup_in_an_answer_is_shown_and_never_run(project: Project, owner: User, client_as: ClientAs) -> None:
    attack = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    client = client_as(owner)
    save(client, project, based_on=0, number=3, input=attack)
    for url in (page(project, 3), reverse("canvas:board", args=[project.slug]), history(project, 3) + "?to=1"):
        shown = client.get(url).content.decode()
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "&lt;script&gt;alert(1)" in shown


def sentences_of(response: Any) -> str:
    """What the page says about the input; a NUL is named in words or by its number."""
    text = str(response.content.decode())
    return text.replace("U+0000", "NUL")


def test_a_reader_sees_the_answers_and_no_form(
    project: Project, owner: User, viewer: User, client_as: ClientAs
) -> None:
    save(client_as(owner), project, based_on=0, owner="Data office")
    shown = client_as(viewer).get(page(project)).content.decode()
    assert "Data office" in shown
    assert "You can read this block." in shown
    assert "<textarea" not in shown
    assert 'name="based_on"' not in shown
    assert save(client_as(viewer), project, based_on=1, owner="Mine now").status_code == 403
    assert BlockRevision.objects.count() == 1
