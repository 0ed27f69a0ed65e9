"""Keys that come twice, however many rows there are: 16 bytes a row on disk, and little memory."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
import pandas as pd
import pyarrow as pa

BUCKETS = 16
_PAIR = np.dtype([("hash", "<u8"), ("row", "<u8")])


@dataclass(frozen=True)
class Doubles:
    """How many rows repeat an earlier row's key, and the numbers of the first few of them."""

    count: int
    rows: list[int]


class Keys:
    """Collects the keys of a table batch by batch; a context manager, because it keeps them in temporary files."""

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        files = (tempfile.TemporaryFile(prefix="keys-") for _ in range(BUCKETS))  # noqa: SIM115  the stack closes them
        self._buckets = [self._stack.enter_context(file) for file in files]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(self, columns: Sequence[pa.Array], first_row: int) -> None:
        """Note the keys of some rows; rows without a whole key are not compared."""
        frame = pd.DataFrame({str(at): column.to_pandas() for at, column in enumerate(columns)})
        is_whole = frame.notna().all(axis=1).to_numpy()
        pairs = np.empty(int(is_whole.sum()), dtype=_PAIR)
        pairs["hash"] = pd.util.hash_pandas_object(frame[is_whole], index=False, categorize=False).to_numpy()
        pairs["row"] = first_row + np.flatnonzero(is_whole)
        at = pairs["hash"] >> np.uint64(60)
        for bucket in np.unique(at):
            self._buckets[bucket].write(pairs[at == bucket].tobytes())

    def doubles(self, *, shown: int) -> Doubles:
        """The rows whose key an earlier row has; 64-bit hashes stand for keys, so one in 10^12 pairs may be chance."""
        count = 0
        rows: list[int] = []
        for later in self._repeated():
            count += len(later)
            rows = sorted([*rows, *np.sort(later)[:shown].tolist()])[:shown]
        return Doubles(count, rows)

    def _repeated(self) -> Iterator[np.ndarray]:
        for bucket in self._buckets:
            bucket.seek(0)
            pairs = np.frombuffer(bucket.read(), dtype=_PAIR)
            # A stable sort keeps rows in order among equal hashes: the first has the key, the others repeat it.
            pairs = pairs[np.argsort(pairs["hash"], kind="stable")]
            yield pairs["row"][1:][pairs["hash"][1:] == pairs["hash"][:-1]]
