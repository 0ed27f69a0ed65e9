"""What may enter the sandbox: the format found in the file, and archives that do not swell."""

import struct
import zipfile
from pathlib import Path

from evaluation.sandbox.errors import ModelUnreadable, SandboxRefused
from evaluation.sandbox.limits import Limits
from registry.formats import ArtifactFormat, FormatKind, FormatMismatch, detect, directory_is_small, ensure_matches

__all__ = ["ArtifactFormat", "FormatKind", "FormatMismatch", "detect", "ensure_matches", "ensure_runnable"]

_MAX_RATIO = 100
# Below this, a high ratio is a small file full of zeros, which harms nobody.
_HARMLESS = 8 * 1024 * 1024


def ensure_runnable(path: Path, limits: Limits) -> ArtifactFormat:
    """Return the file's format, or raise when it cannot be run or is larger, packed or unpacked, than allowed."""
    found = detect(path)
    if not found.is_runnable:
        raise SandboxRefused(
            f"This model file ({found.label}) cannot be run here. Save the model as skops or ONNX, or evaluate it from "
            "a file of its predictions."
        )
    size = path.stat().st_size
    if size > limits.model_bytes:
        raise SandboxRefused(f"The model file has {size:,} bytes; at most {limits.model_bytes:,} can be run here.")
    if found is ArtifactFormat.SKOPS:
        _ensure_unpacks_small(path, size, limits)
    return found


def _ensure_unpacks_small(path: Path, size: int, limits: Limits) -> None:
    """Refuse an archive whose directory announces more than a model plausibly holds."""
    try:
        with path.open("rb") as stream:
            if not directory_is_small(stream, size):
                raise SandboxRefused("The skops file has too many entries for a model. Save the model again.")
            with zipfile.ZipFile(stream) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as reason:
        raise ModelUnreadable("The skops file is damaged. Save the model again and upload the new file.") from reason
    if unpacked > limits.model_bytes or (unpacked > _HARMLESS and unpacked > _MAX_RATIO * size):
        raise SandboxRefused(
            f"The skops file of {size:,} bytes would unpack to {unpacked:,} bytes, which no model needs. "
            "Save the model again without compression."
        )
