"""Confines the running process: files before the slow imports, everything else before any input is read."""

import ctypes
import math
import os
import resource
import signal
from dataclasses import dataclass
from typing import Any

from evaluation.sandbox.child import landlock, seccomp

_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 24, 38
_LAST_CAPABILITY = 63
_CAPABILITY_VERSION = 0x20080522
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Orders:
    """What the parent decided before the child started, handed over as one command-line argument."""

    root: str
    packages: list[str]
    readable: list[str]
    imports: str
    filtered: bool
    parent: int | None
    processes: int
    memory_bytes: int
    cpu_seconds: int


def close_files(orders: Orders) -> None:
    """Die with the parent, give up privileges, and lose sight of every file but the interpreter and its packages."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The parent may have died before the line above; its number is unknown inside a process namespace.
    if orders.parent is not None and os.getppid() != orders.parent:
        os._exit(1)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if orders.filtered:
        _drop_capabilities(libc)
        # Before the imports, because Landlock holds only for threads that start after it.
        landlock.restrict(orders.readable)


def close_everything(orders: Orders) -> None:
    """Set the resource limits and filter system calls; nothing from outside may be read before this."""
    _limit(orders)
    if orders.filtered:
        seccomp.install(seccomp.build(os.uname().machine))


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """Leave a worker that runs as root with nothing but the ownership of its files."""
    for capability in range(_LAST_CAPABILITY + 1):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    none = (ctypes.c_uint32 * 6)()
    if libc.capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "the capabilities could not be dropped")


def _limit(orders: Orders) -> None:
    """Set every limit, soft and hard alike, so that none can be raised again."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(used.ru_utime + used.ru_stime) + orders.cpu_seconds
    limits = {
        resource.RLIMIT_AS: orders.memory_bytes,
        resource.RLIMIT_FSIZE: 64 * _MEBIBYTE,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_NPROC: orders.processes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        12: 0,  # RLIMIT_MSGQUEUE, which the resource module does not name
    }
    for kind, value in limits.items():
        _, hard = resource.getrlimit(kind)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (ceiling, ceiling))
    # One second apart: at the soft limit the kernel's signal says why, at the hard one it only kills.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def from_argument(fields: dict[str, Any]) -> Orders:
    """Return the orders written in the command-line argument."""
    return Orders(**fields)
