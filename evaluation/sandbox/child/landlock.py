"""Takes away this process's sight of the file system, TCP and other processes, by Landlock."""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from evaluation.sandbox.child import syscalls

_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_READ_ONE_FILE = _EXECUTE | _READ_FILE
_PATH_BENEATH = 1
_VERSION_QUESTION = 1


class NoLandlock(Exception):
    """The kernel does not offer Landlock, or refused a rule; the message says which."""


def version() -> int:
    """Return the kernel's Landlock version, or 0 without Landlock."""
    return max(0, ctypes.CDLL(None).syscall(syscalls.LANDLOCK_CREATE_RULESET, None, 0, _VERSION_QUESTION))


def restrict(readable: Iterable[str]) -> int:
    """Allow reading and running below these paths and nothing else, and return the Landlock version used."""
    abi = version()
    if abi < 1:
        raise NoLandlock("the kernel has no Landlock")
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = _attributes(abi)
    ruleset = libc.syscall(syscalls.LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)
    _check(ruleset, "create a rule set")
    try:
        for path in readable:
            _allow_reading(libc, ruleset, path)
        _check(libc.syscall(syscalls.LANDLOCK_RESTRICT_SELF, ruleset, 0), "restrict the process")
    finally:
        os.close(ruleset)
    return abi


def _attributes(abi: int) -> bytes:
    """Return what the rule set governs: each kernel takes exactly what its version knows."""
    # Thirteen rights to files since version 1; then moving, truncating, and commands to devices.
    rights = 13 + (abi >= 2) + (abi >= 3) + (abi >= 5)
    files = (1 << rights) - 1
    tcp = 0b11 if abi >= 4 else 0
    scopes = 0b11 if abi >= 6 else 0
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    return struct.pack("=QQQ", files, tcp, scopes)[:size]


def _allow_reading(libc: ctypes.CDLL, ruleset: int, path: str) -> None:
    """Add one rule; a path that does not exist needs none."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rights = _READ if Path(path).is_dir() else _READ_ONE_FILE
        rule = struct.pack("=Qi", rights, handle)
        _check(libc.syscall(syscalls.LANDLOCK_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0), "add a rule")
    finally:
        os.close(handle)


def _check(answer: int, wish: str) -> None:
    """Raise when the kernel refused."""
    if answer < 0:
        raise NoLandlock(f"Landlock could not {wish}: {os.strerror(ctypes.get_errno())}")
