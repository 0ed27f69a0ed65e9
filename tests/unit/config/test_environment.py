"""What a deployment writes into its environment becomes settings, or a sentence that says what to write."""

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment


@pytest.mark.parametrize("value", ["1", "true", "YES", " on "])
def test_a_flag_is_on_when_it_says_so(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TENET_HTTPS", value)
    assert environment.flag("TENET_HTTPS") is True


@pytest.mark.parametrize("value", ["", "0", "False", "no", "off"])
def test_a_flag_is_off_when_it_says_so_whatever_its_default(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TENET_HTTPS", value)
    assert environment.flag("TENET_HTTPS", default=True) is False


def test_a_flag_that_is_not_set_keeps_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TENET_HTTPS", raising=False)
    assert environment.flag("TENET_HTTPS", default=True) is True
    assert environment.flag("TENET_HTTPS") is False


def test_a_misspelt_flag_is_refused_instead_of_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENET_HTTPS", "ture")
    with pytest.raises(ImproperlyConfigured, match="TENET_HTTPS is 'ture'"):
        environment.flag("TENET_HTTPS")


@pytest.mark.parametrize("value", ["0", "-2", "2.5", "two", "²"])
def test_a_number_must_be_whole_and_above_zero(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TENET_WORKER_SLOTS", value)
    with pytest.raises(ImproperlyConfigured, match="whole number above zero"):
        environment.whole_number("TENET_WORKER_SLOTS", default=2)


def test_a_number_is_read_and_an_empty_one_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENET_WORKER_SLOTS", " 7 ")
    assert environment.whole_number("TENET_WORKER_SLOTS", default=2) == 7
    monkeypatch.setenv("TENET_WORKER_SLOTS", "")
    assert environment.whole_number("TENET_WORKER_SLOTS", default=2) == 2


def test_words_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENET_ALLOWED_HOSTS", "tenet.example.org, ,localhost,")
    assert environment.words("TENET_ALLOWED_HOSTS") == ["tenet.example.org", "localhost"]


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    first = environment.secret_key(tmp_path / "keys")
    assert len(first) >= 64
    assert environment.secret_key(tmp_path / "keys") == first
    assert stat.S_IMODE((tmp_path / "keys" / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["secret_key"]


def test_two_installations_have_different_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert environment.secret_key(tmp_path / "a") != environment.secret_key(tmp_path / "b")


def test_a_secret_from_the_environment_leaves_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "chosen by the operator")
    assert environment.secret_key(tmp_path / "keys") == "chosen by the operator"
    assert not (tmp_path / "keys").exists()


def test_files_lie_in_our_folder_unless_an_address_says_otherwise(tmp_path: Path) -> None:
    assert environment.file_storage("", default=tmp_path)["OPTIONS"]["location"] == str(tmp_path)
    elsewhere = environment.file_storage("file:///srv/tenet%20files", default=tmp_path)
    assert elsewhere["OPTIONS"]["location"] == "/srv/tenet files"


def test_a_bucket_is_named_by_its_address(tmp_path: Path) -> None:
    storage = environment.file_storage(
        "s3://models/tenet/live?endpoint_url=https://s3.example.org&region_name=eu-1", default=tmp_path
    )
    assert storage["BACKEND"] == "storages.backends.s3.S3Storage"
    assert storage["OPTIONS"] == {
        "bucket_name": "models",
        "location": "tenet/live",
        "file_overwrite": False,
        "endpoint_url": "https://s3.example.org",
        "region_name": "eu-1",
        # What is larger goes to a file on the way: a model of gigabytes must not fill memory.
        "max_memory_size": 8 * 2**20,
    }


@pytest.mark.parametrize("url", ["ftp://host/folder", "s3:///no-bucket", "gs://bucket"])
def test_an_address_for_files_that_we_cannot_use_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="Use file:///folder or s3://bucket"):
        environment.file_storage(url, default=tmp_path)


def test_an_origin_has_no_path() -> None:
    assert environment.origin("https://id.example.org:8443/realms/x") == "https://id.example.org:8443"
