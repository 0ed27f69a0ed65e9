"""Page tokens: where the last row of a page stood, so that rows which come or go meanwhile shift nothing."""

import base64
import binascii
import hashlib
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from registry.mlflow_api.search.conditions import EARLIEST, EPOCH, LATEST
from registry.mlflow_api.search.kinds import Kind
from registry.mlflow_api.search.ordering import NOT_A_NUMBER, Place, Term
from registry.mlflow_api.search.tokens import BadSearch
from registry.mlflow_api.wire import LARGEST_INT64, check_text

MICROSECOND = timedelta(microseconds=1)


def write(asked: Sequence[str], terms: Sequence[Term], row: dict[str, Any]) -> str:
    """The token of the page after a row; `asked` is what makes a search another one."""
    places = [_written(term.place(row)) for term in terms]
    return base64.urlsafe_b64encode(orjson.dumps([_digest(asked), places])).decode()


def read(token: str, asked: Sequence[str], terms: Sequence[Term]) -> list[Place]:
    """The places in a token; raises BadSearch for anything but a token of the same search."""
    try:
        digest, places = orjson.loads(base64.b64decode(token, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        raise BadSearch("The page_token is none that was given out here. Search again without one.") from None
    if digest != _digest(asked) or not isinstance(places, list) or len(places) != len(terms):
        raise BadSearch("The page_token belongs to a search in another order. Search again without one.")
    return [_read(term, place) for term, place in zip(terms, places, strict=True)]


def _digest(asked: Sequence[str]) -> str:
    return hashlib.sha256(orjson.dumps(list(asked))).hexdigest()[:16]


def _written(place: Place) -> str | float | int | None:
    return (place - EPOCH) // MICROSECOND if isinstance(place, datetime) else place


def _read(term: Term, place: object) -> Place:
    if place is None and term.optional:
        return None
    if term.kind is Kind.TEXT and isinstance(place, str):
        check_text(place, "The page_token")
        return place
    if term.kind is Kind.METRIC and (place == NOT_A_NUMBER or (isinstance(place, float) and math.isfinite(place))):
        return place
    if isinstance(place, int) and not isinstance(place, bool):
        if term.kind is Kind.MOMENT and EARLIEST <= place // 1000 <= LATEST:
            return EPOCH + place * MICROSECOND
        if term.kind in (Kind.WHOLE, Kind.EXPERIMENT) and abs(place) <= LARGEST_INT64:
            return place
    raise BadSearch("The page_token holds what no token holds. Search again without one.")
