"""LIKE and ILIKE that mean the same on every database: % and _ stand for anything, and nothing else does."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Value
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

LONGEST = 8_000
LOWERED = "tenet_lowered"
_GLOB = str.maketrans({"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"})


class Like(Func):
    """Whether a text fits a pattern, capitals and small letters told apart unless `folded`."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, text: Combinable | str, pattern: str, *, folded: bool = False) -> None:
        super().__init__(F(text) if isinstance(text, str) else text, Value(pattern))
        self.pattern = pattern
        self.folded = folded

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """PostgreSQL's LIKE takes backslashes for themselves only when it is told so."""
        operator = "ILIKE" if self.folded else "LIKE"
        text, pattern = (compiler.compile(part) for part in self.get_source_expressions())
        return f"({text[0]} {operator} {pattern[0]} ESCAPE '')", (*text[1], *pattern[1])

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """SQLite's LIKE folds ASCII letters, always and only; GLOB tells letters apart and has other signs."""
        text, params = compiler.compile(self.get_source_expressions()[0])
        if self.folded:
            return f"({LOWERED}({text}) GLOB %s)", (*params, self.pattern.lower().translate(_GLOB))
        return f"({text} GLOB %s)", (*params, self.pattern.translate(_GLOB))


class Bytewise(Func):
    """A text that sorts by its characters' numbers on every database, and not by the habits of a language."""

    template = "%(expressions)s"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, list[Any]]:
        """PostgreSQL sorts as its own language does unless told otherwise."""
        sql, params = self.as_sql(compiler, connection, template='(%(expressions)s COLLATE "C")')
        return sql, list(params)


def lowered(text: str | None) -> str | None:
    """A text in small letters, which SQLite itself makes of ASCII letters only."""
    return text.lower() if text is not None else None


def teach(connection: BaseDatabaseWrapper, **sent: Any) -> None:
    """Teach a new connection to SQLite to fold letters of every alphabet."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(LOWERED, 1, lowered, deterministic=True)
