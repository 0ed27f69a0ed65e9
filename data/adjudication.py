"""The labels that a table got in the end, as CSV: agreed ones, decided ones, and those still open."""

import csv
import io
from collections.abc import Iterator

from data.label_codes import LabelTable
from data.models import DisputedRow, LabelAgreement
from data.services.agreements import read_table
from data.spreadsheets import harmless

AGREED, DECIDED, DISPUTED = "agreed", "decided", "disputed"
NONE_RIGHT, ALONE, UNLABELLED = "no label is right", "one label", "no label"


def adjudicated_lines(agreement: LabelAgreement) -> Iterator[str]:
    """The CSV, line by line: each row with all its labels, the label it got, how, and by whom.

    Raises storage.Missing at once when the table is gone.
    """
    return _lines(agreement, read_table(agreement))


def _lines(agreement: LabelAgreement, table: LabelTable) -> Iterator[str]:
    decided = agreement.disputed_rows.filter(decided_at__isnull=False).select_related("decided_by")
    rulings = {row.row_key: row for row in decided.iterator(chunk_size=2000)}
    yield _line([agreement.key_column, *table.labelers, "label", "how", "reason", "decided_by", "decided_at"])
    for at, key in enumerate(table.keys):
        labels = table.labels_of(at)
        yield _line([key, *(labels.get(name, "") for name in table.labelers), *_outcome(labels, rulings.get(key))])


def _outcome(labels: dict[str, str], ruling: DisputedRow | None) -> list[str]:
    if ruling is not None and ruling.decided_at is not None and ruling.decided_by is not None:
        how = DECIDED if ruling.decided_label else NONE_RIGHT
        return [ruling.decided_label, how, ruling.reason, ruling.decided_by.username, ruling.decided_at.isoformat()]
    distinct = set(labels.values())
    if len(distinct) > 1:
        return ["", DISPUTED, "", "", ""]
    if not distinct:
        return ["", UNLABELLED, "", "", ""]
    return [distinct.pop(), AGREED if len(labels) > 1 else ALONE, "", "", ""]


def _line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return line.getvalue()
