"""A model's signature as rows that people read: what it takes, what it answers, and the parameters between."""

from dataclasses import dataclass
from typing import Any

PARTS = {"inputs": "Input", "outputs": "Output", "params": "Parameter"}


@dataclass(frozen=True)
class Row:
    """One column, tensor or parameter."""

    part: str
    name: str
    kind: str
    note: str


def rows_of(signature: Any) -> list[Row]:  # Any: JSON as MLflow's clients wrote it
    """The rows of a signature, inputs first; what cannot be read is passed over."""
    if not isinstance(signature, dict):
        return []
    found = []
    for part, label in PARTS.items():
        items = signature.get(part)
        for position, item in enumerate(items if isinstance(items, list) else [], start=1):
            if isinstance(item, dict):
                found.append(_row(label, position, item))
    return found


def _row(part: str, position: int, item: dict[str, Any]) -> Row:
    name = str(item.get("name") or f"{position}")
    notes = ["optional"] if item.get("required") is False else []
    if "default" in item:
        notes.append(f"{item['default']} unless it is given")
    return Row(part, name, _kind(item)[:200], ", ".join(notes)[:200])


def _kind(item: dict[str, Any]) -> str:
    tensor = item.get("tensor-spec")
    if isinstance(tensor, dict):
        return f"tensor of {tensor.get('dtype', '?')}, shape {_shape(tensor.get('shape'))}"
    kind = str(item.get("type", "?"))
    inner = item.get("items")
    if kind == "array" and isinstance(inner, dict):
        return f"list of {_kind(inner)}"
    if kind == "object" and isinstance(item.get("properties"), dict):
        return f"object with {', '.join(map(str, item['properties']))}"
    return f"{kind}, shape {_shape(item['shape'])}" if item.get("shape") else kind


def _shape(value: Any) -> str:  # Any: JSON
    sizes = value if isinstance(value, list) else [value]
    return " × ".join("any" if size == -1 else str(size) for size in sizes)
