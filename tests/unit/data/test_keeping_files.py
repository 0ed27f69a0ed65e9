import hashlib
import io
from pathlib import Path

import pytest
from django.conf import settings

from data import storage

FOLDER = Path(settings.STORAGES["content"]["OPTIONS"]["location"])


def files() -> set[Path]:
    return {path for path in FOLDER.rglob("*") if path.is_file()}


def test_a_file_lies_under_its_sha256_and_only_we_may_read_it() -> None:
    content = b"some rows that nobody else keeps"
    stored = storage.store(io.BytesIO(content), limit=100)
    assert stored == storage.StoredFile(hashlib.sha256(content).hexdigest(), len(content))
    assert storage.exists(stored.sha256)
    with storage.open_file(stored.sha256) as file:
        assert file.read() == content
    with storage.local_path(stored.sha256) as path:
        assert path.read_bytes() == content
        assert path.stat().st_mode & 0o077 == 0


def test_chunks_are_taken_as_well_as_files() -> None:
    assert storage.store([b"ab", b"", b"c"], limit=3) == storage.store(io.BytesIO(b"abc"), limit=3)


def test_a_file_beyond_the_limit_leaves_nothing_behind() -> None:
    before = files()
    with pytest.raises(storage.TooLarge, match="larger than 5 bytes"):
        storage.store([b"abc", b"def"], limit=5)
    assert files() == before


def test_a_file_that_is_not_kept_leaves_nothing_behind() -> None:
    before = files()
    with storage.receive([b"never kept"], limit=100) as received:
        assert received.path.read_bytes() == b"never kept"
    assert files() == before


def test_damage_is_noticed_and_mended_by_the_same_file() -> None:
    stored = storage.store([b"to be damaged"], limit=100)
    with storage.local_path(stored.sha256) as path:
        path.write_bytes(b"to be dAmaged")
    assert not storage.matches(stored.sha256)
    storage.store([b"to be damaged"], limit=100)
    assert storage.matches(stored.sha256)


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "", "A" * 64])
def test_nothing_but_a_known_digest_opens_anything(digest: str) -> None:
    with pytest.raises(storage.Missing):
        storage.open_file(digest)
    assert not storage.matches(digest)
