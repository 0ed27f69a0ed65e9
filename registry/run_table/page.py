"""One page of the table of runs, as an address asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from canvas.models import Project
from registry.run_table import columns as known
from registry.run_table import rows as reading
from registry.run_table.columns import Column
from registry.run_table.filters import RunFilterForm
from registry.run_table.ordering import ordered
from registry.run_table.rows import Row

RUNS_PER_PAGE = 50
COLUMN, SORT, OPENED, VIEW = "column", "sort", "open", "view"
LIST = "list"
# Said by the form that chooses columns, so that choosing none can be told from not choosing.
CHOSEN = "columns"


@dataclass(frozen=True)
class Head:
    """A column's header: what it says, the address that sorts by it, and whether the table is sorted so."""

    column: Column | None
    label: str
    address: str
    sorted: str


@dataclass(frozen=True)
class Table:
    """What a page of the table shows."""

    page: Page[int]
    rows: list[Row]
    columns: list[Column]
    heads: list[Head]
    status_head: Head
    offered: dict[str, list[Column]]
    is_tree: bool
    is_live: bool


class Address:
    """The query of a page's address, of which others are made."""

    def __init__(self, query: QueryDict) -> None:
        self.query = query

    def having(self, **changed: str | Sequence[str] | None) -> str:
        """The address with some parameters replaced, or left out where they are None."""
        query = self.query.copy()
        for key, value in changed.items():
            if value is None:
                query.pop(key, None)
            else:
                query.setlist(key, [value] if isinstance(value, str) else list(value))
        return f"?{query.urlencode()}"


def columns_of(project: Project, query: QueryDict, remembered: Mapping[str, Any]) -> list[Column] | None:
    """The columns that the address asks for, else those remembered, else None: nobody chose."""
    if CHOSEN in query or COLUMN in query:
        typed = [name for text in query.getlist("another") for name in text.split(",")]
        return known.columns_named([*query.getlist(COLUMN), *typed])
    names = remembered.get(str(project.pk))
    return None if names is None else known.columns_named(names)


def table(form: RunFilterForm, query: QueryDict, chosen: Sequence[Column] | None) -> Table:
    """The page of runs that an address asks for, with the columns somebody chose."""
    project, runs = form.project, form.runs()
    found = known.offered(project, chosen or [])
    experiments = 0 if form.cleaned_data.get("experiment") else form.experiments
    shown = list(chosen) if chosen is not None else known.at_first_sight(found, experiments=experiments)
    is_tree = not form.narrows and query.get(VIEW) != LIST
    top = reading.roots(runs) if is_tree else runs
    sort = query.get(SORT, "")
    page = Paginator(ordered(top, sort), RUNS_PER_PAGE).get_page(query.get("page"))
    rows = reading.read(list(page), shown)
    if is_tree:
        rows = reading.unfold(rows, runs, shown, opened=set(query.getlist(OPENED)))
    address = Address(query)
    return Table(
        page=page,
        rows=rows,
        columns=shown,
        heads=[
            _head(address, "attributes.name", "Run", sort),
            *(_head(address, column.name, column.label, sort, column) for column in shown),
        ],
        status_head=_head(address, "attributes.status", "Status", sort),
        offered=found,
        is_tree=is_tree,
        is_live=runs.live().exists(),  # type: ignore[attr-defined]  # the questions keep the kind of queryset
    )


def _head(address: Address, name: str, label: str, sort: str, column: Column | None = None) -> Head:
    """A click sorts by the column, the second one the other way round; figures begin with the largest."""
    falls_first = column is not None and (column.is_number or column.key in {"recorded", "started", "ended"})
    ways = [f"-{name}", name] if falls_first else [name, f"-{name}"]
    wanted = ways[1] if sort == ways[0] else ways[0]
    now = "descending" if sort == f"-{name}" else "ascending" if sort == name else ""
    if name == "attributes.versions":
        return Head(column, label, "", "")
    return Head(column, label, address.having(sort=wanted, page=None), now)
