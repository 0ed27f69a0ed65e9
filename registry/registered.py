"""Who hears of a version that was just registered: rooms above offer a function when they start.

The registry asks nothing of those rooms. It tells them inside the transaction that registers the version, so that what
they queue exists exactly when the version does.
"""

from collections.abc import Callable

from accounts.models import User
from registry.models import ModelVersion

Hearer = Callable[[ModelVersion, User], None]

HEARERS: list[Hearer] = []


def offer(hearer: Hearer) -> None:
    """Have a function called for every version that is registered; called from the offering room's AppConfig.ready()."""
    if hearer not in HEARERS:
        HEARERS.append(hearer)


def tell(version: ModelVersion, *, by: User) -> None:
    """Call everybody who wants to hear of a new version; whoever registers one calls it, inside the transaction."""
    for hearer in HEARERS:
        hearer(version, by)
