"""Reads that are compiled once and asked many times: for addresses that programs ask thousands of times.

Django builds a query's SQL anew each time, which takes ten times as long as the read itself. Any room may use this where
that is felt; which rows it reads, and what they mean, are left to the room whose tables they are.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet

Row = tuple[Any, ...]
Rows = QuerySet[Any, Any]
M = TypeVar("M", bound=Model)


def columns(model: type[Model], through: str = "") -> list[str]:
    """The names under which `values_list` gives all of a model's columns, in the order that `record` takes them."""
    return [f"{through}{field.attname}" for field in model._meta.concrete_fields]


def record(model: type[M], row: Sequence[Any]) -> M:
    """The record that a row of all its columns stands for."""
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in model._meta.concrete_fields], row)


class Statement:
    """A read with values to fill in, whose SQL is built when it is asked for the first time.

    `build` gets the `examples` and returns a queryset of plain values (`values_list`); each example has to be unlike
    every other value in it, and stands where the values go that `all` and `first` are given, in the same order.
    """

    def __init__(self, build: Callable[..., Rows], *examples: str | int) -> None:
        self._build = build
        self._examples = examples
        self._compiled: tuple[str, list[tuple[int | None, Any]], Any, Any] | None = (
            None  # Any: Django's compiler has no types
        )

    def all(self, *given: str | int) -> list[Row]:
        """The rows for these values."""
        sql, places, compiler, converters = self._compiled or self._compile()
        params = [value if place is None else given[place] for place, value in places]
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows = cursor.fetchall()
        return [tuple(row) for row in compiler.apply_converters(rows, converters)] if converters else rows

    def first(self, *given: str | int) -> Row | None:
        """The first row for these values, or None."""
        return next(iter(self.all(*given)), None)

    def _compile(self) -> Any:
        compiler = self._build(*self._examples).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        places = [(self._place(param), param) for param in params]
        missing = set(range(len(self._examples))) - {place for place, _ in places}
        if missing:
            raise ValueError(f"The query does not hold the examples {[self._examples[place] for place in missing]}.")
        converters = compiler.get_converters([column[0] for column in compiler.select])
        self._compiled = (sql, places, compiler, converters)
        return self._compiled

    def _place(self, param: Any) -> int | None:
        same = (
            place
            for place, example in enumerate(self._examples)
            if isinstance(param, type(example)) and param == example
        )
        return None if isinstance(param, bool) else next(same, None)


class ByKeys:
    """A read of the rows of some records, compiled once for a single record, which is what programs mostly ask for.

    `build` gets the keys and returns a queryset of plain values.
    """

    def __init__(self, build: Callable[[Sequence[int]], Rows]) -> None:
        self._build = build
        self._of_one = Statement(lambda pk: build([pk]), -1)

    def of(self, pks: Sequence[int]) -> Iterable[Sequence[Any]]:
        """The rows of the records with these keys."""
        return self._of_one.all(pks[0]) if len(pks) == 1 else self._build(pks)
