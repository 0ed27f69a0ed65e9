"""How a deployment's choices are read: small functions that turn environment variables into settings."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}

# Durable on a power cut, and writers queue instead of failing: without IMMEDIATE, a transaction that reads before it
# writes is refused at once when another writer got in between, however long the timeout.
SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}


def flag(name: str, *, default: bool = False) -> bool:
    """Whether a variable is switched on; anything but a plain yes or no is refused."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}. Set it to 1 or 0.")


def whole_number(name: str, *, default: int) -> int:
    """A variable that must be a whole number above zero."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) == 0:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to a whole number above zero.")
    return int(value)


def words(name: str, *, default: str = "") -> list[str]:
    """A variable that lists words, separated by commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def secret_key(keys: Path) -> str:
    """The signing secret: SECRET_KEY, or a file only we can read, made on the first start."""
    if given := os.environ.get("SECRET_KEY"):
        return given
    path = keys / "secret_key"
    if not path.exists():
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = keys / f"secret_key.{os.getpid()}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
        # Two processes may start together: a link never replaces the other's key, so both read the same one.
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()


def file_storage(url: str, *, default: Path) -> dict[str, Any]:
    """Where uploaded files lie: a folder of ours, file:///folder, or s3://bucket/prefix?endpoint_url=…&region_name=…"""
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": unquote(parts.path) or str(default),
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    if parts.scheme == "s3" and parts.netloc:
        options: dict[str, Any] = {
            "bucket_name": parts.netloc,
            "location": unquote(parts.path).strip("/"),
            "file_overwrite": False,
        }
        # What is read moving about in it goes to the disk instead of into memory.
        options["max_memory_size"] = 8 * 2**20
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options | dict(parse_qsl(parts.query))}
    raise ImproperlyConfigured(
        f"TENET_STORAGE_URL is {url!r}. Use file:///folder or s3://bucket/prefix?endpoint_url=https://host"
    )


def origin(url: str) -> str:
    """The scheme and host of an address, as a Content-Security-Policy source."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
