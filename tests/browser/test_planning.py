"""Filling in the canvas."""

from playwright.sync_api import expect

from tests.browser.conftest import SignIn


def test_a_lead_starts_a_project_fills_in_a_block_and_reads_what_changed(sign_in: SignIn) -> None:
    lead = sign_in("owner")
    page = lead.go("/projects/new/")
    page.get_by_label("Name", exact=True).fill("Ward alarms")
    page.get_by_role("button", name="Create project").click()
    expect(page.locator(".blk.b1")).to_contain_text("Not started")

    page.get_by_role("link", name="Value proposition").click()
    page.locator("#f-current_process").fill("Nurses answer forty alarms an hour, and most of them are false.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Revision 1")).to_be_visible()

    page.locator("#f-current_process").fill("Nurses answer fifty alarms an hour, and most of them are false.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Revision 2").click()
    page.get_by_role("link", name="Show changes of revision 2").click()
    expect(page.locator("del")).to_have_text("forty")
    expect(page.locator("ins")).to_have_text("fifty")

    page = lead.go("/p/ward-alarms/canvas/")
    expect(page.locator(".blk.b1")).to_contain_text("open")
    expect(page.locator(".blk.b1")).to_contain_text("fifty alarms")


def test_two_people_who_write_at_once_lose_no_word(sign_in: SignIn) -> None:
    lead, scientist = sign_in("owner"), sign_in("contributor")
    path = "/p/breast-mass-triage/canvas/8/"
    mine, theirs = lead.go(path), scientist.go(path)
    theirs.locator("#f-scaling_plan").fill("Two workers are enough for ten times the load.")
    theirs.get_by_role("button", name="Save", exact=True).click()
    expect(theirs.get_by_text("is saved")).to_be_visible()

    mine.locator("#f-scaling_plan").fill("A second machine doubles what one can do.")
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.get_by_text("Nothing of yours is lost")).to_be_visible()
    mine.get_by_text("Compare both texts, field by field").click()
    expect(mine.locator(".was").first).to_contain_text("Two workers are enough")
    expect(mine.locator(".now").first).to_contain_text("A second machine doubles")
    expect(mine.locator("#f-scaling_plan")).to_have_value("A second machine doubles what one can do.")
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.get_by_text("is saved")).to_be_visible()
    expect(mine.locator("#f-scaling_plan")).to_have_value("A second machine doubles what one can do.")
