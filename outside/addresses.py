"""Which addresses may be visited: read once, in one spelling, and resolved to public machines only."""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

LONGEST = 1000
PORTS = (443, 8443)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LIKE_A_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
# What may stand in an address without being escaped; everything else is one way of hiding something.
_PLAIN = re.compile(r"[!-~]+")
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(ValueError):
    """The address is not visited; the message says why and what to do, for people."""


class NotFound(OSError):
    """No machine has this name now; the message says so, for people."""


@dataclass(frozen=True)
class Address:
    """Where a request goes: read from what somebody typed, and written in one way only."""

    scheme: str
    host: str
    port: int
    target: str
    is_allowed: bool
    """Whether the operator lets it point at a private machine."""

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _usual_port(self.scheme) else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.authority}"

    def __str__(self) -> str:
        return f"{self.origin}{self.target}"


def read(url: str) -> Address:
    """The address in a text that somebody gave; raises Refused for any that is not plainly a public https address."""
    if len(url) > LONGEST:
        raise Refused(f"The address has {len(url):,} characters; at most {LONGEST:,} are taken.")
    if not _PLAIN.fullmatch(url) or "\\" in url:
        raise Refused(
            "The address may hold only plain letters, digits and signs. Escape spaces and other characters as %20, and "
            "write a name with other letters in its xn-- form."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("The address cannot be read. Write it as https://host/path.") from error
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not parts.netloc:
        raise Refused("Write the whole address, beginning with https://.")
    if "@" in parts.netloc:
        raise Refused("The address may not hold a user name or a password. Leave out everything before the @.")
    if parts.fragment or url.endswith("#"):
        raise Refused("Leave out the # and what follows it: it is never sent.")
    host = _host(parts.hostname or "", is_bracketed="[" in parts.netloc)
    address = Address(
        scheme=scheme,
        host=host,
        port=port if port is not None else _usual_port(scheme),
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        is_allowed=False,
    )
    if _is_allowed(address):
        return Address(**{**address.__dict__, "is_allowed": True})
    if scheme != "https":
        raise Refused(
            "Only https is visited. Whoever runs this installation can allow one http address in TENET_OUTSIDE_ALLOWED."
        )
    if address.port not in PORTS:
        raise Refused(
            f"Port {address.port} is not visited, only 443 and 8443. Whoever runs this installation can allow more in "
            "TENET_OUTSIDE_ALLOWED."
        )
    return address


def resolve(address: Address) -> list[Ip]:
    """The machines an address stands for now; raises Refused if any of them is not public, and NotFound."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise NotFound(f"No machine is called {address.host}. Check the address.") from error
    machines = list(dict.fromkeys(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))
    if not machines:
        raise NotFound(f"No machine is called {address.host}. Check the address.")
    # One private answer among public ones is enough to refuse: the next answer may hold only that one.
    if not address.is_allowed and not all(is_public(machine) for machine in machines):
        raise Refused(
            f"{address.host} leads to a private machine, which is not visited. Whoever runs this installation can "
            f"allow it in TENET_OUTSIDE_ALLOWED."
        )
    return machines


def is_public(machine: Ip) -> bool:
    """Whether anybody on the internet can reach this machine, also where an IPv6 address wraps an IPv4 one."""
    return all(_is_plainly_public(one) for one in (machine, *_wrapped(machine)))


def _wrapped(machine: Ip) -> Iterable[Ip]:
    if not isinstance(machine, ipaddress.IPv6Address):
        return
    if machine.ipv4_mapped:
        yield machine.ipv4_mapped
    if machine.sixtofour:
        yield machine.sixtofour
    if machine.teredo:
        yield from machine.teredo
    if any(machine in network for network in _NAT64) or int(machine) >> 32 == 0:
        yield ipaddress.IPv4Address(int(machine) & 0xFFFFFFFF)


def _is_plainly_public(machine: Ip) -> bool:
    if isinstance(machine, ipaddress.IPv6Address):
        if machine.ipv4_mapped or machine in _NAT64[0]:
            return True  # what it wraps decides
        if machine.is_site_local or int(machine) >> 32 == 0 or machine in _NAT64[1]:
            return False
    return machine.is_global and not machine.is_multicast and not machine.is_reserved and not machine.is_unspecified


def _host(host: str, *, is_bracketed: bool) -> str:
    if is_bracketed:
        return _ipv6(host)
    labels = host.split(".")
    if not host or not all(_LABEL.fullmatch(label) for label in labels) or len(host) > 253:
        raise Refused(f"“{host[:80]}” is not the name of a host. Write it as in https://example.org/path.")
    if _LIKE_A_NUMBER.fullmatch(labels[-1]):
        # 127.1, 0x7f.1, 2130706433 and 0177.0.0.1 are read differently by different programs.
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            raise Refused(f"“{host[:80]}” is no host. Write an IP address as four numbers, or use its name.") from None
    return host


def _ipv6(host: str) -> str:
    try:
        machine = ipaddress.IPv6Address(host)
    except ValueError:
        raise Refused(f"“[{host[:80]}]” is no IP address.") from None
    if machine.scope_id or list(_wrapped(machine)):
        raise Refused("An IP address inside another one is not visited. Write the IPv4 address by itself.")
    return machine.compressed


def _is_allowed(address: Address) -> bool:
    return any(_fits(address, entry) for entry in settings.OUTSIDE_ALLOWED)


def _fits(address: Address, entry: str) -> bool:
    scheme, _, rest = entry.lower().rstrip("/").rpartition("://")
    scheme = scheme or "https"
    try:
        parts = urlsplit(f"//{rest}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if scheme != address.scheme or host != address.host:
        return False
    usual = (80,) if scheme == "http" else PORTS
    return address.port == port if port is not None else address.port in usual


def _usual_port(scheme: str) -> int:
    return 80 if scheme == "http" else 443
