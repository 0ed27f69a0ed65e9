"""Follow a version's lineage, compare two versions, and look up who held a stage."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import AXE, SignIn, violations

MODEL = "/p/breast-mass-triage/models/breast-mass-triage/"


def is_accessible(page: Page) -> bool:
    return violations(page) == []


def test_a_version_is_followed_back_to_its_data_and_compared_with_the_one_before(sign_in: SignIn) -> None:
    reader = sign_in("validator")
    reader.context.add_init_script(path=AXE)
    page = reader.go(f"{MODEL}v2/")

    # the lineage: each box leads to its record
    picture = page.locator("svg.lineage")
    for column in ("Source", "Snapshot", "Run", "Version", "Evaluation", "Promotion", "Stage"):
        expect(picture.get_by_text(column, exact=True)).to_be_visible()
    assert is_accessible(page)
    picture.get_by_role("link", name="Aspirates for training").click()
    page.wait_for_url("**/data/snapshots/**")
    page.go_back()
    picture.get_by_role("link", name="to Production").click()
    page.wait_for_url("**/promotions/*/")
    page.go_back()
    page.get_by_text("The same as a list").click()
    expect(page.get_by_role("listitem").filter(has_text="approved").first).to_be_visible()

    # files and the container
    with page.expect_download() as download:
        page.get_by_role("link", name="All as zip").click()
    assert download.value.suggested_filename == "breast-mass-triage-v2.zip"
    with page.expect_download() as download:
        page.get_by_role("link", name="Dockerfile for serving").click()
    assert "USER 10001:10001" in download.value.path().read_text()

    # compare with the version before
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="differ")).to_be_visible()
    expect(page.locator("#model").get_by_role("row").filter(has_text="Algorithm")).to_contain_text(
        "logistic regression"
    )
    page.locator("#packages summary").click()
    expect(page.locator("#packages")).to_contain_text("scikit-learn")
    assert is_accessible(page)


def test_an_auditor_looks_up_who_held_production(sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    auditor.context.add_init_script(path=AXE)
    page = auditor.go("/p/breast-mass-triage/models/")
    page.get_by_role("link", name="Who held a stage").click()
    expect(page.get_by_role("main")).to_contain_text("breast-mass-triage v2 held Production on that day.")
    expect(page.get_by_role("main")).to_contain_text("approved by Paula Okonkwo")
    assert is_accessible(page)
    page.get_by_label("On the day").fill("2026-01-05")
    page.get_by_role("button", name="Look it up").click()
    expect(page.get_by_role("main")).to_contain_text("No version held Production on that day.")
    expect(page.get_by_role("main")).to_contain_text("None had held it before.")
    page.get_by_role("link", name="v2", exact=True).click()
    page.wait_for_url("**/v2/")
