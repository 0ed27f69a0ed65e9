"""The static files that are served: where they come from, and when they are collected again."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder, get_finders
from django.core.files.storage import FileSystemStorage, Storage
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

from config.apps import StaticFiles

PREFIX = "vendor/"


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Files under names that change with their content; source maps are left out, so nothing may point to them."""

    patterns = tuple(
        (names, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for names, rules in CompressedManifestStaticFilesStorage.patterns
    )
    keep_only_hashed_files = True

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Compress the files that are new: a name says what is inside, so an old file's compressed copy still holds."""
        yield from super().compress_files(path for path in paths if not self.exists(f"{path}.gz"))


class PackageFinder(BaseFinder):
    """Finds the files that pages use of npm packages, as vendor/<package>/<file>, and no other file of theirs."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=settings.NODE_DIR)
        # collectstatic reads the prefix from the storage.
        self.storage.prefix = PREFIX.rstrip("/")  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[Any]:
        """Nothing here can be configured wrongly."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file's place on disk, or an empty list."""
        name = path.removeprefix(PREFIX)
        if not path.startswith(PREFIX) or name not in settings.PACKAGE_FILES or not self.storage.exists(name):
            return []
        return [self.storage.path(name)] if find_all else self.storage.path(name)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every file, with the storage that holds it."""
        for name in settings.PACKAGE_FILES:
            yield name, self.storage


def is_stale() -> bool:
    """Whether the collected files are other than those that their sources would give."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return True
    collected = manifest.stat().st_mtime
    names = json.loads(manifest.read_text(encoding="utf-8"))["paths"].keys()
    sources = dict(_sources())
    return sources.keys() != names or any(path.stat().st_mtime > collected for path in sources.values())


def _sources() -> Iterator[tuple[str, Path]]:
    ignored = StaticFiles.ignore_patterns
    for finder in get_finders():
        for name, storage in finder.list(ignored):
            prefix = getattr(storage, "prefix", None)
            yield f"{prefix}/{name}" if prefix else name, Path(storage.path(name))


def collect_if_stale() -> bool:
    """Collect the static files where needed, and say whether that was so."""
    if not is_stale():
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    return True
