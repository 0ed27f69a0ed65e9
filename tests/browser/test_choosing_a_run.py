"""Find the candidates, lay them side by side, and record which one was chosen and why."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import AXE, SignIn, violations

RUNS = "/p/breast-mass-triage/runs/"
PHONE = {"width": 390, "height": 844}


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_run_is_chosen_among_candidates_that_were_compared(sign_in: SignIn) -> None:
    writer = sign_in("contributor")
    writer.context.add_init_script(path=AXE)
    page = writer.go(RUNS)
    assert violations(page) == []

    # the columns that matter, in the order that matters
    page.get_by_text("Columns", exact=True).click()
    for box in page.locator("#runs details [name=column]").all():
        box.set_checked("metrics." in (box.get_attribute("value") or ""))
    page.get_by_role("button", name="Show these columns").click()
    expect(page.locator("#runs thead")).to_contain_text("cv_balanced_accuracy")
    page.get_by_role("link", name="cv_balanced_accuracy", exact=True).click()
    expect(page.locator("#runs th[aria-sort=descending]")).to_contain_text("cv_balanced_accuracy")
    page.goto(f"{writer.url}{RUNS}")
    expect(page.locator("#runs thead")).to_contain_text("cv_balanced_accuracy")

    # a line in MLflow's own words, first with a mistake
    page.get_by_text("Filter the runs", exact=True).click()
    line = page.get_by_label("In MLflow’s words")
    line.fill("metrics.cv_balanced_accuracy >")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#questions")).to_contain_text("cannot be read at character")
    assert violations(page) == []
    line.fill("metrics.cv_balanced_accuracy > 0.1")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#runs tbody tr")).not_to_have_count(0)

    # side by side
    boxes = page.locator("#runs tbody [name=run]")
    for place in range(3):
        boxes.nth(place).check()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#parameters")).to_contain_text("differs")
    expect(page.locator("#metrics")).to_contain_text("higher is better")
    expect(page.locator("#crossed svg")).to_be_visible()
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    assert fits(page)
    assert violations(page) == []
    page.set_viewport_size({"width": 1440, "height": 1000})

    # which one, and why: first without a reason
    page.locator("[name=metric]").select_option("cv_balanced_accuracy")
    page.get_by_role("button", name="Record the choice").click()
    expect(page.get_by_role("alert")).to_contain_text("Why this one")
    page.get_by_label("Why this one").fill("Nearly the best, and its coefficients can be read aloud.")
    page.get_by_role("button", name="Record the choice").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("chosen among 3 runs")
    expect(page.locator("#candidates tbody tr")).to_have_count(3)
    assert violations(page) == []

    # the run tells it, on a phone too
    page.get_by_role("link", name="Open the run").click()
    expect(page.locator("#selection")).to_contain_text("its coefficients can be read aloud")
    page.set_viewport_size(PHONE)
    assert fits(page)
    assert violations(page) == []
    page = writer.go("/p/breast-mass-triage/selections/")
    expect(page.locator("#selections")).to_contain_text("of 3")
    assert fits(page)


def test_a_reader_sees_the_runs_and_nothing_to_change_them_with(sign_in: SignIn) -> None:
    reader = sign_in("viewer", viewport=PHONE)
    page = reader.go(RUNS)
    page.locator("#runs tbody th a").last.click()
    expect(page.locator("#metrics")).to_be_visible()
    assert page.get_by_role("button", name="Save the note").count() == 0
    assert page.get_by_text("Delete this run").count() == 0
    page = reader.go("/p/breast-mass-triage/experiments/")
    expect(page.locator("#experiments tbody tr")).not_to_have_count(0)
    assert page.get_by_text("Change", exact=True).count() == 0
