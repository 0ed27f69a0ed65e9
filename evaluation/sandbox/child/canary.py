"""The attack that proves the walls: tries every harm a hostile model would, and lists those that worked.

The parent reads this file and sends it into the sandbox as a script; it runs on the standard library alone.
"""

import contextlib
import ctypes
import errno
import os
import socket
from collections.abc import Callable
from typing import Any

facts: dict[str, Any] = globals().get("facts", {})


def leave_and_remove(path: str) -> None:
    """Write a file and clear it away, so that only the fact remains."""
    with open(path, "w") as stream:
        stream.write("here")
    os.unlink(path)


def read_a_secret() -> None:
    """Read a file the server keeps."""
    with open(facts["secret"]) as stream:
        stream.read()


def write_a_file() -> None:
    """Leave something on the server's disk."""
    with open(facts["target"], "w") as stream:
        stream.write("here")


def write_to_shared_memory() -> None:
    """Fill the machine's memory through a file."""
    leave_and_remove(f"/dev/shm/canary-{os.getpid()}")  # noqa: S108 - the attack is the point


def write_a_temporary_file() -> None:
    """Leave something where everybody may write."""
    leave_and_remove(f"/tmp/canary-{os.getpid()}")  # noqa: S108 - the attack is the point


def change_the_mode_of_a_file() -> None:
    """Open a file of the server's to everybody."""
    os.chmod(facts["secret"], 0o777)  # noqa: S103


def read_the_first_process() -> None:
    """Read another process's secrets from its environment."""
    with open("/proc/1/environ", "rb") as stream:
        stream.read()


def read_the_parent() -> None:
    """Read the worker's secrets from its environment."""
    with open(f"/proc/{facts['parent']}/environ", "rb") as stream:
        stream.read()


def connect_to_the_server() -> None:
    """Talk to a service beside the worker."""
    with socket.create_connection(("127.0.0.1", facts["port"]), timeout=2):
        pass


def open_a_local_socket() -> None:
    """Talk to another process through a socket without a network."""
    for end in socket.socketpair():
        end.close()


def fork() -> None:
    """Multiply."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def run_a_program() -> None:
    """Become another program; a missing one tells as well whether trying is allowed."""
    with contextlib.suppress(FileNotFoundError):
        os.execve("/missing/program", ["program"], {})  # noqa: S606


def signal_the_parent() -> None:
    """End the worker; signal 0 only asks whether that would be allowed."""
    os.kill(facts["parent"], 0)


def trace_the_parent() -> None:
    """Take over the worker's memory."""
    libc = ctypes.CDLL(None, use_errno=True)
    attach, detach = 16, 17
    if libc.ptrace(attach, facts["parent"], None, None) != 0:
        raise OSError(ctypes.get_errno(), "refused")
    os.waitpid(facts["parent"], 0)
    libc.ptrace(detach, facts["parent"], None, None)


def make_a_namespace() -> None:
    """Gain powers inside a new namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    new_user_namespace = 0x10000000
    if libc.unshare(new_user_namespace) != 0:
        raise OSError(ctypes.get_errno(), "refused")


def make_an_anonymous_file() -> None:
    """Keep a program in memory where no file rule reaches it."""
    os.close(os.memfd_create("canary"))


ATTEMPTS: list[Callable[[], None]] = [
    read_a_secret,
    write_a_file,
    write_to_shared_memory,
    write_a_temporary_file,
    change_the_mode_of_a_file,
    read_the_first_process,
    read_the_parent,
    connect_to_the_server,
    open_a_local_socket,
    fork,
    run_a_program,
    signal_the_parent,
    make_an_anonymous_file,
    trace_the_parent,
    make_a_namespace,
]


def attempt(harm: Callable[[], None]) -> bool:
    """Claim that the harm was done."""
    try:
        harm()
    except OSError as refusal:
        # A missing file proves a wall only where the parent made sure that the file is there.
        return refusal.errno not in {errno.EPERM, errno.EACCES, errno.ENOENT, errno.EROFS, errno.ESRCH, errno.ENOSYS}
    return True


result: dict[str, list[str]] = {
    "attempted": [harm.__name__ for harm in ATTEMPTS],
    "succeeded": [harm.__name__ for harm in ATTEMPTS if facts and attempt(harm)],
}
