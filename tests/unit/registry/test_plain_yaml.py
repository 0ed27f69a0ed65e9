"""YAML of strangers: the quick reader says what the careful one says, and nothing ends the process."""

import threading
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registry import plain_yaml

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.dates()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


def test_libyaml_is_here() -> None:
    # Without it everything works, ten times as slowly.
    assert yaml.__with_libyaml__


@given(value=VALUES, flow=st.sampled_from([True, False, None]))
def test_what_is_written_is_read_as_it_was(value: Any, flow: bool | None) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow)
    assert plain_yaml.load(text) == yaml.safe_load(text) == value


@given(text=st.text(alphabet=st.sampled_from("ab:-?[]{}&*!|>'\"#%@, \n\t\u2028\x85"), max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    # An odd text may mean nothing to one reader and an empty text to the other; neither may fail otherwise.
    assert outcome(plain_yaml.load, text)[0] in ("read", "refused")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[? ", "a:\n- "])
@pytest.mark.parametrize("levels", [100, 1_000, 100_000])
def test_depth_ends_no_thread_with_a_small_stack(opening: str, levels: int) -> None:
    outcomes: list[str] = []
    usual = threading.stack_size(2**20)
    try:
        thread = threading.Thread(target=lambda: outcomes.append(outcome(plain_yaml.load, opening * levels)[0]))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(usual)
    assert outcomes[0] in ("read", "refused")


def outcome(read: Any, text: str) -> tuple[str, Any]:
    try:
        return "read", read(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return "refused", None
