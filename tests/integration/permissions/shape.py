"""One row of the permission table: an address, and what each member of the cast gets from it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from canvas.models import Project

CAST = (
    "owner",
    "contributor",
    "validator",
    "approver",
    "viewer",
    "auditor",
    "administrator",
    "outsider",
    "anonymous",
)
INSIDERS = ("owner", "contributor", "validator", "approver", "viewer", "auditor", "administrator")
SIGN_IN = "sign-in"  # a redirect to the sign-in page, or 401 from the API


def inside(*allowed: str, ok: int = 200) -> dict[str, int | str]:
    """`ok` for those named, 403 for other people inside the project, 404 for outsiders."""
    statuses: dict[str, int | str] = {name: ok if name in allowed else 403 for name in INSIDERS}
    return statuses | {"outsider": 404, "anonymous": SIGN_IN}


def everyone_inside(ok: int = 200) -> dict[str, int | str]:
    """`ok` for everybody who may see the project."""
    return inside(*INSIDERS, ok=ok)


def everyone_signed_in(ok: int = 200) -> dict[str, int | str]:
    """`ok` for whoever has an account."""
    return dict.fromkeys(CAST, ok) | {"anonymous": SIGN_IN}


def only(*allowed: str, ok: int = 200) -> dict[str, int | str]:
    """`ok` for those named, 403 for everybody else with an account."""
    return {name: ok if name in allowed else 403 for name in CAST} | {"anonymous": SIGN_IN}


@dataclass(frozen=True)
class Row:
    """What an address answers: statuses by method and person.

    `prepare` makes the objects the address names and returns its arguments; `get` and `post` hold statuses by member of
    the cast, `post_data` what is sent. `api` addresses are asked with the person's token.
    """

    prepare: Callable[[Project], dict[str, Any]] = lambda project: {}
    get: dict[str, int | str] | None = None
    post: dict[str, int | str] | None = None
    put: dict[str, int | str] | None = None
    patch: dict[str, int | str] | None = None
    delete: dict[str, int | str] | None = None
    post_data: dict[str, Any] = field(default_factory=dict)
    api: bool = False

    def methods(self) -> dict[str, dict[str, int | str]]:
        """The methods this row speaks of."""
        names = ("get", "post", "put", "patch", "delete")
        return {name: statuses for name in names if (statuses := getattr(self, name)) is not None}
