"""Reads MLmodel, the YAML file that MLflow lays beside every model."""

import datetime
import json
import math
from dataclasses import dataclass, field
from typing import Any

import yaml

from registry import plain_yaml

SIZE_LIMIT = 2**20
MOST_VALUES = 50_000
DEEPEST = 20
_LONGEST = 64 * 1024
# Texts of a version that `log_model(metadata={…})` may give.
SAID = ("algorithm", "description", "limits", "selection_note", "pseudocode")
# In a flavor, what names the model's own file.
_FILE_KEYS = ("pickled_model", "model_path", "data", "model_data", "xgb_model", "lgb_model", "cb_model")


class Unreadable(ValueError):
    """The file is no MLmodel; the message says why."""


@dataclass(frozen=True)
class MlModel:
    """What an MLmodel file says."""

    flavors: dict[str, Any] = field(default_factory=dict)
    signature: dict[str, Any] | None = None
    python_version: str = ""
    example_path: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    """What the script wrote beside the model in words, of the keys in `SAID`."""
    unread: list[str] = field(default_factory=list)
    """What the file says in a way that cannot be read, as sentences."""

    @property
    def named_files(self) -> list[str]:
        """The files that the flavors name as the model, the most specific flavor first."""
        specific = [flavor for name, flavor in self.flavors.items() if name != "python_function"]
        generic = [flavor for name, flavor in self.flavors.items() if name == "python_function"]
        found = [flavor.get(key) for flavor in [*specific, *generic] for key in _FILE_KEYS]
        return list(dict.fromkeys(name for name in found if isinstance(name, str) and name))

    @property
    def kinds(self) -> list[str]:
        """The libraries the model was saved with, by flavor."""
        return [name for name in self.flavors if name != "python_function"] or list(self.flavors)


def read(content: bytes) -> MlModel:
    """What an MLmodel file says; raises Unreadable for one that is none."""
    if len(content) > SIZE_LIMIT:
        raise Unreadable("MLmodel is larger than 1 MiB.")
    said = load_yaml(content, name="MLmodel")
    if not isinstance(said, dict):
        raise Unreadable("MLmodel is not a YAML mapping.")
    unread: list[str] = []
    flavors = said.get("flavors")
    if not isinstance(flavors, dict) or not all(isinstance(one, dict) for one in flavors.values()):
        flavors = {}
        unread.append("MLmodel names no flavors.")
    function = flavors.get("python_function", {})
    return MlModel(
        flavors=flavors,
        signature=_signature(said.get("signature"), unread),
        python_version=str(function.get("python_version") or ""),
        example_path=_example_path(said.get("saved_input_example_info")),
        metadata=_metadata(said.get("metadata")),
        unread=unread,
    )


def load_yaml(content: bytes, *, name: str) -> Any:  # Any: YAML of unknown shape
    """The plain values of a YAML file, with nothing in it that JSON could not hold; raises Unreadable."""
    try:
        said = plain_yaml.load(content.decode())
        return _plain(said, [0], 0)
    except UnicodeDecodeError:
        raise Unreadable(f"{name} is not a text in UTF-8.") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unreadable(f"{name} cannot be read as YAML: {str(error).splitlines()[0][:200]}.") from None


def _plain(value: Any, seen: list[int], depth: int) -> Any:
    # References make a small YAML file mean an endless one, so what it means is counted.
    seen[0] += 1
    if seen[0] > MOST_VALUES or depth > DEEPEST:
        raise ValueError("it means more values, or deeper ones, than a description has")
    if isinstance(value, dict):
        return {_text(str(key)): _plain(one, seen, depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(one, seen, depth + 1) for one in value]
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return value.isoformat() if isinstance(value, datetime.date) else _text(str(value))


def _text(value: str) -> str:
    return value.replace("\0", "�").encode(errors="replace").decode()


def _signature(said: Any, unread: list[str]) -> dict[str, Any] | None:
    if not isinstance(said, dict):
        return None
    found: dict[str, Any] = {}
    for part in ("inputs", "outputs", "params"):
        text = said.get(part)
        if text in (None, ""):
            continue
        try:
            found[part] = _plain(json.loads(text), [0], 0) if isinstance(text, str) else text
        except (ValueError, RecursionError):
            unread.append(f"The signature's {part} cannot be read.")
    return {part: found.get(part) or [] for part in ("inputs", "outputs", "params")} if found else None


def _metadata(said: Any) -> dict[str, str]:
    texts = said if isinstance(said, dict) else {}
    return {key: texts[key][:_LONGEST] for key in SAID if isinstance(texts.get(key), str)}


def _example_path(said: Any) -> str:
    path = said.get("artifact_path") if isinstance(said, dict) else None
    return path if isinstance(path, str) else ""
