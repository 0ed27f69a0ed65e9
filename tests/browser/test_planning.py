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
