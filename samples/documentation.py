"""Describing data to Tenet: sources, how labels came about, snapshots and their reviewed schema."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from samples.client import Client, Record


def read_yaml(folder: Path, name: str) -> Any:  # Any: each file has a shape of its own
    """One of the files that a sample's people wrote."""
    return _with_texts(yaml.safe_load((folder / name).read_text(encoding="utf-8")))


def register_sources(client: Client, sources: list[Record]) -> list[str]:
    """Say where the data comes from; returns the sources' names."""
    return [client.post("sources/", **source)["name"] for source in sources]


def record_labeling(client: Client, method: Record) -> int:
    """Say how the labels were obtained; returns the method's id."""
    return int(client.post("labeling-methods/", **method)["id"])


def upload_snapshot(
    client: Client, rows: pd.DataFrame, *, file_name: str, said: Record, label: str, sources: list[str], labeling: int
) -> Record:
    """Upload rows as CSV or Parquet, whichever the file name says, with what is said about them."""
    return client.upload(
        "datasets/",
        file_name=file_name,
        content=_written(rows, file_name),
        label_column=label,
        sources=sources,
        labeling_method=labeling,
        **said,
    )


def review_schema(client: Client, snapshot: Record, *, note: str, columns: dict[str, Record]) -> Record:
    """Correct the schema that was read off a snapshot, column by column; returns the new version."""
    read_off = client.get(f"schemas/{snapshot['schema_id']}/")
    fields = [field | columns.get(field["key"], {}) for field in read_off["fields"]]
    return client.post("schemas/", name=read_off["name"], based_on=read_off["number"], note=note, fields=fields)


def bind_schema(client: Client, snapshot: Record, schema: Record) -> Record:
    """Say that a reviewed schema describes another snapshot too."""
    return client.patch(f"datasets/{snapshot['id']}/", schema=schema["id"])


def _with_texts(value: Any) -> Any:  # Any: as above
    """The same value with dates as JSON writes them."""
    if isinstance(value, dict):
        return {key: _with_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_texts(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _written(rows: pd.DataFrame, file_name: str) -> bytes:
    if file_name.endswith(".csv"):
        return rows.to_csv(index=False).encode()
    buffer = io.BytesIO()
    rows.to_parquet(buffer, index=False)
    return buffer.getvalue()
