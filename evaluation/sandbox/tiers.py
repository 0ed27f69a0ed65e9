"""Finds out which walls hold on this machine, by really attacking them."""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from evaluation.sandbox import bubblewrap, child
from evaluation.sandbox.child import wire
from evaluation.sandbox.errors import SandboxError
from evaluation.sandbox.limits import LEAST_MEMORY, Limits
from evaluation.sandbox.process import Child
from evaluation.sandbox.walls import Tier

_CANARY = Path(child.__file__).with_name("canary.py")
_LIMITS = Limits(memory_bytes=LEAST_MEMORY, cpu_seconds=5, wall_seconds=10, startup_seconds=20)
_MOST = 64 * 1024


def probe() -> Tier:
    """Return the strongest tier whose walls held against every attack on this machine; asked once per process."""
    return _probed()[0]


def reason() -> str:
    """Return a sentence that says why this machine has its tier, and why not a stronger one."""
    return _probed()[1]


@cache
def _probed() -> tuple[Tier, str]:
    """Attack tier A, then tier B; what neither withstands gets tier C."""
    weaknesses: list[str] = []
    for tier in (Tier.A, Tier.B):
        weakness = weakness_of(tier)
        if weakness is None:
            return tier, " ".join([f"Tier {tier}: {tier.label}; every attack was refused.", *weaknesses])
        weaknesses.append(f"Tier {tier} is not available: {weakness}")
    return Tier.C, " ".join(
        [f"Tier C: {Tier.C.label}. Models that can carry code are not run.", *weaknesses],
    )


def weakness_of(tier: Tier) -> str | None:
    """Attack a child behind the tier's walls; return None when nothing got through, else a sentence about what did."""
    if tier is Tier.A and bubblewrap.program() is None:
        return "bubblewrap is not installed."
    with _bait() as bait:
        try:
            attempted, succeeded = _attack(tier, bait.facts)
        except SandboxError as reason:
            return str(reason)
        harmed = bait.harms()
    if not attempted:
        return "the attack did not run."
    if succeeded or harmed:
        return f"these attacks got through: {', '.join(sorted({*succeeded, *harmed})).replace('_', ' ')}."
    return None


class _Bait:
    """A secret, a place to write and an open port: what the attack goes for, watched from outside."""

    def __init__(self, folder: Path, listener: socket.socket) -> None:
        self.listener = listener
        self.secret = folder / "secret"
        self.target = folder / "target"
        self.secret.write_text("secret")
        self.secret.chmod(0o600)
        self.facts = {
            "secret": str(self.secret),
            "target": str(self.target),
            "port": listener.getsockname()[1],
            "parent": os.getpid(),
        }

    def harms(self) -> set[str]:
        """Return the harms that can be seen from outside, whatever the attacker says."""
        found = set()
        if self.target.exists():
            found.add("write_a_file")
        if self.secret.stat().st_mode & 0o077:
            found.add("change_the_mode_of_a_file")
        try:
            self.listener.accept()[0].close()
            found.add("connect_to_the_server")
        except BlockingIOError:
            pass
        return found


@contextmanager
def _bait() -> Iterator[_Bait]:
    """Lay out the bait and clear it away afterwards."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield _Bait(Path(folder), listener)


def _attack(tier: Tier, facts: dict[str, object]) -> tuple[list[str], list[str]]:
    """Run the attack behind the tier's walls and return what it tried and what it says it achieved."""
    script = _CANARY.read_bytes()
    request = wire.frame({"action": "script", "facts": facts, "model_bytes": len(script), "feature_bytes": 0})
    started = Child.start(tier, imports="script", limits=_LIMITS)
    reply = started.ask([request, script], most=_MOST, on_wait=lambda: True)
    result = reply.header.get("result")
    if not isinstance(result, dict):
        return [], []
    return list(map(str, result.get("attempted", []))), list(map(str, result.get("succeeded", [])))
