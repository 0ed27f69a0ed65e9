"""What every page offers: a theme that stays, keys, and a way past the navigation."""

from playwright.sync_api import expect

from tests.browser.conftest import SignIn


def test_a_chosen_theme_stays_through_pages_and_tabs(sign_in: SignIn) -> None:
    visitor = sign_in("viewer", color_scheme="light")
    page = visitor.go("/projects/")
    shown = page.locator("html")
    expect(shown).to_have_attribute("data-bs-theme", "light")
    switch = page.get_by_role("button", name="Theme: follows your system")
    switch.click()
    page.get_by_role("button", name="Theme: light").click()
    expect(shown).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(shown).to_have_attribute("data-bs-theme", "dark")
    other = visitor.open_tab()
    other.goto(f"{visitor.url}/reviews/")
    expect(other.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_brackets_lead_from_block_to_block_but_not_while_typing(sign_in: SignIn) -> None:
    page = sign_in("contributor").go("/p/diabetes-progression/canvas/4/")
    heading = page.locator("h1")
    for key, number in (("]", "5"), ("[", "4"), ("[", "3")):
        page.keyboard.press(key)
        expect(heading).to_contain_text(number)
        # The next key is meant for the new page, and for its scripts.
        page.wait_for_load_state()
    answer = page.locator("main textarea").first
    answer.fill("A range ")
    answer.press("]")
    expect(answer).to_have_value("A range ]")
    expect(heading).to_contain_text("3")


def test_the_first_tab_stop_leads_past_the_navigation(sign_in: SignIn) -> None:
    page = sign_in("viewer").go("/p/diabetes-progression/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
