"""Two people write in one block at once, in two browsers; both texts meet on one page and become one."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AXE, SignIn, World, violations

BLOCK = "/p/diabetes-progression/canvas/1/"
FORM = "#block-1-form"


def draft_is_saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_text(re.compile(r"Draft saved \d\d:\d\d, only you see it"))


@pytest.mark.browser
def test_an_editing_conflict_is_resolved_and_no_word_is_lost(sign_in: SignIn) -> None:
    owner, contributor = sign_in("owner"), sign_in("contributor")
    contributor.context.add_init_script(path=AXE)
    theirs, mine = owner.go(BLOCK), contributor.go(BLOCK)

    # The contributor types; the statement follows, and the draft is kept for them alone.
    mine.get_by_label("Sponsor", exact=True).fill("Head of the outpatient clinic")
    mine.locator("#f-need").fill("have to choose whom to call back")
    expect(mine.locator("[data-statement] output")).to_contain_text("who have to choose whom to call back")
    users = mine.locator("#f-persona")
    users.get_by_role("button", name="Add user").click()
    mine.keyboard.type("Practice manager")
    draft_is_saved(mine)

    # Meanwhile the owner saves another sponsor, and another line.
    theirs.get_by_label("Sponsor", exact=True).fill("Medical director")
    theirs.get_by_label("Today", exact=True).fill("Nurses call whom they remember.")
    theirs.get_by_role("button", name="Save", exact=True).click()
    expect(theirs.locator("#messages")).to_contain_text("Block 1 is saved.")

    # The contributor's next letter is told about it, and saving shows both texts.
    mine.get_by_label("Sponsor", exact=True).press("End")
    mine.keyboard.type(", north")
    expect(mine.locator("[data-save-state]")).to_contain_text("saving will show both texts")
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Two edits of value proposition")
    sponsor = mine.get_by_role("group", name="Sponsor")
    expect(sponsor).to_contain_text("Medical director")
    expect(sponsor).to_contain_text("Head of the outpatient clinic, north")
    expect(mine.locator("#conflict-form")).to_contain_text("Nurses call whom they remember.")
    assert violations(mine) == []

    # Without a choice nothing is saved; a third text, written from both, chooses itself.
    mine.get_by_role("button", name="Save the result").click()
    expect(mine.get_by_role("alert")).to_contain_text("Choose which text to keep.")
    sponsor.get_by_role("radio", name="Put together").check()
    sponsor.get_by_role("textbox").fill("Medical director, with the head of the outpatient clinic")
    mine.get_by_role("button", name="Save the result").click()
    expect(mine.locator("#messages")).to_contain_text("Both texts are one.")
    expect(mine.get_by_label("Sponsor", exact=True)).to_have_value(
        "Medical director, with the head of the outpatient clinic"
    )
    expect(mine.get_by_label("Today", exact=True)).to_have_value("Nurses call whom they remember.")
    expect(mine.locator("#f-need")).to_have_value("have to choose whom to call back")
    expect(mine.locator("#draft-note")).to_have_count(0)

    # Both are in the history, and the owner's text can come back in a click.
    theirs = owner.go(f"{BLOCK}history/")
    theirs.get_by_role("button", name="Bring back").first.click()
    theirs.get_by_role("button", name="Bring back", exact=True).last.click()
    expect(theirs.locator("#messages")).to_contain_text("is back, as revision")
    owner.go(BLOCK)
    expect(theirs.get_by_label("Sponsor", exact=True)).to_have_value("Medical director")


@pytest.mark.browser
def test_a_draft_outlives_a_lost_connection_and_waits_on_another_device(sign_in: SignIn) -> None:
    contributor = sign_in("contributor")
    page = contributor.go("/p/diabetes-progression/canvas/7/")
    contributor.context.set_offline(True)
    page.get_by_label("Who labels", exact=True).fill("Two nurses with a week of training")
    expect(page.locator("[data-save-state]")).to_have_text("Not saved, you are offline: kept in this browser")
    contributor.context.set_offline(False)
    draft_is_saved(page)

    phone = sign_in("contributor", viewport={"width": 390, "height": 844})
    page = phone.go("/p/diabetes-progression/canvas/7/")
    expect(page.get_by_label("Who labels", exact=True)).to_have_value("Two nurses with a week of training")
    expect(page.locator("#draft-note")).to_contain_text("This is your draft of")
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_role("button", name="Throw the draft away").click()
    page.get_by_role("button", name="Throw away", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Your draft is thrown away.")


@pytest.mark.browser
def test_a_member_is_named_with_the_keyboard_alone(sign_in: SignIn, world: World) -> None:
    owner = sign_in("owner")
    page = owner.go("/p/diabetes-progression/canvas/5/")
    page.keyboard.press("c")
    page.keyboard.type(f"Please read the slices, @{world.usernames['validator'][:-1]}")
    expect(page.locator("#mention-list").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.type("today.")
    expect(page.locator("#comment-form textarea")).to_have_value(
        f"Please read the slices, @{world.usernames['validator']} today."
    )
    page.keyboard.press("Control+Enter")
    expect(page.locator("#comments .remark")).to_contain_text("Please read the slices")

    validator = sign_in("validator")
    mentions = validator.page.locator("#mentions")
    expect(mentions).to_contain_text("mentioned you in block 5")
    mentions.get_by_role("link").click()
    expect(validator.page.locator("#comments")).to_contain_text("You are mentioned")
    validator.go("/")
    expect(validator.page.locator("#mentions")).to_have_count(0)
