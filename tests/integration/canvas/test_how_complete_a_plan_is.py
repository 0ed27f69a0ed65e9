"""The numbers on board, overview and lists, against a count made here."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.urls import reverse

from accounts.models import User
from canvas.blocks import BLOCKS
from canvas.models import Project
from canvas.services import blocks
from tests.conftest import ApiAs, ClientAs

SAMPLE = Path(__file__).parents[3] / "samples" / "breast_mass" / "canvas.yaml"


@pytest.fixture(scope="module")
def sample() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    return loaded


def fill_in(project: Project, sample: dict[str, Any], *numbers: int, by: User) -> None:
    for block in BLOCKS:
        if block.number in numbers:
            blocks.revise(project, block, answers=sample[block.key], based_on=0, by=by)


def test_an_empty_board_asks_for_everything(project: Project, owner: User, client_as: ClientAs) -> None:
    shown = client_as(owner).get(reverse("canvas:board", args=[project.slug])).content.decode()
    assert "0 % complete" in shown
    assert "0 of 10 blocks complete" in shown
    assert shown.count("Not started") == 10


def test_a_full_board_asks_for_nothing(
    project: Project, owner: User, client_as: ClientAs, sample: dict[str, Any]
) -> None:
    fill_in(project, sample, *range(1, 11), by=owner)
    shown = client_as(owner).get(reverse("canvas:board", args=[project.slug])).content.decode()
    assert "100 % complete" in shown
    assert "All ten blocks are complete, 0 accepted." in shown
    assert "Next open field" not in shown


def test_a_board_in_between_counts_what_is_open(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs, sample: dict[str, Any]
) -> None:
    fill_in(project, sample, 1, 4, 7, by=owner)
    # Block 9 with one of the fields that it requires whatever else is answered.
    block = BLOCKS[8]
    always = [field.key for field in block.fields if field.required]
    given = always[0]
    blocks.revise(project, block, answers={given: sample[block.key][given]}, based_on=0, by=owner)

    client = client_as(owner)
    context = client.get(reverse("canvas:board", args=[project.slug])).context
    plan = context["plan"]
    assert plan.complete_blocks == 3
    assert plan.by_block[9].answered == 1
    assert {field.key for field in plan.by_block[9].missing} == set(always[1:])
    expected = int(100 * (3 + 1 / len(always)) / 10)
    assert plan.percent == expected

    for name in ("canvas:board", "canvas:project-detail"):
        shown = client.get(reverse(name, args=[project.slug])).content.decode()
        assert f"{expected} % complete" in shown
        assert "3 of 10 blocks complete" in shown
    assert f"{expected} %" in client.get(reverse("canvas:project-list")).content.decode()

    listed = api_as(owner).get(reverse("canvas-api:block-list", args=[project.slug])).json()
    assert [(row["block"], row["is_complete"]) for row in listed] == [(1, True), (4, True), (7, True), (9, False)]
    assert listed[-1]["missing"] == always[1:]


def test_the_next_open_field_is_the_first_one_in_the_order_of_the_blocks(
    project: Project, owner: User, client_as: ClientAs, sample: dict[str, Any]
) -> None:
    fill_in(project, sample, 1, by=owner)
    first = next(field for field in BLOCKS[1].fields if field.required)
    shown = client_as(owner).get(reverse("canvas:board", args=[project.slug])).content.decode()
    assert f"{reverse('canvas:block', args=[project.slug, 2])}#f-{first.key}" in shown


def test_who_cannot_write_is_not_sent_to_the_next_field(project: Project, viewer: User, client_as: ClientAs) -> None:
    shown = client_as(viewer).get(reverse("canvas:board", args=[project.slug])).content.decode()
    assert "Next open field" not in shown
