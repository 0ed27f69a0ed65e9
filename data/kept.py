"""Which records point to stored files: each room says so for its own tables, and what is pointed to is never removed."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from canvas.models import Project

MOST_NAMED = 5
_OFFERED: list["Column | Listing"] = []


@dataclass(frozen=True)
class Column:
    """A column that holds the SHA-256 of a stored file, and how its rows lead to their project."""

    model: str
    field: str
    project: str
    here: Q | None = None
    """Which rows' files have to be in our storage; every row's unless said otherwise."""

    def starting_with(self, start: str) -> set[str]:
        """The digests of files that have to be here, with this beginning."""
        rows = self._rows().filter(**{f"{self.field}__startswith": start})
        return set(rows.filter(self.here) if self.here is not None else rows)

    def among(self, digests: Collection[str]) -> set[str]:
        """Those of some digests that a row points to, wherever its file has to be."""
        return set(self._rows().filter(**{f"{self.field}__in": digests}))

    def of_project(self, project: Project) -> Iterator[str]:
        """The digests that a project's rows point to and that have to be here."""
        rows = self._rows().filter(**{self.project: project})
        return (rows.filter(self.here) if self.here is not None else rows).distinct().iterator()

    def has(self, project: Project, sha256: str) -> bool:
        """Whether a row of the project points to the file."""
        return self._rows().filter(**{self.field: sha256, self.project: project}).exists()

    def names(self, sha256: str) -> list[str]:
        """The records that point to the file, in words."""
        model = apps.get_model(self.model)
        rows = model._default_manager.filter(**{self.field: sha256})[:MOST_NAMED]
        return [f"{model._meta.verbose_name} {row}" for row in rows]

    def _rows(self) -> QuerySet[Any, str]:  # Any: whichever model was named
        rows = apps.get_model(self.model)._default_manager.exclude(**{self.field: ""})
        return rows.order_by().values_list(self.field, flat=True)


@dataclass(frozen=True)
class Listing:
    """A JSON column that holds a list of files, each with its SHA-256."""

    model: str
    field: str
    project: str
    here: None = None

    def starting_with(self, start: str) -> set[str]:
        """The digests in any list that begin like this."""
        return {digest for digest in self._read() if digest.startswith(start)}

    def among(self, digests: Collection[str]) -> set[str]:
        """Those of some digests that a list holds."""
        return set(digests).intersection(self._read())

    def of_project(self, project: Project) -> Iterator[str]:
        """The digests in the lists of a project's rows."""
        return self._read(**{self.project: project})

    def has(self, project: Project, sha256: str) -> bool:
        """Never said: whatever such a list holds, a column of the same project holds too."""
        return False

    def names(self, sha256: str) -> list[str]:
        """The records whose list holds the file, in words."""
        model = apps.get_model(self.model)
        rows = model._default_manager.exclude(**{self.field: []}).only("pk", self.field)
        found = [
            row.pk for row in rows.iterator() if any(file["sha256"] == sha256 for file in getattr(row, self.field))
        ]
        return [f"{model._meta.verbose_name} {row}" for row in model._default_manager.filter(pk__in=found[:MOST_NAMED])]

    def _read(self, **conditions: Any) -> Iterator[str]:  # Any: as a queryset takes it
        rows = apps.get_model(self.model)._default_manager.filter(**conditions).exclude(**{self.field: []})
        for files in rows.order_by().values_list(self.field, flat=True).iterator():
            yield from (str(file["sha256"]) for file in files)


def offer(*kept: Column | Listing) -> None:
    """Make columns known; called from the offering room's AppConfig.ready()."""
    _OFFERED.extend(one for one in kept if one not in _OFFERED)


def offered() -> list[Column | Listing]:
    """All columns of all rooms."""
    return list(_OFFERED)


def expected(start: str) -> set[str]:
    """The digests with this beginning whose files have to be in the storage."""
    return set().union(*(one.starting_with(start) for one in _OFFERED))


def pointed_to(digests: Collection[str]) -> set[str]:
    """Those of some digests that any record points to."""
    return set().union(*(one.among(digests) for one in _OFFERED)) if digests else set()


def named_by(sha256: str, *, most: int) -> list[str]:
    """Some of the records that point to a file, each with its kind, for people."""
    found: list[str] = []
    for one in _OFFERED:
        found += one.names(sha256)
    return list(dict.fromkeys(found))[:most]


def keeps(project: Project, sha256: str) -> bool:
    """Whether a record of the project points to a file."""
    return any(one.has(project, sha256) for one in _OFFERED)


def of_project(project: Project) -> set[str]:
    """The digests of all files that a project keeps."""
    return {digest for one in _OFFERED for digest in one.of_project(project)}
