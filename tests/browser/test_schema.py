"""Infer, edit and diff a schema."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import AXE, SignIn, violations

ROWS = "visit,age,grade,outcome\n" + "".join(
    f"{n},{20 + n % 60},{('low', 'medium', 'high')[n % 3]},{n % 2}\n" for n in range(1, 121)
)


def is_accessible(page: Page) -> bool:
    return violations(page) == []


def review_the_schema(page: Page) -> None:
    # The page renews itself once the profile is there, and a click at that moment would be lost.
    expect(page.get_by_role("link", name="Read the profile")).to_be_visible()
    page.get_by_role("link", name="Review the schema").click()


def test_a_schema_is_read_off_a_file_edited_compared_and_taken_along(sign_in: SignIn, tmp_path: Path) -> None:
    writer = sign_in("contributor")
    writer.context.add_init_script(path=AXE)
    page = writer.go("/projects/new/")
    page.get_by_label("Name", exact=True).fill("Visit grades")
    page.get_by_role("button", name="Create project").click()
    page.wait_for_url("**/p/visit-grades/**")

    # infer
    file = tmp_path / "visits.csv"
    file.write_text(ROWS)
    page = writer.go("/p/visit-grades/data/snapshots/new/")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_label("Name", exact=True).fill("Visits")
    page.get_by_label("Label column").fill("outcome")
    page.locator("main form button[type=submit]").last.click()
    review_the_schema(page)
    expect(page.get_by_label("Order of grade")).to_have_value("ordinal")
    expect(page.get_by_label("Type of age")).to_have_value("integer")

    # edit two columns, look at what that means, save
    page.get_by_label("Type of age").select_option("number")
    page.get_by_label("Unit of age").fill("years")
    page.get_by_label("Maximum of age").fill("75")
    page.get_by_label("Order of grade").select_option("nominal")
    page.get_by_role("button", name="Show what changes").click()
    preview = page.locator("#preview")
    expect(preview).to_contain_text("Breaking for readers and writers: 2 of 4 changes. Nothing is saved yet.")
    expect(preview.get_by_role("row").filter(has_text="Order of measurement changed")).to_contain_text("Breaking")
    expect(page.get_by_label("Unit of age")).to_have_value("years")
    assert is_accessible(page)
    page.get_by_label("Note").fill("Ages are measured.")
    page.get_by_role("button", name="Save as the next version").click()
    expect(page.get_by_role("main")).to_contain_text("Ages are measured.")

    # diff
    page.get_by_role("link", name="Changes", exact=True).click()
    rows = page.get_by_role("table").first.get_by_role("row")
    expect(rows.filter(has_text="Type widened")).to_contain_text("Compatible")
    expect(rows.filter(has_text="Range narrowed")).to_contain_text("for writers")
    assert is_accessible(page)

    # the worker finds the rows that the new version refuses
    page = writer.go("/p/visit-grades/data/schemas/")
    page.get_by_role("link", name="Visits").first.click()
    for _ in range(20):
        if page.get_by_text("Rows break it").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    page.locator("#checks").get_by_role("link", name="Visits #1").first.click()
    expect(page.get_by_role("table")).to_contain_text("No value is above 75")
    assert is_accessible(page)

    # take it along
    page.go_back()
    with page.expect_download() as download:
        page.get_by_role("link", name="Frictionless table schema (JSON)").click()
    fields = {field["name"]: field for field in json.loads(Path(download.value.path()).read_text())["fields"]}
    assert (fields["age"]["type"], fields["age"]["constraints"]["maximum"]) == ("number", 75)
    assert fields["grade"]["order"] == "nominal"


def test_a_schema_is_edited_on_a_narrow_screen_by_finding_the_column(sign_in: SignIn, tmp_path: Path) -> None:
    writer = sign_in("contributor", viewport={"width": 390, "height": 844})
    page = writer.go("/projects/new/")
    page.get_by_label("Name", exact=True).fill("Wide table")
    page.get_by_role("button", name="Create project").click()
    page.wait_for_url("**/p/wide-table/**")
    file = tmp_path / "wide.csv"
    file.write_text(",".join(f"measure_{n}" for n in range(300)) + "\n" + ",".join("1" for _ in range(300)) + "\n")
    page = writer.go("/p/wide-table/data/snapshots/new/")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_label("Name", exact=True).fill("Wide")
    page.locator("main form button[type=submit]").last.click()
    review_the_schema(page)

    page.get_by_label("Find a column").fill("measure_277")
    expect(page.get_by_text("1 of 300 columns")).to_be_visible()
    page.get_by_label("Unit of measure_277").fill("mm")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Save as the next version").click()
    expect(page.get_by_role("main")).to_contain_text("mm")
