"""The bytes that a line's hash covers, against published examples."""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from audit.actions import SENTENCES, Action
from audit.services import canonical, link, stamp

# The example of RFC 8785, section 3.2.2, and the UTF-8 bytes it prints in section 3.2.4.
PUBLISHED = r"""{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}"""
PUBLISHED_BYTES = """
7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72 75 65 2c 66 61 6c 73 65 5d 2c 22 6e 75 6d 62 65 72 73 22 3a
5b 33 33 33 33 33 33 33 33 33 2e 33 33 33 33 33 33 33 2c 31 65 2b 33 30 2c 34 2e 35 2c 30 2e 30 30 32 2c 31 65 2d 32 37
5d 2c 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30 30 66 5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d
"""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: unicodedata.normalize("NFC", text)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz", max_size=5), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def test_the_published_example_comes_out_byte_for_byte() -> None:
    assert canonical(json.loads(PUBLISHED)).encode() == bytes.fromhex(PUBLISHED_BYTES)


def test_the_order_of_keys_does_not_matter() -> None:
    assert canonical({"b": 1, "a": {"d": 2, "c": 3}}) == '{"a":{"c":3,"d":2},"b":1}'


def test_two_ways_to_write_the_same_letter_become_one() -> None:
    assert canonical({"name": "Ame\u0301lie"}) == canonical({"name": "Am\u00e9lie"}) == '{"name":"Amélie"}'


def test_numbers_that_json_readers_would_round_become_text() -> None:
    assert canonical({"big": 2**53, "small": 2**53 - 1}) == '{"big":"9007199254740992","small":9007199254740991}'
    assert canonical({"price": Decimal("0.10"), "odd": float("inf")}) == '{"odd":"inf","price":"0.10"}'


def test_a_moment_is_written_in_universal_time() -> None:
    moment = datetime(2026, 3, 29, 1, 30, 0, 42, tzinfo=timezone(timedelta(hours=2)))
    assert stamp(moment) == "2026-03-28T23:30:00.000042Z"
    assert canonical({"at": moment.astimezone(UTC)}) == '{"at":"2026-03-28T23:30:00.000042Z"}'


@given(st.dictionaries(st.text("abcxyz", max_size=5), json_values, max_size=5))
def test_nothing_is_lost_between_a_value_and_its_text(value: dict[str, object]) -> None:
    # Every number as the double it denotes: a text without a point or exponent may stand for one beyond 2^53.
    assert json.loads(canonical(value), parse_int=float) == value


def test_a_link_covers_the_domain_the_line_before_and_the_stored_bytes() -> None:
    before, body = "ab" * 32, '{"label":"Ærø €"}'
    expected = hashlib.sha256(b"tenet.audit.v1\x00" + bytes.fromhex(before) + body.encode("utf-8")).hexdigest()
    assert link(before, body) == expected


def test_every_action_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Action)
    for action, sentence in SENTENCES.items():
        assert sentence == sentence.strip(" ."), action
        assert sentence.format(label="X")
