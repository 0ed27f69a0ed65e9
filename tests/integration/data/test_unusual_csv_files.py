"""Files that are not what one expects, and are read right all the same, with nothing lost."""

import hashlib
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from data import frames, storage
from data.models import Dataset, DatasetProfile
from tests.conftest import ApiAs, ClientAs
from tests.factories.datasets import profiled, uploaded
from tests.integration.data.test_uploading_a_snapshot import send, upload

pytestmark = pytest.mark.any_database

MIXED = b"code,when,amount\n" + b"".join(
    b"%s,%s,%s\n" % (code, when, amount)
    for code, when, amount in [
        (b"17", b"2026-11-20", b'"1,50"'), (b"18", b"20.11.2026", b'"2,75"'), (b"19", b"11/20/2026", b'"3,00"'),
        (b"unknown", b"2026-11-21", b'"4,25"'), (b"21", b"21.11.2026", b'"5,10"'), (b"22.5", b"2026-11-22", b'"6,99"'),
    ]
)  # fmt: skip


def rows(dataset: Dataset) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = frames.read_frame(dataset).to_dict("list")
    return found


def column(profile: DatasetProfile, name: str) -> dict[str, Any]:
    return next(column for column in profile.columns if column["name"] == name)


def texts(profile: DatasetProfile) -> dict[str, str]:
    return {warning["column"]: warning["text"] for warning in profile.warnings}


def test_windows_1252_is_recognised_said_and_read_right(
    project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    content = "name,price\nCafé “Größe”,5 €\nDvořák?,6 €\n".replace("ř", "r").encode("cp1252")
    client = client_as(contributor)
    assert upload(client, project, content).status_code == 302
    dataset = Dataset.objects.get()
    assert rows(dataset) == {"name": ["Café “Größe”", "Dvorák?"], "price": ["5 €", "6 €"]}
    page = client.get(dataset.get_absolute_url()).content.decode()
    assert "The file is written in Windows-1252." in page
    assert "Café “Größe”" in page
    # What was uploaded is kept and handed out byte for byte.
    assert dataset.sha256 == hashlib.sha256(content).hexdigest()
    response = client.get(reverse("data:dataset-file", args=[project.slug, dataset.pk]))
    assert b"".join(response.streaming_content) == content  # type: ignore[attr-defined]
    answer = send(api_as(contributor), project, content, name="Others").json()
    assert answer["written_as"] == "in Windows-1252"


@pytest.mark.parametrize(("sign", "words"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_other_separators_are_recognised_said_and_read_right(
    sign: str, words: str, project: Project, contributor: User, api_as: ApiAs
) -> None:
    content = sign.join(["id", "text", "n"]) + "\n" + sign.join(["1", '"a, ""b"" and\nmore"', "2"]) + "\n"
    answer = send(api_as(contributor), project, content.encode(), label_column="n")
    assert answer.status_code == 201, answer.content
    assert answer.json()["written_as"] == f"with {words} between the columns"
    assert rows(Dataset.objects.get()) == {"id": [1], "text": ['a, "b" and\nmore'], "n": [2]}


def test_semicolons_in_windows_1252_with_a_decimal_comma_are_read_and_the_comma_is_told(
    project: Project, contributor: User
) -> None:
    content = "straße;betrag\n" + "".join(f"Weg {n};{n},5\n" for n in range(1, 40))
    profile = profiled(project, content.encode("cp1252"), by=contributor)
    assert profile.dataset.written_as == "in Windows-1252 with semicolons between the columns"
    assert column(profile, "betrag")["kind"] == "string"
    assert texts(profile)["betrag"] == (
        "“betrag” holds 39 numbers with a decimal comma. It is read as text; write them with a point."
    )


def test_a_column_of_mixed_types_says_how_many_of_each(project: Project, contributor: User) -> None:
    profile = profiled(project, MIXED, by=contributor)
    assert column(profile, "code")["kinds"] == {"integer": 4, "number": 1, "string": 1}
    assert texts(profile)["code"] == (
        "“code” mixes types: 4 whole numbers, 1 number with a fraction and 1 text (such as “unknown”). It is read as text."
    )
    assert rows(profile.dataset)["code"] == ["17", "18", "19", "unknown", "21", "22.5"]


def test_dates_in_three_formats_are_text_and_counted(project: Project, contributor: User) -> None:
    profile = profiled(project, MIXED, by=contributor)
    assert column(profile, "when")["kind"] == "string"
    assert texts(profile)["when"] == (
        "“when” holds dates written in 3 ways: 3 as 2026-11-20; 2 as 20.11.2026; 1 as 20/11/2026. "
        "It is read as text; write them all as 2026-11-20."
    )


def test_embedded_newlines_and_a_byte_order_mark_lose_no_row(project: Project, contributor: User) -> None:
    content = b"\xef\xbb\xbfid,note\n" + b"".join(b'%d,"first line\nsecond, ""quoted"" line"\n' % n for n in range(50))
    profile = profiled(project, content, by=contributor)
    assert profile.rows == 50
    assert [column["name"] for column in profile.columns] == ["id", "note"]
    assert column(profile, "note")["top"] == [['first line\nsecond, "quoted" line', 50]]


def test_a_number_far_down_in_a_column_of_words_is_found(project: Project, contributor: User) -> None:
    content = b"answer\n" + b"yes\n" * 300_000 + b"17\n"
    profile = profiled(project, content, by=contributor)
    assert column(profile, "answer")["kinds"] == {"string": 300_000, "integer": 1}


def test_numbers_too_large_to_be_squared_leave_a_profile_all_the_same(project: Project, contributor: User) -> None:
    content = b"a,b\n" + b"".join(b"%d.5e300,%d\n" % (n, n % 2) for n in range(1, 200))
    profile = profiled(project, content, by=contributor, label_column="b")
    assert column(profile, "a")["numbers"]["sd"] is None
    # PostgreSQL gives it back as a whole number of 303 digits.
    assert float(column(profile, "a")["numbers"]["max"]) == pytest.approx(1.995e302)


def test_a_copy_that_is_read_is_found_again_after_the_same_upload_elsewhere(
    project: Project, contributor: User
) -> None:
    content = "a;b\n1;é\n".encode("cp1252")
    one = uploaded(project, content, by=contributor)
    other = uploaded(project, content, by=contributor, name="Other")
    assert one.read_sha256 == other.read_sha256
    assert storage.exists(one.read_sha256)
