"""What must hold on every page: no accessibility violation, no script error, no page wider than the screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import AXE, SignIn, Visitor, World, violations

SCREENS = {
    "on a laptop by day": ({"width": 1440, "height": 1000}, "light"),
    "on a phone at night": ({"width": 390, "height": 844}, "dark"),
}
STARTS = ["/", "/projects/", "/reviews/", "/evaluations/", "/profile/", "/audit/", "/people/"]
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
)
NAMED = ("p", "models", "runs")
LEAST = {"owner": 45, "administrator": 40}


@pytest.mark.parametrize("role", LEAST)
def test_every_page_is_accessible_and_fits(role: str, world: World, sign_in: SignIn) -> None:
    visitor = sign_in(role)
    visitor.context.add_init_script(path=AXE)
    found, count = [], 0
    for path in pages_of_each_kind(visitor, world):
        count += 1
        for screen in SCREENS:
            found += [f"{path} {screen}: {problem}" for problem in problems_on(visitor.page, screen)]
    assert not found, "\n".join(found)
    assert count >= LEAST[role]


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
