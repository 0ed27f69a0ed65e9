"""Were the measured rows new to the model? Found out by comparing them with every row it learned from."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data import frames
from data.models import Dataset, SchemaField
from evaluation.asked import columns_of
from evaluation.models import EvaluationJob
from evaluation.outcome import HeldOut


def look(evaluation: EvaluationJob) -> HeldOut:
    """Compare the snapshot an evaluation measured on with those its version learned from."""
    links = evaluation.version.dataset_links.select_related("dataset__schema", "dataset__project").order_by("pk")
    learned = list({link.dataset_id: link.dataset for link in links}.values())
    measured = evaluation.dataset
    if measured is None:
        return HeldOut(None, "The predictions came without a snapshot, so nobody can tell where their rows are from.")
    if not learned:
        return HeldOut(None, "No snapshot is linked to this version, so nobody can tell what it learned from.")
    if unknown := next((dataset for dataset in learned if not dataset.has_rows), None):
        return HeldOut(None, f"The rows of {unknown} were never read here, so nobody can tell whether these are new.")
    for dataset in learned:
        if dataset.sha256 == measured.sha256:
            return HeldOut(False, f"{measured} is the very file that the version learned from.")
    for dataset in learned:
        if (shared := _shared_columns(measured, dataset)) and (rows := _rows_in_both(measured, dataset, shared)):
            count = "1 row is" if rows == 1 else f"{rows:,} rows are"
            return HeldOut(False, f"{count} also in {dataset}, which the version learned from.")
        if not shared:
            return HeldOut(None, f"{measured} and {dataset} have no column in common, so rows cannot be compared.")
    names = " or ".join(str(dataset) for dataset in learned)
    return HeldOut(True, f"None of the {measured.rows:,} rows is in {names}.")


def _shared_columns(one: Dataset, other: Dataset) -> list[str]:
    """What both snapshots say of a row; an identifier may be given anew, so a copy keeps everything but that."""
    identifiers = {
        field.key
        for dataset in (one, other)
        if dataset.schema is not None
        for field in dataset.schema.fields.filter(part=SchemaField.Part.IDENTIFIER)
    }
    theirs = set(columns_of(other))
    return [name for name in columns_of(one) if name in theirs and name not in identifiers]


def _rows_in_both(measured: Dataset, learned: Dataset, columns: list[str]) -> int:
    ours, theirs = frames.read_frame(measured, columns), frames.read_frame(learned, columns)
    # A code may be a number to one schema and text to the other: the same value must have the same print in both.
    numbers = {name for name in columns for frame in (ours, theirs) if pd.api.types.is_numeric_dtype(frame[name])}
    return int(np.isin(_fingerprints(ours, numbers), _fingerprints(theirs, numbers)).sum())


def _fingerprints(frame: pd.DataFrame, numbers: set[str]) -> NDArray[np.uint64]:
    plain = pd.DataFrame({name: _plain(frame[name], is_number=name in numbers) for name in frame.columns})
    return np.asarray(pd.util.hash_pandas_object(plain, index=False), dtype=np.uint64)


def _plain(column: pd.Series, *, is_number: bool) -> pd.Series:
    if not is_number:
        return column.astype("string").fillna("")
    if not pd.api.types.is_numeric_dtype(column):
        column = pd.to_numeric(column.astype("string"), errors="coerce")
    # Adding zero makes −0.0 and 0.0 the same number to the hash, as they are to everybody else.
    return column.astype("float64") + 0.0
