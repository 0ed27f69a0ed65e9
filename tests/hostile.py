"""Files that mean harm, or are broken in the ways files get broken: made here, loaded only inside the sandbox."""

import pickle
import struct
import zipfile
from pathlib import Path

from evaluation.sandbox import child

CANARY = Path(child.__file__).with_name("canary.py").read_text()


class _Payload:
    """Runs code when it is unpickled."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        return exec, (self.code, {})


def pickle_that_runs(code: str, path: Path) -> Path:
    """Write a pickle that runs the code when it is loaded."""
    path.write_bytes(pickle.dumps(_Payload(code)))
    return path


def pickle_that_tries_everything(facts: dict[str, object], path: Path) -> Path:
    """Write a pickle that makes every attack of the canary and reports, by an error, which ones worked."""
    report = "\nraise RuntimeError(f\"tried {len(result['attempted'])}, succeeded {result['succeeded']}\")"
    return pickle_that_runs(f"facts = {facts!r}\n{CANARY.replace(_FACTS_LINE, '')}{report}", path)


_FACTS_LINE = 'facts: dict[str, Any] = globals().get("facts", {})'


def pickle_that_opens(target: Path, path: Path) -> Path:
    """Write a pickle that creates a file and does not hide the refusal."""
    return pickle_that_runs(f"open({str(target)!r}, 'w').write('here')", path)


def pickle_that_fills_memory(path: Path) -> Path:
    """Write a pickle that asks for memory until it gets no more."""
    return pickle_that_runs("blocks = []\nwhile True: blocks.append(bytes(64 * 2**20))", path)


def archive_that_swells(path: Path, *, megabytes: int) -> Path:
    """Write a small skops-like archive that unpacks to a huge one."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", "{}")
        archive.writestr("weights.npy", b"\0" * (megabytes * 2**20))
    return path


def archive_of_many(path: Path, *, entries: int) -> Path:
    """Write a skops-like archive with very many entries."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema.json", "{}")
        for number in range(entries):
            archive.writestr(str(number), b"")
    return path


def archive_that_lies_about_its_directory(path: Path) -> Path:
    """Write a zip whose end record claims a directory of four gigabytes."""
    archive_of_many(path, entries=1)
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x05\x06")
    content[at + 12 : at + 16] = struct.pack("<I", 0xFFFFFFF0)
    path.write_bytes(content)
    return path


def cut_off(path: Path, target: Path) -> Path:
    """Write the first half of a file."""
    content = path.read_bytes()
    target.write_bytes(content[: len(content) // 2])
    return target
