"""What must hold on every page: no accessibility violation, no script error, no page wider than the screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import AXE, SignIn, Visitor, World, violations
from tests.browser.test_label_agreement import the_table

SCREENS = {
    "on a laptop by day": ({"width": 1440, "height": 1000}, "light"),
    "on a phone at night": ({"width": 390, "height": 844}, "dark"),
}
# The administrator meets the same pages with other buttons; the narrow screen is where one does not fit.
SCREENS_OF = {"owner": tuple(SCREENS), "administrator": ("on a phone at night",)}
STARTS = ["/", "/projects/", "/reviews/", "/evaluations/", "/profile/", "/audit/", "/people/"]
PROJECT = "/p/breast-mass-triage/"
# Files, and the admin and API docs, whose pages are their makers'.
LEFT_OUT = (
    "/account/logout",
    "/admin",
    "/api/",
    "/file",
    ".pdf",
    ".json",
    ".html",
    "/download",
    "/artifact",
    "/progress",
    "/export/",
    "/feast",
    "/labels",
    "/sheet",
    "/original",
    ".md",
    ".csv",
    ".txt",
    ".yaml",
    ".zip",
    "/Dockerfile",
)
NAMED = ("p", "models", "runs", "practices", "example")
LEAST = {"owner": 105, "administrator": 70}


@pytest.mark.parametrize("role", LEAST)
def test_every_page_is_accessible_and_fits(role: str, world: World, sign_in: SignIn, tmp_path: Path) -> None:
    visitor = sign_in(role)
    if role == "owner":
        leave_records(visitor, tmp_path)
    visitor.context.add_init_script(path=AXE)
    found, count = [], 0
    for path in pages_of_each_kind(visitor, world):
        count += 1
        for screen in SCREENS_OF[role]:
            found += [f"{path} {screen}: {problem}" for problem in problems_on(visitor.page, screen)]
    assert not found, "\n".join(found)
    assert count >= LEAST[role]


def leave_records(owner: Visitor, folder: Path) -> None:
    """Make a record of each kind that the samples have none of, so that its page can be met."""
    page = owner.go(f"{PROJECT}data/features/import/")
    page.locator("[name=chosen]").first.check()
    page.get_by_label("Entity").fill("mass")
    page.get_by_label("Owner").fill("Data engineering")
    page.get_by_role("button", name="Define features").click()
    page.locator("main table tbody th a").first.click()
    page.get_by_role("button", name="Share with everybody").click()
    page.get_by_role("button", name="Share", exact=True).click()
    page.locator("#messages").wait_for()

    page = owner.go("/opportunities/processes/new/")
    page.get_by_label("Name", exact=True).fill("Reading of aspirates")
    page.get_by_label("Owner").fill("Head of the laboratory")
    page.get_by_role("button", name="Save").click()
    page = owner.go("/opportunities/new/")
    for choice in page.locator("#main select, main select").all():
        choice.select_option(index=2 if choice.locator("option").count() > 2 else 1)
    page.locator("[name=task]").fill("Order the reading list")
    page.locator("[name=idea]").fill("How likely each mass is malignant, so that those are read first.")
    page.get_by_role("button", name="Save").click()

    page = owner.go(f"{PROJECT}data/labeling/")
    page.locator("#methods tbody th a").first.click()
    method = page.url
    page.goto(f"{method}sample/")
    page.locator("[name=dataset]").select_option(index=1)
    page.locator("[name=size]").fill("5")
    page.get_by_role("button", name="Draw the sample").click()
    page.goto(f"{method}agreement/")
    page.get_by_label("Table of labels").set_input_files(the_table(folder))
    page.get_by_role("button", name="Upload and continue").click()
    page.get_by_role("button", name="Measure").click()
    page.locator("#figures").wait_for()


def problems_on(page: Page, screen: str) -> list[str]:
    """What is wrong with the open page on a screen of this size and brightness."""
    size, scheme = SCREENS[screen]
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    return violations(page) + (["the page is wider than the screen"] if wide else [])


def pages_of_each_kind(visitor: Visitor, world: World) -> Iterator[str]:
    """Open one page of each kind that a person reaches by following links from the places everybody starts at."""
    waiting = STARTS + [f"/p/{project}/" for project in world.projects]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        if kind(path) in seen:
            continue
        seen.add(kind(path))
        response = visitor.page.goto(f"{visitor.url}{path}")
        assert response is not None
        links = visitor.page.locator("a[href^='/']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        yield path
        if response.status == 200:
            waiting += [target for link in links if (target := link.split("#")[0]) and is_page(target)]


def is_page(path: str) -> bool:
    return not any(word in path for word in LEFT_OUT)


def kind(path: str) -> str:
    """A path without the names in it: two pages of one kind have the same."""
    parts = [part for part in path.partition("?")[0].split("/") if part]
    return "/".join("*" if is_name(part, before) else part for before, part in zip(["", *parts], parts, strict=False))


def is_name(part: str, before: str) -> bool:
    return (before in NAMED and part != "new") or any(sign.isdigit() for sign in part)
