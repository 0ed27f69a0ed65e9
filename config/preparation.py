"""Whether a database and the static files are up to date, told without loading a room, and the way to make them so."""

import subprocess
import sys
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection


class CannotPrepare(Exception):
    """The database or the static files could not be brought up to date; the message says where to look."""


def is_needed() -> bool:
    """Whether a migration has not been applied yet, or a static file changed since they were collected."""
    return bool(set(_migrations()) - _applied()) or _is_stale()


def prepare() -> None:
    """Bring database and static files up to date, in a process that loads the rooms and ends."""
    ended = subprocess.run([sys.executable, "manage.py", "prepare"], cwd=settings.BASE_DIR, check=False)
    if ended.returncode:
        raise CannotPrepare("The database could not be brought up to date. What stands above says why.")


def has_people() -> bool:
    """Whether anybody has an account; False as well where there is no table of them yet."""
    return bool(_rows("SELECT 1 FROM accounts_user LIMIT 1"))


def _applied() -> set[tuple[str, str]]:
    return {(app, name) for app, name in _rows("SELECT app, name FROM django_migrations")}


def _rows(query: str) -> list[tuple[str, ...]]:
    try:
        # Django advises against asking a database before the rooms are loaded: here none is, and none will be.
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning), connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()
    except DatabaseError:
        # A new database has no table yet; one that is away is told by the process that prepares it.
        return []
    finally:
        connection.close()


def _migrations() -> Iterator[tuple[str, str]]:
    """Each migration of each app, by the names of their files."""
    for app in settings.INSTALLED_APPS:
        # Some are named by their configuration, app.apps.Config.
        package = app.partition(".apps.")[0]
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            for path in Path(folder, "migrations").glob("[0-9]*.py"):
                yield package.rpartition(".")[2], path.stem


def _is_stale() -> bool:
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return True
    collected = manifest.stat().st_mtime
    sources = (path for folder in settings.STATICFILES_DIRS for path in Path(folder).rglob("*"))
    return any(path.stat().st_mtime > collected for path in sources if path.is_file())
