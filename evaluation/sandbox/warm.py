"""Keeps one child ready, so that a job does not wait seconds for imports; it is used once and never kept for long."""

import atexit
import os
import threading
import time
from contextlib import suppress

from evaluation.sandbox.limits import Limits
from evaluation.sandbox.process import Child
from evaluation.sandbox.walls import Tier

# A waiting child holds some 200 MB: worth it between the jobs of one afternoon, not overnight.
_KEPT_SECONDS = 600.0


class Warm:
    """At most one waiting child, started only when somebody says that a job is coming."""

    def __init__(self) -> None:
        """Start with none."""
        self._child: Child | None = None
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.close)

    def prepare(self, tier: Tier, *, imports: str, limits: Limits) -> None:
        """Start a child unless a fitting one waits already; returns at once."""
        with self._lock:
            if self._child is not None and self._fits(self._child, tier, imports, limits):
                return
            self._drop()
            self._child = Child.start(tier, imports=imports, limits=limits)
            self._timer = threading.Timer(_KEPT_SECONDS, self.close)
            self._timer.daemon = True
            self._timer.start()

    def take(self, tier: Tier, *, imports: str, limits: Limits) -> Child:
        """Return the waiting child if it fits, else a new one; it is the caller's to end."""
        with self._lock:
            waiting = self._child
            if waiting is not None and self._fits(waiting, tier, imports, limits):
                self._child = None
                self._drop()
                return waiting
        return Child.start(tier, imports=imports, limits=limits)

    def close(self) -> None:
        """End the waiting child, if there is one."""
        with self._lock:
            self._drop()

    @property
    def is_waiting(self) -> bool:
        """Claim that a child waits."""
        return self._child is not None and self._child.is_alive

    def _drop(self) -> None:
        """End what waits; the lock is held."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._child is not None:
            self._child.end()
            self._child = None

    def _fits(self, child: Child, tier: Tier, imports: str, limits: Limits) -> bool:
        """Claim that the child lives, is young, and has the walls and limits wanted."""
        young = time.monotonic() - child.started < _KEPT_SECONDS
        # What reads skops reads scikit-learn's other formats as well.
        enough = {"skops": {"skops", "sklearn"}}.get(child.imports, {child.imports})
        return young and child.is_alive and imports in enough and (child.tier, child.limits) == (tier, limits)

    def _forget(self) -> None:
        """After a fork the child belongs to the other process, which alone may talk to it and end it."""
        self._lock = threading.Lock()
        self._timer = None
        if self._child is not None:
            for pipe in (self._child.process.stdin, self._child.process.stdout, self._child.process.stderr):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
            # Its end is not ours to wait for.
            self._child.process.returncode = 0
            self._child = None


waiting = Warm()
