"""A browser, people signed in with it, and what must hold on every page they open."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from samples.server import ROOT, free_port

SECONDS = 1000
# A loaded machine is slow, not wrong.
PATIENCE = 20 * SECONDS
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class World:
    """A running server, its people and its projects."""

    url: str
    passwords: dict[str, str]
    usernames: dict[str, str]
    projects: list[str]
    folder: Path


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The sample projects, lived through on a real server with a real worker."""
    folder = tmp_path_factory.mktemp("world")
    command = [sys.executable, "-m", "tests.browser.world", str(folder), str(free_port())]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            process.wait()
            pytest.fail(f"The server's story ended early:\n{(folder / 'server.log').read_text()[-3000:]}")
        yield World(**json.loads(line), folder=folder)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        pytest.fail("Chromium is not installed: apt-get install -y --no-install-recommends chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield started
        started.close()


class Visitor:
    """Somebody at a browser; remembers everything the browser complained about."""

    def __init__(self, context: BrowserContext, url: str, *, password: str) -> None:
        self.context = context
        self.url = url
        self.password = password
        self.complaints: list[str] = []
        self.page = self.open_tab()

    def open_tab(self) -> Page:
        """Another tab of the same session."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self._listen(message.type, message.text, page))
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", lambda response: self._check(response.status, response.url))
        return page

    def go(self, path: str) -> Page:
        """Open a page by its path."""
        self.page.goto(f"{self.url}{path}")
        return self.page

    def _listen(self, kind: str, text: str, page: Page) -> None:
        # A refused form answers 4xx on purpose, and the browser notes every such answer as an error.
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(f"{page.url}: {text}")

    def _check(self, status: int, url: str) -> None:
        if status >= 500:
            self.complaints.append(f"{url} answered {status}")


SignIn = Callable[..., Visitor]


@pytest.fixture
def sign_in(world: World, browser: Browser) -> Iterator[SignIn]:
    """Sign in as somebody, by role, through the sign-in page; no page may complain by the end."""
    visitors: list[Visitor] = []

    def make(role: str, **context: Any) -> Visitor:
        username = world.usernames[role]
        opened = browser.new_context(**({"viewport": {"width": 1440, "height": 1000}} | context))
        visitor = Visitor(opened, world.url, password=world.passwords[username])
        visitors.append(visitor)
        page = visitor.go("/account/login/")
        page.locator("input[name=login]").fill(username)
        page.locator("input[name=password]").fill(visitor.password)
        page.locator("main button[type=submit]").first.click()
        page.wait_for_url(f"{world.url}/")
        return visitor

    yield make
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.context.close()
    assert complaints == []


def violations(page: Page) -> list[str]:
    """What axe, which the page was opened with, finds wrong on it, as rule: element."""
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']} ({violation['impact']}): {violation['nodes'][0]['target']}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical", "moderate")
    ]
