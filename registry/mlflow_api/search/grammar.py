"""Read filters and orders: clauses joined by AND, and an identifier with its direction."""

from dataclasses import dataclass

from registry.mlflow_api.search.tokens import BadSearch, Kind, Part, parts_of

MOST_CLAUSES = 100
MOST_VALUES = 10_000
COMPARATORS = ("=", "!=", "<", "<=", ">", ">=", "LIKE", "ILIKE")
DIRECTIONS = ("ASC", "DESC")
TEXTS = (Kind.TEXT, Kind.QUOTED)


@dataclass(frozen=True)
class Identifier:
    """What a clause or an order speaks of: `entity.key`, or an attribute's bare name, and where it stands."""

    entity: str  # empty for a bare name
    key: str
    at: int

    def __str__(self) -> str:
        return f"{self.entity}.{self.key}" if self.entity else self.key


@dataclass(frozen=True)
class Clause:
    """One condition of a filter; `values` is empty for IS NULL and IS NOT NULL, and several for IN and NOT IN."""

    about: Identifier
    comparator: str
    values: tuple[Part, ...]

    @property
    def value(self) -> Part:
        """The only value of a clause that is no list."""
        return self.values[0]


@dataclass(frozen=True)
class Order:
    """One thing to order by; a metric may be looked at on one dataset only, told by its name and digest."""

    about: Identifier
    descending: bool
    dataset: tuple[str, str] = ("", "")


def clauses_of(text: str) -> list[Clause]:
    """The clauses of a filter, all of which have to hold; raises BadSearch."""
    reader = _Reader(parts_of(text, "The filter"), "The filter")
    clauses: list[Clause] = []
    if reader.is_done:
        return clauses
    clauses.append(reader.clause())
    while not reader.is_done:
        reader.keyword("AND")
        clauses.append(reader.clause())
    if len(clauses) > MOST_CLAUSES:
        raise BadSearch(f"The filter has {len(clauses)} clauses; at most {MOST_CLAUSES} are read.")
    if (values := sum(len(clause.values) for clause in clauses)) > MOST_VALUES:
        raise BadSearch(f"The filter lists {values:,} values; at most {MOST_VALUES:,} are read.")
    return clauses


def order_of(text: str) -> Order:
    """One item of an order; raises BadSearch."""
    what = f"The order {text if len(text) <= 60 else text[:57] + '…'!r}"
    reader = _Reader(parts_of(text, what), what)
    about = reader.identifier()
    way = reader.take().keyword if reader.next.keyword in DIRECTIONS else "ASC"
    if not reader.is_done:
        raise reader.expected("ASC, DESC or the end")
    return Order(about, way == "DESC")


class _Reader:
    """Goes through the parts of one text from left to right."""

    def __init__(self, parts: list[Part], what: str) -> None:
        self._parts = parts
        self._what = what
        self._at = 0

    @property
    def next(self) -> Part:
        return self._parts[self._at]

    @property
    def is_done(self) -> bool:
        return self.next.kind is Kind.END

    def take(self) -> Part:
        part = self.next
        self._at += 1
        return part

    def expected(self, wanted: str) -> BadSearch:
        return BadSearch(
            f"{self._what} cannot be read at character {self.next.at}: {wanted} has to stand here, not {self.next.shown}."
        )

    def keyword(self, *words: str) -> str:
        if self.next.keyword not in words:
            raise self.expected(" or ".join(words))
        return self.take().keyword

    def clause(self) -> Clause:
        about = self.identifier()
        match self.keyword(*COMPARATORS, "IN", "NOT", "IS"):
            case "IS":
                if self.keyword("NOT", "NULL") == "NULL":
                    return Clause(about, "IS NULL", ())
                self.keyword("NULL")
                return Clause(about, "IS NOT NULL", ())
            case "NOT":
                self.keyword("IN")
                return Clause(about, "NOT IN", self.values())
            case "IN":
                return Clause(about, "IN", self.values())
            case comparator:
                return Clause(about, comparator, (self.value(),))

    def identifier(self) -> Identifier:
        if self.next.kind not in (Kind.NAME, Kind.QUOTED):
            raise self.expected("a name such as metrics.loss, tags.`my key` or start_time")
        part = self.take()
        if part.key is None:
            return Identifier("", self._two_words(part.said), part.at)
        return Identifier(part.said, part.key, part.at)

    def _two_words(self, name: str) -> str:
        # MLflow's pages call an attribute “Run name”, with its space.
        if name in ("run", "Run") and self.next.keyword == "NAME":
            return f"{name} {self.take().said}"
        return name

    def value(self) -> Part:
        if self.next.kind not in (*TEXTS, Kind.NUMBER):
            raise self.expected("a number or a text in quotes")
        return self.take()

    def values(self) -> tuple[Part, ...]:
        self.keyword("(")
        found: list[Part] = []
        while not found or self.next.keyword != ")":
            if self.next.kind not in TEXTS:
                raise self.expected("a text in quotes")
            found.append(self.take())
            if self.keyword(",", ")") == ")":
                return tuple(found)
        self.keyword(")")
        return tuple(found)
