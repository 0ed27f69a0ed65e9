"""Make requests to addresses that people gave: to the machine that was checked, under the name that was given."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_match_hostname import CertificateError

from outside.addresses import Address, Ip, NotFound, Refused, read, resolve

SECONDS = 5.0
LIMIT = 64 * 2**10
CHUNK = 2**16
MACHINES = 3

__all__ = ["Answer", "Line", "NotFound", "Refused", "Stream", "TooMuch", "Unreachable", "check", "send"]


class Unreachable(Exception):
    """The other side could not be asked or did not answer in time; the message says what happened, for people."""


class TooMuch(Exception):
    """The other side answers with more than is read; the message says how much is, for people."""


@dataclass(frozen=True)
class Answer:
    """What the other side said; a body is for programs to read and never shown to people."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is one of 200 to 299; a redirect is none, and never followed."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Stream:
    """An answer whose body is still arriving."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]

    @property
    def is_success(self) -> bool:
        """Whether the status is one of 200 to 299."""
        return 200 <= self.status < 300


def check(url: str) -> Address:
    """The address in what somebody typed, if it may be visited now; raises Refused or NotFound."""
    address = read(url)
    resolve(address)
    return address


def send(method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
    """Make one request; raises Refused, NotFound, Unreachable or TooMuch."""
    with Line(url) as line:
        return line.ask(method, line.address.target, headers=headers, body=body)


class Line:
    """A connection to one origin, kept for several requests; its name is resolved and checked once per connection.

    No proxy of the environment is used, no redirect followed, no cookie kept, and nothing unpacked.
    """

    def __init__(self, url: str, *, seconds: float = SECONDS) -> None:
        self.address = read(url)
        self._seconds = seconds
        self._connection: HTTPConnection | None = None
        self._is_late = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; the next request dials again."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def ask(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        limit: int = LIMIT,
    ) -> Answer:
        """Make a request and read the whole answer, up to `limit` bytes; raises as `send` does."""
        with self._deadline():
            response = self._begin(method, target, headers or {}, body)
            read_so_far = b""
            with self._told():
                while chunk := response.read1(CHUNK):
                    read_so_far += chunk
                    if len(read_so_far) > limit:
                        self.close()
                        raise TooMuch(
                            f"{self.address.host} answered with more than {limit:,} bytes, which is not read."
                        )
        self._end(response)
        return Answer(response.status, response.headers, read_so_far)

    @contextmanager
    def stream(
        self, method: str, target: str, *, headers: Mapping[str, str] | None = None, limit: int
    ) -> Iterator[Stream]:
        """Make a request and hand out the answer as it arrives, up to `limit` bytes; each piece has to come in time."""
        with self._deadline():
            response = self._begin(method, target, headers or {}, b"")
        is_read = False
        try:
            yield Stream(response.status, response.headers, self._pieces(response, limit))
            is_read = response.closed or response.isclosed()
        finally:
            # What was not read to the end cannot be asked anything else.
            if is_read:
                self._end(response)
            else:
                self.close()

    def _pieces(self, response: urllib3.HTTPResponse, limit: int) -> Iterator[bytes]:
        size, promised = 0, response.headers.get("content-length", "")
        with self._told():
            while chunk := response.read1(CHUNK):
                size += len(chunk)
                if size > limit:
                    raise TooMuch(f"{self.address.host} sends more than {limit:,} bytes, which is not taken.")
                yield chunk
            if promised.isdigit() and size != int(promised):
                raise Unreachable(f"{self.address.host} hung up in the middle of an answer.")

    def _begin(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> urllib3.HTTPResponse:
        is_reused = self._connection is not None
        try:
            return self._request(method, target, headers, body)
        except Unreachable:
            # A server may hang up a line that was idle; only what changes nothing is asked again.
            if not is_reused or method not in ("GET", "HEAD"):
                raise
        return self._request(method, target, headers, body)

    def _request(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> urllib3.HTTPResponse:
        with self._told():
            connection = self._connection or self._dial()
            path = urljoin(self.address.target, target) if not target.startswith("/") else target
            sent = {"Host": self.address.authority, "Accept-Encoding": "identity", "User-Agent": "Tenet", **headers}
            connection.request(
                method, path, body=body or None, headers=sent, preload_content=False, decode_content=False
            )
            return connection.getresponse()

    def _dial(self) -> HTTPConnection:
        problem: Exception = OSError()
        for machine in resolve(self.address)[:MACHINES]:
            self._connection = _connection(self.address, machine, self._seconds)
            try:
                self._connection.connect()
            except (urllib3.exceptions.HTTPError, OSError) as refused:
                self.close()
                problem = refused
                if self._is_late:
                    break
            else:
                return self._connection
        raise problem

    def _end(self, response: urllib3.HTTPResponse) -> None:
        if response.headers.get("connection", "").lower() == "close" or response.version < 11:
            self.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in one way, for people, whatever can go wrong on a line."""
        try:
            yield
        except (NotFound, Refused, TooMuch, Unreachable):
            self.close()
            raise
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError) as problem:
            self.close()
            raise Unreachable(_reason(self.address, problem, is_late=self._is_late)) from problem

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        """Hang up when an answer takes too long as a whole, however steadily it drips."""
        self._is_late = False
        timer = threading.Timer(2 * self._seconds, self._hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _hang_up(self) -> None:
        self._is_late = True
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                # Below TLS, which another thread may be reading from.
                socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _connection(address: Address, machine: Ip, seconds: float) -> HTTPConnection:
    if address.scheme == "http":
        return HTTPConnection(str(machine), address.port, timeout=seconds)
    return HTTPSConnection(
        str(machine),
        address.port,
        timeout=seconds,
        ssl_context=_trust(),
        cert_reqs="CERT_REQUIRED",
        server_hostname=address.host,
        assert_hostname=address.host,
    )


@cache
def _trust() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    # A house of one's own may have an authority of its own, which its machines know.
    context.load_default_certs()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _reason(address: Address, problem: Exception, *, is_late: bool) -> str:
    if isinstance(problem, urllib3.exceptions.NewConnectionError | ConnectionRefusedError):
        return f"Nobody answers at {address.authority}."
    if is_late or isinstance(problem, urllib3.exceptions.TimeoutError | TimeoutError):
        return f"{address.host} did not answer in time."
    if isinstance(problem, urllib3.exceptions.SSLError | ssl.SSLError | CertificateError):
        return f"{address.host} does not prove that it is {address.host}: its certificate is not accepted."
    return f"{address.host} hung up or answered with something that is not HTTP."
