"""What goes wrong on the way: a bad file, a job that is no longer wanted."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import SECONDS, SignIn

RAGGED = "ward,alarms,false\nnorth,12,5\nsouth,7\n"


def test_a_ragged_file_is_refused_by_line_and_what_was_typed_stays(sign_in: SignIn, tmp_path: Path) -> None:
    file = tmp_path / "ragged.csv"
    file.write_text(RAGGED)
    scientist = sign_in("contributor")
    page = scientist.go("/p/diabetes-progression/data/snapshots/new/")
    page.locator("#id_file").set_input_files(file)
    page.get_by_label("Name", exact=True).fill("Alarms by ward")
    page.get_by_label("Split role").select_option("Test")
    page.get_by_label("Description").fill("One row is one ward on one day.")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#id_file_error")).to_contain_text("Line 3 has 2 values where the first line has 3.")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Alarms by ward")
    expect(page.get_by_label("Split role")).to_have_value("test")
    expect(page.get_by_label("Description")).to_have_value("One row is one ward on one day.")

    file.write_text(RAGGED.replace("south,7", "south,7,1"))
    page.locator("#id_file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("h1")).to_contain_text("Alarms by ward #1")
    expect(page.locator("#file")).to_contain_text("ragged.csv")


def test_an_evaluation_that_nobody_wants_any_more_is_cancelled(sign_in: SignIn) -> None:
    validator = sign_in("validator")
    page = validator.go("/p/diabetes-progression/evaluations/")
    page.locator("tbody th a").first.click()
    page.get_by_role("button", name="Run again").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("This evaluation was cancelled.")).to_be_visible(timeout=60 * SECONDS)
    expect(page.locator("header.head")).to_contain_text("Cancelled")
    expect(page.locator("#kpis")).to_have_count(0)
    expect(page.get_by_role("button", name="Run again")).to_be_visible()
