"""Label agreement, filmed once: a table of three labelers is measured, a dispute settled, the labels downloaded."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import AXE, SignIn, violations

PROJECT = "/p/breast-mass-triage/"
ROWS = 60


def the_table(folder: Path) -> Path:
    """Sixty masses read by three people, who differ on every tenth."""
    lines = ["mass,dr_adler,dr_brandt,dr_costa"]
    for number in range(1, ROWS + 1):
        label = "malignant" if number % 3 == 0 else "benign"
        other = "benign" if label == "malignant" else "malignant"
        lines.append(f"M-{number},{label},{label},{other if number % 10 == 0 else label}")
    file = folder / "readings.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def test_a_team_measures_label_agreement(sign_in: SignIn, tmp_path: Path) -> None:
    visitor = sign_in("contributor")
    visitor.context.add_init_script(path=AXE)
    page = visitor.go(f"{PROJECT}data/labeling/")
    page.locator("#methods tbody th a").first.click()
    page.get_by_role("link", name="Measure agreement").first.click()
    page.get_by_label("Table of labels").set_input_files(the_table(tmp_path))
    page.get_by_role("button", name="Upload and continue").click()

    expect(page.locator("h1")).to_contain_text("How is this table to be read?")
    expect(page.get_by_label("One column for each labeler")).to_be_checked()
    expect(page.get_by_label("Names the row")).to_have_value("mass")
    for labeler in ("dr_adler", "dr_brandt", "dr_costa"):
        expect(page.locator("#id_labelers").get_by_label(labeler)).to_be_checked()
    is_accessible(page)
    page.get_by_role("button", name="Measure").click()

    figures = page.locator("#figures")
    expect(figures.get_by_role("row").filter(has_text="Krippendorff's alpha")).to_contain_text("0.8")
    expect(figures.get_by_role("row").filter(has_text="Fleiss' kappa")).to_contain_text("0.8")
    first_pair = page.locator("#pairs").get_by_role("row").filter(has_text="dr_adler and dr_brandt")
    expect(first_pair).to_contain_text("1.000")
    expect(page.locator("#disputed")).to_contain_text("6 rows with different labels; 0 decided")
    is_accessible(page)

    page.get_by_role("link", name="Decide disputed rows").click()
    expect(page.locator("h1")).to_contain_text("M-10")
    page.get_by_label("benign", exact=True).check()
    page.get_by_label("Reason").fill("Seen again together at a higher magnification.")
    is_accessible(page)
    page.get_by_role("button", name="Decide and go on").click()
    expect(page.locator("h1")).to_contain_text("M-20")
    page.get_by_role("link", name="Disputed rows").click()
    expect(page.get_by_text("1 of 6 are decided")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Labels as CSV").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert len(lines) == ROWS + 1
    assert lines[10].startswith("M-10,benign,benign,malignant,benign,decided,Seen again together")
    assert lines[20].split(",")[4:6] == ["", "disputed"]


def is_accessible(page: Page) -> None:
    assert violations(page) == []
