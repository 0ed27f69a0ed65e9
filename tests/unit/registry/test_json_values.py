"""Which JSON can be kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import json_values
from registry.json_values import NotStorable

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_accepted_survives_being_written_and_read(value: object) -> None:
    try:
        json_values.ensure_storable(value, what="the value")
    except NotStorable:
        return
    text = json.dumps(value, allow_nan=False)
    text.encode()
    assert "\\u0000" not in text
    assert json.loads(text) == value


@pytest.mark.parametrize(
    "text", ["NaN", "-Infinity", "1e999", '"\\u0000"', '{"a": "\\udc00"}', "[" * 30 + "]" * 30, "{a}"]
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(NotStorable) as refused:
        json_values.parse(text, what="the parameters")
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("text", ["[]", "0", '"a"', "false"])
def test_hyperparameters_are_an_object(text: str) -> None:
    with pytest.raises(NotStorable, match="must be a JSON object"):
        json_values.parse_object(text, what="the hyperparameters")


def test_an_empty_text_is_an_empty_object() -> None:
    assert json_values.parse_object("  ", what="the hyperparameters") == {}
