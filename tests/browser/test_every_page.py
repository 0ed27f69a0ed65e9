"""What must hold on every page: no accessibility violation, no script error, no page wider than the screen."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SignIn, Visitor, World, violations

SCREENS = {
    "a laptop by day": {"viewport": {"width": 1440, "height": 1000}, "color_scheme": "light"},
    "a phone at night": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True},
}
LEFT_OUT = ("/account/logout", "/admin", "/api/", "/file", ".pdf", ".json", ".html", "/download", "/progress", "?page", "?to=")


def reachable(visitor: Visitor, world: World) -> list[str]:
    """One address of each kind that a person can reach by following links from the places everybody starts at."""
    waiting = ["/", "/projects/", "/reviews/", "/evaluations/", "/profile/", "/audit/", "/people/"]
    waiting += [f"/p/{project}/" for project in world.projects]
    seen: dict[str, str] = {}
    while waiting:
        path = waiting.pop(0)
        kind = shape(path, world)
        if kind in seen:
            continue
        response = visitor.page.goto(f"{visitor.url}{path}")
        assert response is not None
        seen[kind] = path
        if response.status != 200:
            continue
        for link in visitor.page.locator("a[href^='/']").evaluate_all("all => all.map(a => a.getAttribute('href'))"):
            target = link.split("#")[0]
            if target and not any(word in target for word in LEFT_OUT) and shape(target, world) not in seen:
                waiting.append(target)
    return sorted(seen.values())


def shape(path: str, world: World) -> str:
    """A path without the names in it: two pages of one kind have the same."""
    parts = [part for part in path.split("?")[0].split("/") if part]
    kept = []
    for before, part in zip(["", *parts], parts, strict=False):
        named = before in ("p", "models", "runs") and part not in ("new", "import")
        kept.append("*" if named or any(letter.isdigit() for letter in part) else part)
    return "/".join(kept)


def too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"))


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("role", ["owner", "administrator"])
def test_every_page_is_accessible_and_fits(role: str, screen: str, world: World, sign_in: SignIn) -> None:
    visitor = sign_in(role, **SCREENS[screen])
    paths = reachable(visitor, world)
    assert len(paths) > 25
    found = {}
    for path in paths:
        page = visitor.go(path)
        problems = violations(page) + (["the page is wider than the screen"] if too_wide(page) else [])
        if problems:
            found[path] = problems
    assert found == {}
