"""The system call filter, run step by step by an interpreter: both machines' tables, without either machine."""

import errno
import struct

import pytest

from evaluation.sandbox.child import seccomp, syscalls

ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOWED, KILLED = "allowed", "killed"
THREAD, CHILD_ENDS = 0x00010000, 17

machines = pytest.mark.parametrize("machine", ["x86_64", "aarch64"])


def decide(machine: str, number: int, *arguments: int, architecture: int | None = None) -> str:
    """Return what the filter does with a call: allowed, killed, or the name of the error."""
    wide = [*arguments, *[0] * (6 - len(arguments))]
    call = struct.pack("<IIQ6Q", number, architecture or ARCHITECTURE[machine], 0, *wide)
    steps = list(struct.iter_unpack("=HBBI", seccomp.build(machine)))
    at = loaded = 0
    while True:
        code, then, otherwise, value = steps[at]
        at += 1
        if code == 0x20:
            (loaded,) = struct.unpack_from("<I", call, value)
        elif code == 0x06:
            return {0x7FFF0000: ALLOWED, 0x80000000: KILLED}.get(value) or errno.errorcode[value & 0xFFFF]
        else:
            holds = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[code]
            at += then if holds else otherwise


def number(name: str, machine: str) -> int:
    """Return a call's number."""
    found = syscalls.number((syscalls.DENIED | syscalls.CONDITIONAL)[name], machine)
    assert found is not None
    return found


@machines
def test_every_denied_call_of_the_machine_fails(machine):
    numbers = {name: syscalls.number(call, machine) for name, call in syscalls.DENIED.items()}

    verdicts = {name: decide(machine, one) for name, one in numbers.items() if one is not None}

    assert len(verdicts) > 110
    assert set(verdicts.values()) == {"EPERM"}


@pytest.mark.parametrize(
    ("machine", "harmless"),
    [
        ("x86_64", {"read": 0, "write": 1, "close": 3, "mmap": 9, "brk": 12, "futex": 202, "openat": 257, "exit": 231}),
        (
            "aarch64",
            {"read": 63, "write": 64, "close": 57, "mmap": 222, "brk": 214, "futex": 98, "openat": 56, "exit": 94},
        ),
    ],
)
def test_what_a_model_needs_is_allowed(machine, harmless):
    assert {name: decide(machine, one) for name, one in harmless.items()} == dict.fromkeys(harmless, ALLOWED)


@machines
def test_threads_may_start_and_processes_may_not(machine):
    assert decide(machine, number("clone", machine), THREAD | CHILD_ENDS) == ALLOWED
    assert decide(machine, number("clone", machine), CHILD_ENDS) == "EPERM"
    assert decide(machine, number("clone3", machine), 1) == "ENOSYS"


@machines
@pytest.mark.parametrize("new_limits", [1, 1 << 32, 0x7FFF_0000_0000])
def test_limits_may_be_read_and_not_set(machine, new_limits):
    assert decide(machine, number("prlimit64", machine), 0, 7, 0, 0x7FFF_0000_0000) == ALLOWED
    assert decide(machine, number("prlimit64", machine), 0, 7, new_limits, 0) == "EPERM"


@machines
def test_typing_into_the_terminal_is_refused_and_asking_about_it_is_not(machine):
    type_a_letter, paste, ask = 0x5412, 0x541C, 0x5401

    verdicts = [decide(machine, number("ioctl", machine), 0, command) for command in (type_a_letter, paste, ask)]

    assert verdicts == ["EPERM", "EPERM", ALLOWED]


@machines
def test_calls_in_another_architectures_numbers_end_the_process(machine):
    assert decide(machine, 0, architecture=0x40000003) == KILLED


def test_the_32_bit_twins_of_calls_end_the_process():
    assert decide("x86_64", 0x40000000 + 41) == KILLED
