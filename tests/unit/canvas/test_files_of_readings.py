"""Tables of readings as spreadsheets write them, and those that cannot be read."""

from datetime import date

import pytest

from canvas.reading_files import BadFile, read_readings
from canvas.services.readings import Reading

TODAY = date(2026, 11, 20)
PLAIN = "date,value,lower,upper,n,note\n2026-03-31,0.93,0.91,0.95,812,before\n2026-04-30,0.94,,,,\n"
WANTED = [
    (2, Reading(date(2026, 3, 31), 0.93, 0.91, 0.95, 812, "before")),
    (3, Reading(date(2026, 4, 30), 0.94)),
]
GERMAN = "date;value;lower;upper;n;note\r\n31.03.2026;0,93;0,91;0,95;812;before\r\n30.4.2026;0,94;;;;\r\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        GERMAN.encode(),
        b"\xef\xbb\xbf" + GERMAN.encode(),
        PLAIN.replace("date,value", "Date , VALUE").encode(),
        (PLAIN + "\n,,,,,\n\n").encode(),
    ],
)
def test_the_same_table_is_read_however_it_was_saved(content: bytes) -> None:
    assert read_readings(content, today=TODAY) == WANTED


def test_windows_1252_keeps_its_letters() -> None:
    content = "date;value;note\n2026-03-31;1,5;geschätzt – Müller\n".encode("cp1252")
    assert read_readings(content, today=TODAY) == [
        (2, Reading(date(2026, 3, 31), 1.5, note="geschätzt – Müller")),
    ]


def test_a_row_with_a_line_break_in_its_note_keeps_the_count_of_lines() -> None:
    content = b'date,value,note\n2026-03-31,1,"two\nlines"\n2026-04-31,2,\n'
    with pytest.raises(BadFile) as refused:
        read_readings(content, today=TODAY)
    assert refused.value.problems == ["Line 4: “2026-04-31” is no day of the calendar."]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"\n \n", "The file is empty"),
        (b"date,value\n", "no rows"),
        (b"day,value\n2026-03-31,1\n", "Line 1: the column “date” is missing."),
        (b"date,value,value\n2026-03-31,1,2\n", "Line 1: the column “value” stands twice."),
        (b"date,value,colour\n2026-03-31,1,red\n", "Line 1: “colour” is not a column of readings."),
        (b"date,value\n2026-03-31\n", "Line 2: it has 1 cells, the first line has 2."),
        (b"date,value\n2026-03-31,\n", "Line 2: the value is missing."),
        (b"date,value\n2026-03-31,93 %\n", "Line 2: the value “93 %” is not a number"),
        (b"date,value\n2026-03-31,nan\n", "Line 2: the value “nan” is not a number"),
        (b"date,value\n2026-03-31,inf\n", "Line 2: the value “inf” is not a number"),
        (b"date,value\n2026-03-31,1e999\n", "Line 2: a reading has to be a finite number."),
        (b'date,value\n2026-03-31,"1,234"\n', "Line 2: the value “1,234” is not a number"),
        (b"date;value\n2026-03-31;1.234,5\n", "Line 2: the value “1.234,5” is not a number"),
        (b"date;value\n2026-03-31;1,5\n2026-04-30;1.234\n", "Line 2 has a decimal comma and line 3 a decimal point."),
        (b"date,value\n03/04/2026,1\n", "Line 2: “03/04/2026” is not a date such as 2026-03-31."),
        (b"date,value\n2027-01-01,1\n", "Line 2: 2027-01-01 lies in the future."),
        (b"date,value\n2026-03-31,1\n2026-03-31,2\n", "Line 3: 2026-03-31 stands on line 2 too, with other figures."),
        (b"date,value,lower\n2026-03-31,1,0\n", "Line 2: an interval has two ends."),
        (b"date,value,lower,upper\n2026-03-31,1,2,3\n", "Line 2: the value 1 lies outside its interval, 2 to 3."),
        (b"date,value,n\n2026-03-31,1,many\n", "Line 2: n is a whole number of cases, not “many”."),
        (b"date,value,n\n2026-03-31,1,0\n", "Line 2: a sample has at least one case."),
        (b'date,value\n2026-03-31,"1\n', "a quotation mark is not closed"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "This is no text file."),
    ],
)
def test_a_file_that_cannot_be_used_says_which_line_and_why(content: bytes, words: str) -> None:
    with pytest.raises(BadFile) as refused:
        read_readings(content, today=TODAY)
    assert any(words in problem for problem in refused.value.problems), refused.value.problems


def test_every_bad_line_is_named_and_a_flood_is_counted() -> None:
    rows = "".join(f"2026-13-{n % 28 + 1:02},1\n" for n in range(80))
    with pytest.raises(BadFile) as refused:
        read_readings(f"date,value\n{rows}".encode(), today=TODAY)
    assert len(refused.value.problems) == 51
    assert refused.value.problems[-1] == "And 30 more lines."


def test_a_row_that_stands_twice_alike_is_one_reading_for_the_service_to_skip() -> None:
    twice = b"date,value\n2026-03-31,1\n2026-03-31,1.0\n"
    assert [line for line, _ in read_readings(twice, today=TODAY)] == [2, 3]
