"""The main path, filmed once from end to end: from a file of rows to a version in Production with its document."""

import hashlib
import re
from pathlib import Path

import pandas as pd
import pytest
import skops.io
from playwright.sync_api import Page, expect
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from samples.breast_mass.train import LABEL, MODEL, POSITIVE, split
from tests.browser.conftest import SECONDS, SignIn, Visitor

PROJECT = "/p/breast-mass-triage/"
SNAPSHOT = "Aspirates of a second delivery"
REQUIREMENTS = "numpy==2.3.4\nscikit-learn==1.7.2\nskops==0.13.0\n"
WORKED = 120 * SECONDS


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """The sample's training rows, laid out as no file of the project is yet."""
    return split().training.drop(columns="radius_rule")


def test_a_team_takes_a_model_from_a_file_of_rows_to_production(
    rows: pd.DataFrame, sign_in: SignIn, tmp_path: Path
) -> None:
    scientist, approver = sign_in("contributor"), sign_in("approver")
    upload_the_rows(scientist, rows, tmp_path)
    correct_the_schema(scientist.page)
    record_the_environment(scientist, tmp_path)
    name = register_a_version(scientist, rows, tmp_path)
    version = scientist.page.url.removeprefix(scientist.url)
    evaluate_and_watch(scientist.page)
    promotion = ask_for_production(scientist, version)
    sign_for_it(approver, name, password=approver.password)
    see_that_it_moved(approver, promotion, version)
    print_the_document(approver, version)


def upload_the_rows(scientist: Visitor, rows: pd.DataFrame, folder: Path) -> None:
    file = folder / "second-delivery.csv"
    rows.to_csv(file, index=False)
    page = scientist.go(f"{PROJECT}data/")
    page.get_by_role("link", name="Upload a snapshot").first.click()
    page.locator("#id_file").set_input_files(file)
    page.get_by_label("Name", exact=True).fill(SNAPSHOT)
    page.get_by_label("Split role").select_option("train")
    page.get_by_label("Label column").fill(LABEL)
    page.get_by_label("Description").fill("One row is one aspirate of one mass.")
    page.get_by_label("Breast Cancer Wisconsin (Diagnostic)").check()
    page.get_by_label("Labeling method").select_option(index=1)
    page.get_by_label("Preparation").fill("The rows of the first delivery without the rule of thumb.")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("h1")).to_contain_text(f"{SNAPSHOT} #1")
    expect(page.locator("#file")).to_contain_text(str(len(rows)))
    assert copied(page, "#file") == hashlib.sha256(file.read_bytes()).hexdigest()


def correct_the_schema(page: Page) -> None:
    page.get_by_role("link", name="Review the schema").click()
    page.get_by_label("Unit of mean_area").fill("pixels²")
    page.get_by_label("Used as of row").select_option(label="Identifier")
    page.get_by_label("Order of nucleus_size").select_option("Ordinal")
    page.get_by_label("Allowed values of nucleus_size").fill("small, medium, large")
    page.get_by_label("Note").fill("Sizes have an order; the row's number says nothing about the mass.")
    page.get_by_role("button", name="Save as the next version").click()
    expect(page.locator("h1")).to_contain_text("v2")
    expect(page.locator("#fields")).to_contain_text("small < medium < large")
    expect(page.locator("#fields")).to_contain_text("pixels²")
    expect(page.locator("#history")).to_contain_text("Sizes have an order")
    page.locator("#snapshots").get_by_role("link", name=SNAPSHOT).click()
    expect(page.locator("#schema")).to_contain_text("v2")
    expect(page.locator("#gaps")).to_have_count(0)


def record_the_environment(scientist: Visitor, folder: Path) -> None:
    file = folder / "requirements.txt"
    file.write_text(REQUIREMENTS)
    page = scientist.go(f"{PROJECT}environments/new/")
    page.get_by_label("Packages").set_input_files(file)
    page.get_by_label("Python version").fill("3.11.7")
    page.get_by_label("Seeds").fill("none: training is not random")
    page.get_by_role("button", name="Record the environment").click()
    expect(page.locator("#packages tbody tr")).to_have_count(3)
    expect(page.locator("header.head")).to_contain_text("repeatable")


def register_a_version(scientist: Visitor, rows: pd.DataFrame, folder: Path) -> str:
    environment = scientist.page.locator("h1").inner_text()
    features = rows.drop(columns=["row", "nucleus_size", LABEL])
    model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1000))
    file = folder / "logistic.skops"
    skops.io.dump(model.fit(features, rows[LABEL]), file)

    page = scientist.go(f"{PROJECT}models/")
    page.get_by_role("region", name="Table of models").get_by_role("link", name=MODEL, exact=True).click()
    page.get_by_role("link", name="Register a version").click()
    page.get_by_label("Model file").set_input_files(file)
    page.get_by_label("Algorithm").fill("Logistic regression on standardised features")
    page.get_by_label("Hyperparameters").fill('{"C": 1.0, "class_weight": "balanced"}')
    page.get_by_label("Trained on").select_option(label=f"{SNAPSHOT}, snapshot 1")
    page.get_by_label("Training environment").select_option(label=environment)
    page.get_by_label("Limits").fill("Masses with small nuclei are rare among its rows.")
    page.get_by_role("button", name="Register the version").click()
    expect(page.get_by_text("is registered. Evaluate it next.")).to_be_visible()
    assert copied(page, "#file") == hashlib.sha256(file.read_bytes()).hexdigest()
    return re.sub(r"\s+", " ", page.locator("h1").inner_text())


