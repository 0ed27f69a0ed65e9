"""The commands that start a child behind each tier's walls."""

import json
import os
import sys
import sysconfig
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path

from evaluation.sandbox import bubblewrap, child
from evaluation.sandbox.child.confinement import Orders
from evaluation.sandbox.limits import Limits

_CHILD = Path(child.__file__).resolve().parent
_ROOT = _CHILD.parents[2]
_ROOT_INSIDE = "/sb"
_START = (
    "import sys, json; fields = json.loads(sys.argv[1]); "
    "sys.path += [*fields['packages'], fields['root']]; "
    "from evaluation.sandbox.child.runner import main; main(fields)"
)
# The last one is the process's own: libraries look there for the thread pools they have loaded.
_READABLE = ["/usr", "/etc/ld.so.cache", "/dev/null", "/dev/urandom", "/proc/self/maps"]
_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# No PATH leads anywhere: libraries that look for a compiler or a linker find none instead of failing later.
_ENVIRONMENT = {"PATH": "/nonexistent", "HOME": "/nonexistent", "LANG": "C.UTF-8"} | _THREADS


class Tier(StrEnum):
    """How strong the walls are."""

    A = "A"
    B = "B"
    C = "C"

    @property
    def label(self) -> str:
        """Say in words what stands around the model."""
        return _LABELS[self]


_LABELS = {
    Tier.A: "own namespaces, closed files, filtered system calls and resource limits",
    Tier.B: "closed files, filtered system calls and resource limits",
    Tier.C: "resource limits only",
}


def command(tier: Tier, imports: str, limits: Limits) -> tuple[list[str], dict[str, str]]:
    """Return the command line and the environment of a child behind the tier's walls."""
    python = os.path.realpath(sys.executable)
    root = _ROOT_INSIDE if tier is Tier.A else str(_ROOT)
    inside = f"{_ROOT_INSIDE}/evaluation/sandbox/child" if tier is Tier.A else str(_CHILD)
    orders = Orders(
        root=root,
        packages=packages(),
        readable=[*_READABLE, *_interpreter(), *packages(), inside],
        imports=imports,
        filtered=tier is not Tier.C,
        parent=None if tier is Tier.A else os.getpid(),
        # Outside a namespace the kernel counts all threads of the worker's user: a small number would fail at once.
        processes=64 if tier is Tier.A else 4096,
        memory_bytes=limits.memory_bytes,
        cpu_seconds=limits.cpu_seconds,
    )
    # Isolated, without writing bytecode, without site: only what is listed above can be imported.
    start = [python, "-I", "-B", "-S", "-c", _START, json.dumps(asdict(orders))]
    if tier is not Tier.A:
        return start, dict(_ENVIRONMENT)
    # Its own environment is empty, because code inside could read it from process 1.
    shown = [*_interpreter(), python, *packages()]
    return [*bubblewrap.arguments(shown, child=(str(_CHILD), inside), environment=_ENVIRONMENT), "--", *start], {}


def packages() -> list[str]:
    """Return the folders of installed packages."""
    return sorted({os.path.realpath(sysconfig.get_path(name)) for name in ("purelib", "platlib")})


def _interpreter() -> list[str]:
    """Return the folders the interpreter needs; not its whole prefix, which may hold more than Python."""
    prefix = os.path.realpath(sys.base_prefix)
    return [str(path) for name in ("bin", "lib", "lib64") if (path := Path(prefix, name)).is_dir()]
