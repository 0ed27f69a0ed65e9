"""What a model was trained in, read off the running interpreter."""

import os
import platform
import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement


def captured(direct: Iterable[str], *, seeds: dict[str, Any]) -> dict[str, Any]:
    """The environment as Tenet's API takes it: the packages a script imports, with all that they stand on."""
    return {
        "python_version": platform.python_version(),
        "packages": [{"name": name, "version": version(name)} for name in sorted(_closure(direct))],
        "os": platform.platform(),
        "cpu": _cpu(),
        "cpu_count": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "seeds": seeds,
    }


def _closure(direct: Iterable[str]) -> set[str]:
    found: set[str] = set()
    open_names = list(direct)
    while open_names:
        name = _normal(open_names.pop())
        if name in found:
            continue
        try:
            needed = requires(name) or []
        except PackageNotFoundError:
            continue
        found.add(name)
        wanted = [Requirement(line) for line in needed]
        open_names += [one.name for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _cpu() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text(encoding="utf-8").splitlines() if described.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
