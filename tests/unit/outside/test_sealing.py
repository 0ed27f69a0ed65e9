"""What is sealed is read with our key only."""

import pytest
from pytest_django import Settings

from outside import sealing


def test_a_sealed_secret_is_read_with_the_same_key_only(settings: Settings) -> None:
    sealed = sealing.seal("the token")
    assert b"token" not in sealed
    assert sealing.unseal(memoryview(sealed)) == "the token"
    settings.SECRET_KEY = "another-key"
    with pytest.raises(sealing.Unreadable, match="SECRET_KEY"):
        sealing.unseal(sealed)


def test_no_secret_stays_none() -> None:
    assert sealing.unseal(sealing.seal("")) == ""
