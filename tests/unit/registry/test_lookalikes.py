"""Names that are easily taken for each other."""

import pytest

from registry.lookalikes import look_of


@pytest.mark.parametrize(
    "name",
    [
        "\u0441hampion",
        "\u0421HAMPION",
        "CHAMPI\u039fN",
        "\u0421\u041d\u0410\u041c\u0420I\u041e\u039d",
        "\uff43\uff48\uff41\uff4d\uff50\uff49\uff4f\uff4e",
        "champ\u0131on",
        "champ1on",
        "champlon",
        "champi0n",
        "charnpion",
        "champi\u00f6n",
        "champion\u3164",
        "\U0001d41champion",
    ],
)
def test_a_name_in_borrowed_letters_looks_the_same(name: str) -> None:
    assert look_of(name) == look_of("champion")


@pytest.mark.parametrize(
    "name", ["champions", "champion-2", "champion_eu", "old-champion", "challenger", "чемпион", "冠军", "campione"]
)
def test_another_name_looks_otherwise(name: str) -> None:
    assert look_of(name) != look_of("champion")
