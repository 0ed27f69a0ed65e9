"""LIKE and ILIKE that mean the same on every database: % and _ stand for anything, and nothing else does."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func, Value
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

LONGEST = 8_000
LOWERED = "tenet_lowered"
_GLOB = str.maketrans({"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"})


class Like(Func):
    """Whether a text fits a pattern, capitals and small letters told apart unless `folded`."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, text: Combinable, pattern: str, *, folded: bool = False) -> None:
        super().__init__(text, Value(pattern))
        self.pattern = pattern
        self.folded = folded

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """PostgreSQL takes a backslash in a pattern for itself only when it is told so."""
        operator = " ILIKE " if self.folded else " LIKE "
        return self.as_sql(compiler, connection, template="(%(expressions)s ESCAPE '')", arg_joiner=operator)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """SQLite's LIKE folds ASCII letters, always and only; its GLOB tells letters apart and has other signs."""
        text, _ = self.get_source_expressions()
        pattern = self.pattern.lower() if self.folded else self.pattern
        globbed = self.copy()
        globbed.set_source_expressions(
            [Func(text, function=LOWERED) if self.folded else text, Value(pattern.translate(_GLOB))]
        )
        return globbed.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" GLOB ")


class Bytewise(Func):
    """A text that sorts by its characters' numbers on every database, and not by the habits of a language."""

    template = "%(expressions)s"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """PostgreSQL sorts as its own language does unless told otherwise."""
        return self.as_sql(compiler, connection, template='(%(expressions)s COLLATE "C")')


def lowered(text: str | None) -> str | None:
    """A text in small letters, which SQLite itself makes of ASCII letters only."""
    return text.lower() if text is not None else None


def teach(connection: BaseDatabaseWrapper, **sent: Any) -> None:
    """Teach a new connection to SQLite to fold letters of every alphabet."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(LOWERED, 1, lowered, deterministic=True)
