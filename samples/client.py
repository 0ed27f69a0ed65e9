"""A small client for Tenet's REST API: one project, one person's token."""

import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import requests

POLL_SECONDS = 0.2
TIMEOUT_SECONDS = 120

Record = dict[str, Any]  # Any: a JSON object, as the API's schema describes it


class Refused(Exception):
    """Tenet refused a request; the message is its own sentence, `status` the HTTP status."""

    def __init__(self, response: requests.Response) -> None:
        self.status = response.status_code
        request = response.request
        super().__init__(f"{request.method} {request.path_url} answered {self.status}: {_sentence(response)}")
        self.detail = _sentence(response)


class TookTooLong(Exception):
    """Something that was waited for did not happen in time."""


class Client:
    """Talks to one project as whoever the token belongs to."""

    def __init__(self, url: str, *, token: str, project: str) -> None:
        self.url, self.token, self.project = url.rstrip("/"), token, project
        self._root = f"{self.url}/api/v1/projects/{project}/"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    @classmethod
    def from_environment(cls) -> "Client":
        """The client that TENET_URL, TENET_TOKEN and TENET_PROJECT describe."""
        return cls(os.environ["TENET_URL"], token=os.environ["TENET_TOKEN"], project=os.environ["TENET_PROJECT"])

    def get(self, path: str) -> Record:
        """Read a record."""
        return self._send("GET", path).json()

    def listed(self, path: str) -> list[Record]:
        """Read the first 200 records of a list, in the list's own order."""
        found = self._send("GET", path, params={"limit": 200}).json()
        return found["results"] if isinstance(found, dict) else found

    def post(self, path: str, **fields: Any) -> Record:
        """Make a record."""
        return self._send("POST", path, json=fields).json()

    def put(self, path: str, **fields: Any) -> Record:
        """Replace a record's content."""
        return self._send("PUT", path, json=fields).json()

    def patch(self, path: str, **fields: Any) -> Record:
        """Change what is sent of a record."""
        return self._send("PATCH", path, json=fields).json()

    def upload(self, path: str, *, file_name: str, content: bytes, field: str = "file", **fields: Any) -> Record:
        """Make a record with a file."""
        sent = [(key, text) for key, value in fields.items() for text in _form_texts(value)]
        return self._send("POST", path, data=sent, files={field: (file_name, content)}).json()

    def download(self, path: str, to: Path) -> Path:
        """Write what an address answers to a file."""
        to.write_bytes(self._send("GET", path).content)
        return to

    def wait(self, path: str, *, until: Callable[[Record], bool]) -> Record:
        """Read a record again and again until it is as wanted; raises TookTooLong."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not until(record := self.get(path)):
            if time.monotonic() > deadline:
                raise TookTooLong(f"{path} was not ready after {TIMEOUT_SECONDS} seconds. Is the worker running?")
            time.sleep(POLL_SECONDS)
        return record

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        response = self._session.request(method, self._root + path, timeout=60, **options)
        if not response.ok:
            raise Refused(response)
        return response


def _form_texts(value: Any) -> list[str]:
    """A field of a form: a list of plain texts is sent as a repeated field, anything with a structure as JSON."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return list(value)
    return [json.dumps(value)]


def _sentence(response: requests.Response) -> str:
    try:
        said = response.json()
    except requests.JSONDecodeError:
        return response.text[:200]
    if isinstance(said, Mapping):
        return str(said["detail"]) if "detail" in said else " ".join(f"{key}: {_told(said[key])}" for key in said)
    return str(said)


def _told(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
