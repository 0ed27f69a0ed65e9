import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.tables import BadFileName, check_file_name


@pytest.mark.parametrize("name", ["rows.csv", "Проба 2024.parquet", "a..b.csv", "50 % sample.csv", ".hidden.csv"])
def test_plain_names_stay_as_they_are(name: str) -> None:
    assert check_file_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", " . ", "../x.csv", "x/../y.csv", "/etc/passwd", "C:\\x.csv", "c:x.csv", "%2e%2e%2fx.csv",
        "%252e%252e%252fx.csv", "x\0.csv", "x\n.csv", "x\u202evsc.csv", "x" * 256,
    ],
)  # fmt: skip
def test_paths_and_tricks_are_refused(name: str) -> None:
    with pytest.raises(BadFileName):
        check_file_name(name)


@given(st.text(max_size=300))
def test_no_accepted_name_can_leave_its_folder(name: str) -> None:
    try:
        accepted = check_file_name(name)
    except BadFileName:
        return
    assert not set(accepted) & set("/\\:\0")
    assert accepted.strip(". ")
    assert len(accepted) <= 255
