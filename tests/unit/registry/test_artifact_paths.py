"""A path that is kept stays below its root however often somebody decodes it, and is kept as it was sent."""

import posixpath
import unicodedata
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import artifact_paths
from registry.artifact_paths import UnusablePath

HOSTILE = [
    "..",
    ".",
    "/",
    "\\",
    "%",
    "2e",
    "%2e",
    "%2F",
    "%5c",
    "%00",
    "\0",
    "#",
    "a",
    "é",
    "\u202e",
    "\n",
    ":",
    "C:",
    " ",
]
PIECES = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=4))
PLAIN = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), min_size=1, max_size=20
)


@given(st.lists(PIECES, max_size=12).map("".join), st.integers(0, 3))
def test_what_is_kept_never_leaves_its_root(text: str, times: int) -> None:
    for _ in range(times):
        text = quote(text)
    try:
        kept = artifact_paths.plain(text)
    except UnusablePath:
        return
    assert kept == text
    for _ in range(6):
        assert not posixpath.isabs(kept)
        assert posixpath.normpath(kept) == kept
        assert not kept.startswith("../")
        assert "\\" not in kept
        assert "\0" not in kept
        kept = unquote(kept)


@given(st.lists(PLAIN, min_size=1, max_size=4))
def test_ordinary_names_are_kept(parts: list[str]) -> None:
    parts = [unicodedata.normalize("NFC", part.translate({ord(sign): "_" for sign in "/\\#:%"})) for part in parts]
    parts = [part if part.strip(" .") else f"{part}x" for part in parts]
    path = "/".join(parts)
    assert artifact_paths.plain(path) == path


@given(st.text(max_size=60))
def test_a_place_is_found_or_refused_and_nothing_else(text: str) -> None:
    try:
        found = artifact_paths.place(text)
    except UnusablePath:
        return
    if found is not None:
        assert bool(found.run_id) != bool(found.model_id)


@pytest.mark.parametrize("name", ["100%", "%", "im%step%1%", "50% off.txt", "a%zz", "%25"])
def test_a_percent_sign_is_a_sign_like_any_other(name: str) -> None:
    assert artifact_paths.plain(name) == name
