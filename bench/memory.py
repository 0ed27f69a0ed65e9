"""How much memory a process and everything it started hold."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Held:
    """Memory of a family of processes, in MB."""

    resident: float
    shared_out: float
    processes: int


def held_by(root: int) -> Held:
    """Resident memory with shared pages counted in every process, and with each counted once (PSS)."""
    family = _family(root)
    rows = [_rollup(pid) for pid in family]
    return Held(sum(row.get("Rss", 0) for row in rows) / 1e3, sum(row.get("Pss", 0) for row in rows) / 1e3, len(family))


def _family(root: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _rollup(pid: int) -> dict[str, float]:
    """Kilobytes by kind; nothing for a process that has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {}
    # The kernel writes "kB" for 1,024 bytes.
    return {line.split(":")[0]: float(line.split()[1]) * 1.024 for line in lines}
