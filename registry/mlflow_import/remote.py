"""Ask another MLflow server: through the one door that leaves the house, with patience, and in the words of its API."""

import base64
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

import orjson

from outside.client import Answer, Line, NotFound, Refused, Stream, TooMuch, Unreachable
from registry.mlflow_api.errors import STATUS

API = "/api/2.0/mlflow/"
PROXY = "/api/2.0/mlflow-artifacts/artifacts"
LARGEST_ANSWER = 64 * 2**20
PATIENT_SECONDS = 30.0
# How long to wait before each further attempt at what may pass by itself.
WAITS = (0.5, 2.0, 5.0)
MOST_PAGES = 100_000


class Away(Exception):
    """The server cannot be reached or is not well; it may be later. The message says so, for people."""


class Denied(Exception):
    """The server does not let us in; the message says what to check, for people."""


class NotMlflow(Exception):
    """What answers is no MLflow server, or answers in a way that cannot be read; the message says so, for people."""


class Absent(Exception):
    """The server has no such record."""


class NotOffered(Exception):
    """The server does not know this part of the API, as older ones do not."""


class Remote:
    """One conversation with a server; raises Away, Denied, NotMlflow, Absent or NotOffered."""

    def __init__(
        self, url: str, *, secret: str = "", seconds: float = PATIENT_SECONDS, is_patient: bool = True
    ) -> None:
        self.line = Line(url, seconds=seconds)
        self.host = self.line.address.authority
        self._base = self.line.address.target.partition("?")[0].rstrip("/")
        self._headers = {"Accept": "application/json"} | _signed_in(secret)
        self._waits = WAITS if is_patient else ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.line.close()

    def get(self, path: str, /, **params: Any) -> dict[str, Any]:
        """What a question is answered with; lists of parameters are repeated."""
        return self.ask_json(API + path, **params)

    def ask_json(self, path: str, /, **params: Any) -> dict[str, Any]:
        """The same for an address outside the tracking API."""
        return self._read(self._ask("GET", path, params=params))

    def post(self, path: str, /, **fields: Any) -> dict[str, Any]:
        """What a search is answered with."""
        return self._read(self._ask("POST", API + path, body=orjson.dumps(fields)))

    def pages(self, method: str, path: str, key: str, /, **fields: Any) -> Iterator[list[dict[str, Any]]]:
        """The pages of a list, each as its entries, until there is none left."""
        token = ""
        for _ in range(MOST_PAGES):
            asked = fields | ({"page_token": token} if token else {})
            answer = self.get(path, **asked) if method == "GET" else self.post(path, **asked)
            entries = answer.get(key, [])
            if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
                raise self._garbage(f"“{key}” is not a list")
            following = answer.get("next_page_token") or ""
            if not isinstance(following, str):
                raise self._garbage("its page token is not a text")
            yield entries
            if not following or following == token:
                return
            token = following
        raise self._garbage("its pages never end")

    @contextmanager
    def download(self, path: str, /, *, limit: int, **params: str) -> Iterator[Stream]:
        """A file as it arrives; raises TooMuch beyond `limit` bytes."""
        target = self._base + path + (f"?{urlencode(params)}" if params else "")
        try:
            with self.line.stream("GET", target, headers=self._headers, limit=limit) as stream:
                if not stream.is_success:
                    raise self._refused(stream.status, "")
                yield stream
        except (Unreachable, NotFound) as reason:
            raise Away(str(reason)) from reason

    def version(self) -> str:
        """The version it says it is; empty where it does not say."""
        answer = self._ask("GET", "/version")
        text = answer.body[:40].decode("ascii", "replace").strip() if answer.status == 200 else ""
        return text if text and all(sign.isalnum() or sign in ".-+" for sign in text) else ""

    def _ask(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: bytes = b"") -> Answer:
        target = self._base + path + (f"?{urlencode(params, doseq=True)}" if params else "")
        headers = self._headers | ({"Content-Type": "application/json"} if body else {})
        for wait in (*self._waits, None):
            try:
                answer = self.line.ask(method, target, headers=headers, body=body, limit=LARGEST_ANSWER)
            except (Unreachable, NotFound) as reason:
                problem = Away(str(reason))
            except TooMuch as reason:
                raise NotMlflow(str(reason)) from reason
            else:
                if answer.status != 429 and answer.status < 500:
                    return answer
                problem = Away(f"{self.host} answers with status {answer.status}: something is wrong on its side.")
            if wait is None:
                raise problem
            time.sleep(wait)
        raise AssertionError  # the last wait is None

    def _read(self, answer: Answer) -> dict[str, Any]:
        try:
            fields = orjson.loads(answer.body) if answer.body else {}
        except orjson.JSONDecodeError:
            fields = None
        if answer.status != 200:
            code = fields.get("error_code") if isinstance(fields, dict) else ""
            raise self._refused(answer.status, code if isinstance(code, str) and code in STATUS else "")
        if not isinstance(fields, dict):
            raise self._garbage("its answer is no JSON object")
        return fields

    def _refused(self, status: int, code: str) -> Exception:
        if status in (401, 403):
            return Denied(f"{self.host} does not let us in. Check the token, and what it may read there.")
        if status == 404 and code in ("", "ENDPOINT_NOT_FOUND"):
            return NotOffered(f"{self.host} does not offer this.")
        if code in ("RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"):
            return Absent(f"{self.host} has no such record.")
        if 300 <= status < 400:
            return NotMlflow(f"{self.host} sends us elsewhere, which is not followed. Enter the address it sends to.")
        if status == 429 or status >= 500:
            return Away(f"{self.host} answers with status {status}: something is wrong on its side.")
        return NotMlflow(f"{self.host} refuses what MLflow's servers answer (status {status} {code}).")

    def _garbage(self, why: str) -> NotMlflow:
        return NotMlflow(f"{self.host} does not answer as an MLflow server does: {why}.")


def escaped(path: str) -> str:
    """A path of an artifact as it stands in an address."""
    return quote(path, safe="/")


def _signed_in(secret: str) -> dict[str, str]:
    if not secret:
        return {}
    if ":" in secret:
        return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}
    return {"Authorization": f"Bearer {secret}"}


__all__ = [
    "Absent", "Away", "Denied", "NotMlflow", "NotOffered", "Refused", "Remote", "TooMuch", "escaped",
]  # fmt: skip
