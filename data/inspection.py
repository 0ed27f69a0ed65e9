"""What an uploaded file is, found out by reading all of it before anything is kept."""

from pathlib import Path

from data.csv_files import inspect_csv
from data.parquet_files import MAGIC, inspect_parquet
from data.tables import BadTable, TableFacts


def inspect(path: Path, *, name: str) -> TableFacts:
    """The facts of a CSV or Parquet file; raises BadTable with a sentence that says what to do.

    Its content decides which of the two it is; the name it came with must not say otherwise.
    """
    with path.open("rb") as file:
        is_parquet = file.read(4) == MAGIC
    ending = Path(name).suffix.lower()
    if is_parquet:
        if ending == ".csv":
            raise BadTable("The file is named .csv, yet it is written in Parquet. Rename it to end in .parquet.")
        return inspect_parquet(path)
    if ending in {".parquet", ".pq"}:
        raise BadTable("This is not a Parquet file, though its name says so. Write it again, or upload a CSV file.")
    return inspect_csv(path)
