"""One child process from its start to its certain end: feed it, listen to it, watch the clock."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from evaluation.sandbox.errors import (
    Cancelled,
    ModelFailed,
    ModelForbidden,
    SandboxBroken,
    SandboxOutOfMemory,
    SandboxTimeout,
)
from evaluation.sandbox.limits import Limits
from evaluation.sandbox.replies import Replies, Reply
from evaluation.sandbox.walls import Tier, command

_CHUNK = 1024 * 1024
_STDERR_KEPT = 8 * 1024
_TICK = 1.0

OnWait = Callable[[], bool]


@dataclass
class Child:
    """A confined process that will serve one request."""

    tier: Tier
    imports: str
    limits: Limits
    process: subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)

    @classmethod
    def start(cls, tier: Tier, *, imports: str, limits: Limits) -> "Child":
        """Start a child behind the tier's walls; it imports and confines itself while the caller does other things."""
        try:
            arguments, environment = command(tier, imports, limits)
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                cwd="/",
                close_fds=True,
                start_new_session=True,
            )
        except OSError as reason:
            raise SandboxBroken(f"The sandbox could not be started: {reason}.") from reason
        return cls(tier, imports, limits, process)

    def ask(self, parts: Sequence[bytes | memoryview], *, most: int, on_wait: OnWait) -> Reply:
        """Send the request and return the reply of at most so many bytes; whatever happens, the child ends."""
        try:
            return _Conversation(self, parts, most, on_wait).hold()
        finally:
            self.end()

    @property
    def is_alive(self) -> bool:
        """Claim that the process has not ended."""
        return self.process.poll() is None

    def end(self) -> None:
        """Kill the whole process group and close what led to it."""
        # Once it has been waited for, its number may belong to somebody else.
        if self.process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


class _Conversation:
    """The exchange with one child: all three pipes at once, because a full one would block the others for ever."""

    def __init__(self, child: Child, parts: Sequence[bytes | memoryview], most: int, on_wait: OnWait) -> None:
        self.child = child
        self.unsent = [memoryview(part) for part in parts if len(part)]
        self.on_wait = on_wait
        self.replies = Replies(most)
        self.errors = b""
        self.deadline = time.monotonic() + child.limits.startup_seconds
        self.tick = time.monotonic() + _TICK
        self.selector = selectors.DefaultSelector()

    def hold(self) -> Reply:
        """Return the reply, or raise what kept it from coming."""
        process = self.child.process
        with self.selector:
            if self.unsent:
                self._watch(process.stdin, selectors.EVENT_WRITE, self._send)
            self._watch(process.stdout, selectors.EVENT_READ, self._receive)
            self._watch(process.stderr, selectors.EVENT_READ, self._listen)
            while self.replies.reply is None and self._is_open(process.stdout):
                self._step()
        if self.replies.reply is None:
            raise self._why_it_ended()
        return self.replies.reply

    def _step(self) -> None:
        """Move what can be moved, then look at the clock."""
        now = time.monotonic()
        for key, _ in self.selector.select(max(0.0, min(self.tick, self.deadline) - now)):
            key.data(key.fileobj)
        now = time.monotonic()
        if now >= self.deadline:
            raise self._too_late()
        if now >= self.tick:
            self.tick = now + _TICK
            if not self.on_wait():
                raise Cancelled("The evaluation was cancelled.")

    def _send(self, pipe: IO[bytes]) -> None:
        """Write the next piece; a child that ended early stops being written to."""
        try:
            written = os.write(pipe.fileno(), self.unsent[0][:_CHUNK])
        except BlockingIOError:
            return
        except BrokenPipeError:
            self.unsent = []
        else:
            self.unsent[0] = self.unsent[0][written:]
            if not self.unsent[0]:
                self.unsent.pop(0)
        if not self.unsent:
            self._leave(pipe)

    def _receive(self, pipe: IO[bytes]) -> None:
        """Take in what the child answers; being ready starts its time."""
        was_ready = self.replies.is_ready
        received = os.read(pipe.fileno(), _CHUNK)
        if not received:
            self._leave(pipe)
            return
        self.replies.add(received)
        if self.replies.is_ready and not was_ready:
            self.deadline = time.monotonic() + self.child.limits.wall_seconds

    def _listen(self, pipe: IO[bytes]) -> None:
        """Keep the end of what the child complains about."""
        received = os.read(pipe.fileno(), _CHUNK)
        if not received:
            self._leave(pipe)
        self.errors = (self.errors + received)[-_STDERR_KEPT:]

    def _watch(self, pipe: IO[bytes] | None, event: int, action: Callable[[IO[bytes]], None]) -> None:
        """Have the action called whenever the pipe is ready for it."""
        if pipe is None:
            raise SandboxBroken("The sandbox has no pipe to talk through.")
        os.set_blocking(pipe.fileno(), False)
        self.selector.register(pipe, event, action)

    def _is_open(self, pipe: IO[bytes] | None) -> bool:
        """Claim that the pipe is still watched."""
        return pipe in {key.fileobj for key in self.selector.get_map().values()}

    def _leave(self, pipe: IO[bytes]) -> None:
        """Stop watching the pipe."""
        self.selector.unregister(pipe)

    def _too_late(self) -> Exception:
        """Return the reason for a missed deadline."""
        if self.replies.is_ready:
            return _out_of_time(f"{self.child.limits.wall_seconds:g} seconds")
        return SandboxBroken(f"The sandbox was not ready within {self.child.limits.startup_seconds:g} seconds.")

    def _why_it_ended(self) -> Exception:
        """Return the reason why the child ended without a reply."""
        try:
            status = self.child.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            # It closed its answers and lives on: no honest child does.
            return ModelFailed("The model stopped answering. Its process was ended.")
        said = printable(self.errors)
        if not self.replies.is_ready:
            return SandboxBroken(f"The sandbox could not be started (exit status {status}). {said[-500:]}".strip())
        return _ended_by(-status if status < 0 else status - 128, self.child.limits, said)


def printable(text: bytes) -> str:
    """Return the text on lines without control characters, so that it cannot play tricks on a terminal or a page."""
    lines = text.decode("utf-8", "replace").splitlines()
    return "\n".join("".join(letter for letter in line if letter.isprintable()) for line in lines).strip()


def _ended_by(number: int, limits: Limits, said: str) -> Exception:
    """Return the reason that the signal which ended the process stands for."""
    if number == signal.SIGXCPU:
        unit = "second" if limits.cpu_seconds == 1 else "seconds"
        return _out_of_time(f"{limits.cpu_seconds} {unit} of computing")
    if number == signal.SIGKILL:
        return SandboxOutOfMemory(
            "The model's process was ended by the system, most often because the machine ran out of memory. "
            "Evaluate on fewer rows, or on a machine with more memory."
        )
    if number == signal.SIGSYS:
        return ModelForbidden("The model made a system call that the sandbox forbids and was ended.")
    tail = f" It said: {said[-500:]}" if said else ""
    if number in {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL}:
        name = signal.Signals(number).name
        return ModelFailed(f"The model's process crashed ({name}), often for want of memory or a damaged file.{tail}")
    return ModelFailed(f"The model's process ended without an answer.{tail}")


def _out_of_time(allowed: str) -> SandboxTimeout:
    """Return the reason for running out of time."""
    return SandboxTimeout(
        f"The model did not finish within {allowed} and was stopped. Evaluate on fewer rows, or raise the limit."
    )
