"""The journal as people read it: sentences, filters and the chain's last link."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import QuerySet

from accounts.models import User
from audit.actions import SENTENCES, Action
from audit.models import AuditEntry, ChainHead
from canvas.models import Project

NOT_SHOWN: tuple[object, ...] = ("", None, [], {})


@dataclass(frozen=True)
class Line:
    """One entry in words."""

    entry: AuditEntry
    sentence: str
    comment: str
    changes: list[tuple[str, str, str]]  # what, before, after
    project: Project | None


@dataclass(frozen=True)
class Filters:
    """What somebody wants to see of a journal."""

    action: str = ""
    actor: str = ""
    about: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read the filters off an address."""
        return cls(*(query.get(key, "").replace("\0", "").strip()[:200] for key in ("action", "actor", "about")))

    def apply(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Only the entries that fit."""
        if self.action:
            entries = entries.filter(action=self.action)
        if self.actor:
            entries = entries.filter(actor_label__icontains=self.actor)
        if self.about:
            entries = entries.filter(object_label__icontains=self.about)
        return entries

    @property
    def is_set(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.action or self.actor or self.about)


def entries_of(project: Project) -> QuerySet[AuditEntry]:
    """A project's journal, newest first."""
    return AuditEntry.objects.filter(chain=project.chain).order_by("-seq")


def entries_visible_to(user: User) -> QuerySet[AuditEntry]:
    """The newest entries of every project that a person may see."""
    chains = [f"project:{pk}" for pk in Project.objects.visible_to(user).values_list("pk", flat=True)]
    return AuditEntry.objects.filter(chain__in=chains).order_by("-at", "-pk")


def head_of(project: Project) -> ChainHead | None:
    """The last link of a project's chain."""
    return ChainHead.objects.filter(chain=project.chain).first()


def lines(entries: Iterable[AuditEntry]) -> list[Line]:
    """Entries in words; two queries however many there are."""
    listed = list(entries)
    ids = {int(e.chain.removeprefix("project:")) for e in listed if e.chain.startswith("project:")}
    projects = Project.objects.in_bulk(ids)
    people = dict(
        User.objects.filter(pk__in={e.actor_id for e in listed if e.actor_id}).values_list("username", "name")
    )
    return [_line(entry, projects, people) for entry in listed]


def action_choices() -> list[tuple[str, str]]:
    """Every action with words for a menu."""
    return [(str(action), str(action).replace(".", ": ").replace("-", " ").capitalize()) for action in Action]


def _line(entry: AuditEntry, projects: Mapping[int, Project], people: Mapping[str, str]) -> Line:
    body = json.loads(entry.body)
    sentence = SENTENCES.get(Action(entry.action), entry.action) if entry.action in set(Action) else entry.action
    # The name somebody has now; the chain itself keeps the username, so that a name can be corrected or erased.
    entry.actor_label = people.get(entry.actor_label) or entry.actor_label
    chain_id = entry.chain.removeprefix("project:")
    return Line(
        entry=entry,
        sentence=sentence.format(label=entry.object_label),
        comment=body.get("comment", ""),
        changes=_changes(body["before"], body["after"]),
        project=projects.get(int(chain_id)) if chain_id.isdigit() else None,
    )


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return [
        (key.replace("_", " "), _text(before.get(key)), _text(after.get(key)))
        for key in keys
        if before.get(key) not in NOT_SHOWN or after.get(key) not in NOT_SHOWN
    ]


def _text(value: Any) -> str:  # Any: a JSON value from a journal line
    if value in NOT_SHOWN:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
