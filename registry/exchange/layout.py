"""What an archive of a model holds, and how large it may be."""

import re

FORMAT = "tenet.model"
VERSION = 1
MANIFEST, RECORDS, HISTORY = "manifest.json", "records.json", "history.json"
ENTRY = re.compile(r"(?:manifest|records|history)\.json|metrics/run-[0-9]{1,6}\.json|files/[0-9a-f]{64}")
SHA256 = re.compile(r"[0-9a-f]{64}")

MOST_ENTRIES = 50_000
MOST_DIRECTORY = 16 * 2**20
MOST_JSON = 64 * 2**20
MOST_ARCHIVE = 20 * 2**30
CHUNK = 2**20


class InvalidArchive(ValueError):
    """The file is no archive of a model that can be read here; the message says why, for people."""


def metrics_entry(run_key: str) -> str:
    """Where the history of a run's metrics stands."""
    return f"metrics/{run_key}.json"


def file_entry(sha256: str) -> str:
    """Where a file stands."""
    return f"files/{sha256}"
