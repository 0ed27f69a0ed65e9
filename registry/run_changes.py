"""What was added to a run after its end, in the few words that its journal line has room for."""

from collections.abc import Iterable, Mapping
from typing import Any

MOST_NAMED = 20
ROOM = 85
LONGEST_NAME = 100
_NOUNS = {
    "params": ("parameter", "parameters"),
    "metrics": ("metric", "metrics"),
    "datasets": ("dataset", "datasets"),
    "dataset_tags": ("tags of the dataset", "tags of the datasets"),
    "files": ("file", "files"),
    "measured_models": ("metrics of the model", "metrics of the models"),
    "models_used": ("used model", "used models"),
    "models_produced": ("produced model", "produced models"),
}
_FACTS = {"name": "its name", "status": "its status", "ended_at": "its end"}


def label_of(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """A run by its name, and which of its keys a change concerns, such as “forest: metrics auc and f1; tag team”."""
    said = words(before, after)
    return f"{name[:LONGEST_NAME]}: {said}" if said else name


def words(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Which keys a change concerns; only the first where they are many."""
    more = after.get("more") or {}
    parts = [_counted(*nouns, after[kind], more.get(kind, 0)) for kind, nouns in _NOUNS.items() if after.get(kind)]
    were, are = before.get("tags") or {}, after.get("tags") or {}
    if are:
        parts.append(_counted("tag", "tags", are))
    if gone := [key for key in were if key not in are]:
        parts.append(f"{_counted('tag', 'tags', gone)} taken away")
    parts += [said for key, said in _FACTS.items() if before.get(key) != after.get(key)]
    return "; ".join(parts)


def _counted(one: str, many: str, keys: Iterable[str], more: int = 0) -> str:
    listed = sorted(keys)
    named: list[str] = []
    room = ROOM
    for key in listed[:MOST_NAMED]:
        shown = key if len(key) <= ROOM else f"{key[: ROOM - 1]}…"
        room -= len(shown) + 2
        if named and room < 0:
            break
        named.append(shown)
    rest = len(listed) - len(named) + more
    if rest:
        return f"{many} {', '.join(named)} and {rest:,} more"
    return f"{one} {named[0]}" if len(named) == 1 else f"{many} {', '.join(named[:-1])} and {named[-1]}"
