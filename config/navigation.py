"""What the side bar and a project's tabs list, and which entry of them a page belongs to."""

from collections.abc import Collection
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

ACCOUNT_NAMESPACES = frozenset({"accounts"})
ACCOUNT_PREFIXES = ("account_", "mfa_", "socialaccount_", "usersessions_")


@dataclass(frozen=True)
class Entry:
    """One place to go: its key, its word, its icon, the name of its address and the key that jumps there."""

    key: str
    label: str
    icon: str
    url_name: str
    shortcut: str = ""
    needs: str = ""

    def address(self, *args: str) -> str:
        """Where the entry leads; empty where the installation has no such page."""
        try:
            return reverse(self.url_name, args=args)
        except NoReverseMatch:
            return ""


MAIN = (
    Entry("home", "Home", "home", "canvas:home", "h"),
    Entry("projects", "Projects", "layout-grid", "canvas:project-list", "p"),
    Entry("opportunities", "Opportunities", "bulb", "canvas:opportunity-list", "o"),
    Entry("portfolio", "Portfolio", "chart-bar", "standing:portfolio", "s"),
    Entry("reviews", "Reviews", "git-pull-request", "registry:review-list", "r"),
    Entry("evaluations", "Evaluations", "flask", "evaluation:job-list-all", "e"),
    Entry("audit", "Audit log", "history", "canvas:audit-log", "a", needs="read-everything"),
    Entry("storage", "Storage", "server", "data:storage", needs="read-everything"),
    Entry("account", "Account", "user-circle", "accounts:profile", "u"),
)

PROJECT = (
    Entry("overview", "Overview", "layout-dashboard", "canvas:project-detail"),
    Entry("canvas", "Canvas", "layout-board", "canvas:board"),
    Entry("data", "Data", "database", "data:index"),
    Entry("models", "Models", "box", "registry:model-list"),
    Entry("evaluations", "Evaluations", "flask", "evaluation:job-list"),
    Entry("promotions", "Promotions", "rocket", "registry:promotion-list"),
    Entry("documents", "Documents", "file-text", "docsgen:document-list"),
    Entry("standing", "Where we stand", "gauge", "standing:project"),
    Entry("activity", "Activity", "activity", "canvas:journal"),
    Entry("settings", "Settings", "settings", "canvas:project-settings", needs="manage_project"),
)

# Pages below a tab carry its noun in the name of their address; where they do not, the room decides.
PROJECT_WORDS = {
    "canvas": {
        "settings": "settings",
        "member": "settings",
        "members": "settings",
        "token": "settings",
        "journal": "activity",
    },
    "registry": {"webhook": "settings", "promotion": "promotions", "promotions": "promotions", "policy": "promotions"},
}
PROJECT_NAMESPACES = {
    "canvas": "canvas",
    "data": "data",
    "registry": "models",
    "evaluation": "evaluations",
    "docsgen": "documents",
    "standing": "standing",
}


@dataclass(frozen=True)
class Link:
    """An entry as one page shows it."""

    entry: Entry
    url: str
    is_current: bool
    count: str = ""


def main_links(request: HttpRequest, current: str) -> list[Link]:
    """The side bar for whoever asks."""
    allowed = [entry for entry in MAIN if not entry.needs or reads_everything(request)]
    links = [Link(entry, entry.address(), entry.key == current) for entry in allowed]
    return [link for link in links if link.url]


def project_links(slug: str, current: str, *, can: object, hidden: Collection[str] = ()) -> list[Link]:
    """The tabs of one project that this person may open."""
    allowed = [
        entry for entry in PROJECT if entry.key not in hidden and (not entry.needs or getattr(can, entry.needs, False))
    ]
    links = [Link(entry, entry.address(slug), entry.key == current) for entry in allowed]
    return [link for link in links if link.url]


def project_section_of(request: HttpRequest) -> str:
    """The project tab that the page at this address belongs to."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return ""
    for entry in PROJECT:
        if match.view_name == entry.url_name:
            return entry.key
    words = (match.url_name or "").split("-")
    for word, key in PROJECT_WORDS.get(match.namespace, {}).items():
        if word in words:
            return key
    return PROJECT_NAMESPACES.get(match.namespace, "")


def reads_everything(request: HttpRequest) -> bool:
    """Whether this person's site role opens the whole journal."""
    return bool(getattr(request.user, "is_administrator", False) or getattr(request.user, "is_auditor", False))


def section_of(request: HttpRequest) -> str:
    """The side bar entry that the page at this address belongs to."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return ""
    for entry in MAIN:
        if match.view_name == entry.url_name:
            return entry.key
    if match.namespace in ACCOUNT_NAMESPACES or (match.url_name or "").startswith(ACCOUNT_PREFIXES):
        return "account"
    if "slug" in match.kwargs or (match.url_name or "").startswith("project"):
        return "projects"
    return {"registry": "reviews", "evaluation": "evaluations", "canvas": "projects"}.get(match.namespace, "")
