"""A request goes to the machine that was checked, under the name that was given, and reads no more than it should."""

import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from outside import client
from outside.client import Line, Refused, TooMuch, Unreachable
from tests.receivers import Receiver, certificate, receiver


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Receiver]:
    with receiver() as mailbox:
        settings.OUTSIDE_ALLOWED = [mailbox.allowed]
        yield mailbox


def test_a_request_arrives_and_its_answer_comes_back(mailbox: Receiver) -> None:
    answer = client.send("POST", mailbox.url + "?x=1", headers={"X-One": "1"}, body=b"hello")
    assert (answer.status, answer.body, answer.is_success) == (200, b"ok", True)
    letter = mailbox.letters[0]
    assert (letter.method, letter.path, letter.body) == ("POST", "/hook?x=1", b"hello")
    assert letter.headers["Host"] == f"127.0.0.1:{mailbox.port}"
    assert letter.headers["X-One"] == "1"


def test_nothing_that_the_operator_did_not_allow_is_asked(mailbox: Receiver, settings: Settings) -> None:
    settings.OUTSIDE_ALLOWED = []
    for url in (mailbox.url, f"https://127.0.0.1:{mailbox.port}/", "https://localhost/", "https://127.0.0.1/"):
        with pytest.raises(Refused):
            client.send("GET", url)
    assert mailbox.letters == []


def test_a_name_that_moves_after_it_was_checked_is_not_followed(
    mailbox: Receiver, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = iter(["93.184.216.34", "127.0.0.1"])
    tried: list[str] = []

    def resolver(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        machine = host if host[0].isdigit() else next(given)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (machine, port))]

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(Unreachable):
        client.send("GET", "https://rebound.example/")
    assert tried == ["93.184.216.34"]
    with pytest.raises(Refused, match="private machine"):
        client.send("GET", "https://rebound.example/")
    assert tried == ["93.184.216.34"]


def test_no_redirect_is_followed(mailbox: Receiver) -> None:
    mailbox.status, mailbox.headers = 302, {"Location": "http://127.0.0.1:1/secret"}
    answer = client.send("POST", mailbox.url)
    assert (answer.status, answer.is_success) == (302, False)
    assert len(mailbox.letters) == 1


def test_no_proxy_of_the_environment_is_used(mailbox: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert client.send("GET", mailbox.url).status == 200


def test_an_answer_is_read_up_to_its_limit(mailbox: Receiver) -> None:
    mailbox.body = b"x" * client.LIMIT
    assert len(client.send("GET", mailbox.url).body) == client.LIMIT
    mailbox.body += b"x"
    with pytest.raises(TooMuch):
        client.send("GET", mailbox.url)


def test_an_answer_that_drips_is_not_waited_for(mailbox: Receiver) -> None:
    def drip(connection: socket.socket) -> None:
        try:
            for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 200:
                connection.sendall(bytes([byte]))
                time.sleep(0.05)
        except OSError:
            return

    mailbox.raw = drip
    began = time.monotonic()
    with Line(mailbox.url, seconds=0.2) as line, pytest.raises(Unreachable, match="did not answer in time"):
        line.ask("GET", "/")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", b"\x16\x03\x01\x00"]
)
def test_whatever_is_no_answer_is_told_in_a_sentence(mailbox: Receiver, said: bytes) -> None:
    mailbox.raw = lambda connection: connection.sendall(said)
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 .*\."):
        client.send("GET", mailbox.url)


def test_nobody_at_home_is_told_in_a_sentence(settings: Settings) -> None:
    settings.OUTSIDE_ALLOWED = ["http://127.0.0.1:1"]
    with pytest.raises(Unreachable, match="Nobody answers"):
        client.send("GET", "http://127.0.0.1:1/")


def test_a_line_is_kept_for_several_requests_and_dialled_again_when_it_was_hung_up(mailbox: Receiver) -> None:
    with Line(mailbox.url) as line:
        for _ in range(3):
            assert line.ask("GET", "/").status == 200
        assert len(mailbox.connections) == 1
        mailbox.raw = lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert line.ask("GET", "/").status == 200
        mailbox.raw = None
        assert line.ask("GET", "/").status == 200
        assert len(mailbox.connections) == 2


def test_a_long_answer_is_streamed_and_a_cut_one_is_noticed(mailbox: Receiver) -> None:
    mailbox.body = b"x" * 3_000_000
    with Line(mailbox.url) as line, line.stream("GET", "/", limit=3_000_000) as stream:
        assert sum(len(piece) for piece in stream.chunks) == 3_000_000
    with Line(mailbox.url) as line, line.stream("GET", "/", limit=2_999_999) as stream, pytest.raises(TooMuch):
        list(stream.chunks)
    mailbox.raw = lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort")
    with Line(mailbox.url) as line, line.stream("GET", "/", limit=100) as stream, pytest.raises(Unreachable):
        list(stream.chunks)


def test_tls_is_held_to_the_name_that_was_given(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, context = certificate(tmp_path, "hooks.example")
    shown: list[str | None] = []
    context.sni_callback = lambda sock, name, ctx: shown.append(name)
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args, **kwargs: real("127.0.0.1", *args, **kwargs))
    with receiver(context) as mailbox:
        settings.OUTSIDE_ALLOWED = [f"hooks.example:{mailbox.port}", f"other.example:{mailbox.port}"]
        with pytest.raises(Unreachable, match="certificate"):
            client.send("GET", f"https://hooks.example:{mailbox.port}/")
        trusting = ssl.create_default_context(cafile=str(path))
        monkeypatch.setattr(client, "_trust", lambda: trusting)
        assert client.send("GET", f"https://hooks.example:{mailbox.port}/").status == 200
        with pytest.raises(Unreachable, match="certificate"):
            client.send("GET", f"https://other.example:{mailbox.port}/")
    assert [letter.headers["Host"] for letter in mailbox.letters] == [f"hooks.example:{mailbox.port}"]
    assert shown == ["hooks.example", "hooks.example", "other.example"]
