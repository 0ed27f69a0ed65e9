"""Builds and installs the system call filter: a small classic BPF program, checked for the architecture first."""

import ctypes
import errno
import os
import struct

from evaluation.sandbox.child import syscalls

_AUDIT_ARCH = {syscalls.X86_64: 0xC000003E, syscalls.AARCH64: 0xC00000B7}
_X32_BIT = 0x40000000

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_JUMP_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_JUMP_AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_JUMP_ANY_BIT = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RETURN = 0x06

_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000

# struct seccomp_data: the call's number, the architecture, the instruction pointer, six arguments of eight bytes.
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16

_CLONE_THREAD = 0x00010000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_SET_MODE_FILTER, _ALL_THREADS = 1, 1


class NoFilter(Exception):
    """The kernel or the machine cannot filter system calls; the message says which."""


def build(machine: str) -> bytes:
    """Return the filter for x86_64 or aarch64 as BPF bytes."""
    if machine not in _AUDIT_ARCH:
        raise NoFilter(f"there is no system call filter for {machine}")
    program = [
        _step(_LOAD, _ARCH),
        # A 32-bit call has other numbers than the table below: such a process is ended at once.
        _step(_JUMP_EQUAL, _AUDIT_ARCH[machine], then=1),
        _step(_RETURN, _KILL_PROCESS),
        _step(_LOAD, _NUMBER),
    ]
    if machine == syscalls.X86_64:
        program += [_step(_JUMP_AT_LEAST, _X32_BIT, otherwise=1), _step(_RETURN, _KILL_PROCESS)]
    for call in syscalls.DENIED.values():
        program += _when_called(call, machine, [_deny(errno.EPERM)])
    for name, body in _conditional_bodies().items():
        program += _when_called(syscalls.CONDITIONAL[name], machine, body)
    program.append(_step(_RETURN, _ALLOW))
    return b"".join(program)


def install(program: bytes) -> None:
    """Put every thread of this process under the filter, for good."""
    buffer = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    wanted = Program(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    call = syscalls.number(syscalls.SECCOMP, os.uname().machine)
    if libc.syscall(call, _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(wanted)) != 0:
        raise NoFilter(f"the kernel refused the system call filter: {os.strerror(ctypes.get_errno())}")


def _conditional_bodies() -> dict[str, list[bytes]]:
    """Return what to do for the calls that depend on their arguments."""
    return {
        "clone": [
            _step(_LOAD, _ARGUMENTS),
            _step(_JUMP_ANY_BIT, _CLONE_THREAD, then=1),
            _deny(errno.EPERM),
            _step(_RETURN, _ALLOW),
        ],
        "clone3": [_deny(errno.ENOSYS)],
        "prlimit64": [
            # The third argument points to new limits; both halves zero means "only tell me".
            _step(_LOAD, _ARGUMENTS + 2 * 8),
            _step(_JUMP_EQUAL, 0, otherwise=2),
            _step(_LOAD, _ARGUMENTS + 2 * 8 + 4),
            _step(_JUMP_EQUAL, 0, then=1),
            _deny(errno.EPERM),
            _step(_RETURN, _ALLOW),
        ],
        "ioctl": [
            _step(_LOAD, _ARGUMENTS + 8),
            _step(_JUMP_EQUAL, _TIOCSTI, then=1),
            _step(_JUMP_EQUAL, _TIOCLINUX, otherwise=1),
            _deny(errno.EPERM),
            _step(_RETURN, _ALLOW),
        ],
    }


def _when_called(call: tuple[int, int | None], machine: str, body: list[bytes]) -> list[bytes]:
    """Return the steps that run the body for this call and pass by for any other."""
    number = syscalls.number(call, machine)
    if number is None:
        return []
    return [_step(_JUMP_EQUAL, number, otherwise=len(body)), *body]


def _deny(code: int) -> bytes:
    """Return the step that makes the call fail with the code."""
    return _step(_RETURN, _ERRNO | code)


def _step(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> bytes:
    """Return one instruction: what to do, how many steps to skip if true and if false, and its number."""
    return struct.pack("=HBBI", code, then, otherwise, value)