def evaluate_and_watch(page: Page) -> None:
    page.get_by_role("link", name="Evaluate", exact=True).click()
    page.get_by_label("Positive label").fill(POSITIVE)
    expect(page.get_by_label("nucleus_size")).to_be_checked()
    page.get_by_role("button", name="Start the evaluation").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    with page.expect_response(re.compile("/jobs/.+/progress/"), timeout=WORKED) as polled:
        expect(page.locator(".job [role=status]")).not_to_be_empty()
    assert polled.value.status in (200, 286)

    # The page turns into its results by itself.
    expect(page.get_by_role("heading", name="KPI thresholds")).to_be_visible(timeout=WORKED)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.locator("header.head")).to_contain_text("Held-out rows")
    verdicts = page.locator("#kpis tbody tr")
    expect(verdicts).to_have_count(4)
    for row in verdicts.all():
        expect(row).to_contain_text("Pass")
        expect(row).to_contain_text("n = ")
        expect(row).to_contain_text(re.compile(r"0\.\d+ ?[–to,]+ ?[01]\.?\d*"))
    assert page.locator("#charts svg").count() >= 2
    for size in ("small", "medium", "large"):
        expect(page.locator("#slices")).to_contain_text(size)
    expect(page.locator("#log")).to_be_visible()


def ask_for_production(scientist: Visitor, version: str) -> str:
    page = scientist.go(version)
    expect(page.locator("#checks")).to_contain_text("all hold")
    page.get_by_role("link", name="Request promotion").click()
    page.get_by_label("Stage").select_option("Production")
    page.get_by_label("Reason").fill("As good as the version before it, and it no longer needs the rule of thumb.")
    page.get_by_role("button", name="Request promotion").click()
    expect(page.get_by_text("The request is open.")).to_be_visible()
    # Whoever asks cannot decide, and reads why.
    expect(page.get_by_role("button", name="Approve and sign")).to_be_disabled()
    expect(page.get_by_text("so somebody else has to decide")).to_be_visible()
    return page.url.removeprefix(scientist.url)


def sign_for_it(approver: Visitor, name: str, *, password: str) -> None:
    page = approver.go("/")
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Reviews").click()
    page.locator("#waiting").get_by_role("link", name=f"{name} to Production").click()
    page.get_by_label("Reason").fill("Every check holds, and the slices were read.")
    page.get_by_label("Password, to confirm it is you").fill("not the password")
    page.get_by_role("button", name="Approve and sign").click()
    expect(page.locator("#id_password_error")).to_be_visible()
    expect(page.get_by_label("Reason")).to_have_value("Every check holds, and the slices were read.")
    expect(page.locator("header.head")).to_contain_text("Waiting")

    page.get_by_label("Password, to confirm it is you").fill(password)
    page.get_by_role("button", name="Approve and sign").click()
    expect(page.get_by_text("Approved. The stage and its alias have moved.")).to_be_visible()
    expect(page.locator("#conversation")).to_contain_text("Every check holds, and the slices were read.")


def see_that_it_moved(approver: Visitor, promotion: str, version: str) -> None:
    number = version.rstrip("/").rsplit("/v", maxsplit=1)[1]
    page = approver.go(promotion)
    expect(page.locator("header.head")).to_contain_text("Approved")
    page.get_by_role("link", name="Open the version").click()
    expect(page.locator("header.head")).to_contain_text("Production")
    expect(page.locator("#history")).to_contain_text("Production")
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name=MODEL, exact=True).click()
    held = page.locator("#versions tbody tr")
    expect(held.filter(has=page.get_by_role("link", name=f"v{number}", exact=True))).to_contain_text("Production")
    expect(held.filter(has=page.get_by_role("link", name="v2", exact=True))).to_contain_text("Retired")
    expect(page.locator("#aliases")).to_contain_text(f"v{number} since")


def print_the_document(approver: Visitor, version: str) -> None:
    page = approver.go(version)
    page.get_by_role("link", name="Model document", exact=True).click()
    page.get_by_role("button", name="Create document").click()
    expect(page.get_by_text("Being rendered")).to_be_visible()
    expect(page.get_by_role("link", name="Download PDF")).to_be_visible(timeout=WORKED)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download PDF").click()
    pdf = downloading.value.path().read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert downloading.value.suggested_filename.endswith(".pdf")
    assert hashlib.sha256(pdf).hexdigest() in all_copied(page, "#facts")


def copied(page: Page, panel: str) -> str:
    """The one thing that a panel offers to copy."""
    (text,) = all_copied(page, panel)
    return text


def all_copied(page: Page, panel: str) -> list[str]:
    offered = page.locator(f"{panel} [data-copy]")
    expect(offered.first).to_be_attached()
    return [str(button.get_attribute("data-copy")) for button in offered.all()]
