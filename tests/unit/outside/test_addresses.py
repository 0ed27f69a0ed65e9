"""An address that somebody typed leads to a public machine or nowhere, however it is written."""

import ipaddress
import socket
from typing import Any

import pytest
from pytest_django import Settings

from outside import addresses
from outside.addresses import Refused

ODD = [
    "",
    "example.org",
    "//example.org/x",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "javascript:alert(1)",
    "http://example.org/",
    "https://example.org:22/",
    "https://example.org:0/",
    "https://example.org:99999/",
    "https://example.org:x/",
    "https://user@example.org/",
    "https://user:secret@example.org/",
    "https://example.org@127.0.0.1/",
    "https://example.org%40127.0.0.1/",
    "https://example.org\\@127.0.0.1/",
    "https://example.org/ x",
    "https://example.org/\r\nHost: other",
    "https://example.org/\0",
    "https://example.org/#part",
    "https://example.org#@127.0.0.1/",
    "https://exämple.org/",
    "https://127。0。0。1/",
    "https://ⓔxample.org/",
    "https://example.org./",
    "https://127.0.0.1./",
    "https://.example.org/",
    "https://-example.org/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://1.2.3.4.5/",
    "https://256.1.1.1/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[::127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[example.org]/",
    "https://[::1/",
    "https:///path",
    "https://" + "a" * 64 + ".org/",
    "https://example.org/" + "a" * 1000,
]
PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2002:a00:1::",
    "2001:0:a00:1::",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("url", ODD)
def test_an_odd_address_is_refused_before_anybody_is_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: pytest.fail("A name was resolved."))
    with pytest.raises(Refused):
        addresses.read(url)


@pytest.mark.parametrize("machine", PRIVATE)
def test_a_name_that_leads_to_a_private_machine_is_refused(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "8.8.8.8", machine)
    with pytest.raises(Refused, match="private machine"):
        addresses.resolve(addresses.read("https://example.org/hook"))


@pytest.mark.parametrize("machine", PUBLIC)
def test_a_name_that_leads_to_public_machines_may_be_visited(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, machine)
    assert addresses.resolve(addresses.read("https://example.org/hook")) == [ipaddress.ip_address(machine)]


def test_localhost_is_as_private_by_name_as_by_number() -> None:
    for url in ("https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://[fe80::1]/"):
        with pytest.raises(Refused):
            addresses.resolve(addresses.read(url))


def test_a_name_that_nobody_has_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(addresses.NotFound, match=r"example\.org"):
        addresses.resolve(addresses.read("https://example.org/"))


@pytest.mark.parametrize(
    ("entry", "url", "is_taken"),
    [
        ("http://10.0.0.5:5000", "http://10.0.0.5:5000/hook", True),
        ("http://10.0.0.5:5000", "http://10.0.0.5:5001/hook", False),
        ("http://10.0.0.5:5000", "https://10.0.0.5:5000/hook", False),
        ("http://mlflow", "http://mlflow/", True),
        ("http://mlflow", "http://mlflow:8080/", False),
        ("mlflow.internal", "https://mlflow.internal/", True),
        ("mlflow.internal", "https://mlflow.internal:8443/", True),
        ("mlflow.internal", "https://mlflow.internal:9000/", False),
        ("mlflow.internal:9000", "https://mlflow.internal:9000/", True),
        ("mlflow.internal", "http://mlflow.internal/", False),
        ("mlflow.internal", "https://other.mlflow.internal/", True),
        ("", "http://mlflow/", False),
    ],
)
def test_the_operator_allows_exactly_what_an_entry_says(
    entry: str, url: str, is_taken: bool, settings: Settings
) -> None:
    settings.OUTSIDE_ALLOWED = [entry]
    if not is_taken:
        with pytest.raises(Refused):
            addresses.read(url)
        return
    assert addresses.read(url).is_allowed == ("other." not in url)


def test_what_the_operator_allows_may_be_private(settings: Settings) -> None:
    settings.OUTSIDE_ALLOWED = ["http://127.0.0.1:5000"]
    assert [str(one) for one in addresses.resolve(addresses.read("http://127.0.0.1:5000/"))] == ["127.0.0.1"]


def test_an_address_is_written_in_one_way() -> None:
    assert str(addresses.read("HTTPS://Example.ORG:443?x=1")) == "https://example.org/?x=1"
    assert addresses.read("https://example.org:8443/a").authority == "example.org:8443"
    assert addresses.read("https://[2606:4700::1111]/").authority == "[2606:4700::1111]"


def answers(monkeypatch: pytest.MonkeyPatch, *machines: str) -> None:
    def resolver(host: str, port: int, **kwargs: Any) -> list[Any]:
        return [(socket.AF_UNSPEC, socket.SOCK_STREAM, 6, "", (machine, port)) for machine in machines]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
