"""What the database itself refuses, whoever asks."""

import pytest
from django.db import DatabaseError, connection

from accounts.models import User
from audit.checkpoints import sign_checkpoints
from audit.models import AuditEntry, Checkpoint
from canvas.models import Project
from tests.integration.audit.writing import sql, write

COLUMNS = "chain, seq, body, prev_hash, hash, at, actor_id, actor_label, action, object_type, object_id, object_label"
REPLACE = {
    "sqlite": "INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = %s",
    "postgresql": "INSERT INTO {table} SELECT * FROM {table} WHERE id = %s ON CONFLICT (id) DO UPDATE SET hash = ''",
}


@pytest.fixture
def entries(project: Project, owner: User) -> list[AuditEntry]:
    return write(project, by=owner, lines=3)


@pytest.fixture
def checkpoint(entries: list[AuditEntry]) -> Checkpoint:
    return sign_checkpoints()[0]


def held() -> list[tuple[object, ...]]:
    return [*AuditEntry.objects.values_list(), *Checkpoint.objects.values_list()]


def test_a_line_after_the_last_one_is_accepted(entries: list[AuditEntry]) -> None:
    sql(insertion(entries[-1], seq=4, prev_hash=entries[-1].hash))
    assert AuditEntry.objects.count() == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET object_label = 'Innocent' WHERE seq = 2",
        "UPDATE audit_auditentry SET seq = seq + 10",
        "DELETE FROM audit_auditentry WHERE seq = 3",
        "DELETE FROM audit_auditentry",
        "UPDATE audit_checkpoint SET hash = 'x'",
        "DELETE FROM audit_checkpoint",
    ],
)
def test_lines_and_checkpoints_are_neither_changed_nor_removed(checkpoint: Checkpoint, statement: str) -> None:
    before = held()
    with pytest.raises(DatabaseError, match="append-only"):
        sql(statement)
    assert held() == before


@pytest.mark.parametrize("table", ["audit_auditentry", "audit_checkpoint"])
def test_tables_are_not_emptied_at_a_stroke(checkpoint: Checkpoint, table: str) -> None:
    before = held()
    # SQLite's own way to empty a table is a DELETE without a condition.
    statement = f"TRUNCATE {table}" if connection.vendor == "postgresql" else f"DELETE FROM {table}"
    with pytest.raises(DatabaseError, match="append-only"):
        sql(statement)
    assert held() == before


@pytest.mark.parametrize("model", [AuditEntry, Checkpoint])
def test_a_row_is_not_replaced(checkpoint: Checkpoint, model: type[AuditEntry | Checkpoint]) -> None:
    before = held()
    row = model.objects.all()[0]
    with pytest.raises(DatabaseError):
        sql(REPLACE[connection.vendor].format(table=model._meta.db_table), row.pk)
    assert held() == before


def test_an_old_row_is_not_replaced_by_a_line_that_follows_the_last_one(entries: list[AuditEntry]) -> None:
    before = held()
    statement = insertion(entries[-1], seq=4, prev_hash=entries[-1].hash).replace(
        f"({COLUMNS}) SELECT", f"(id, {COLUMNS}) SELECT {entries[0].pk},"
    )
    conflict = " ON CONFLICT (id) DO UPDATE SET hash = ''"
    with pytest.raises(DatabaseError, match="append-only"):
        sql(
            statement + conflict
            if connection.vendor == "postgresql"
            else statement.replace("INSERT", "INSERT OR REPLACE")
        )
    assert held() == before


def test_a_gap_is_refused(entries: list[AuditEntry]) -> None:
    with pytest.raises(DatabaseError, match="has to follow the last one"):
        sql(insertion(entries[-1], seq=5, prev_hash=entries[-1].hash))


def test_a_line_in_the_middle_is_refused(entries: list[AuditEntry]) -> None:
    with pytest.raises(DatabaseError):
        sql(insertion(entries[-1], seq=2, prev_hash=entries[0].hash))


def test_a_fork_is_refused(entries: list[AuditEntry]) -> None:
    with pytest.raises(DatabaseError, match="has to follow the last one"):
        sql(insertion(entries[-1], seq=4, prev_hash=entries[0].hash))


def test_a_chain_starts_at_one_after_nothing(entries: list[AuditEntry]) -> None:
    with pytest.raises(DatabaseError, match="has to follow the last one"):
        sql(insertion(entries[-1], chain="new", seq=1, prev_hash=entries[-1].hash))
    sql(insertion(entries[-1], chain="new", seq=1, prev_hash="0" * 64))


def insertion(line: AuditEntry, **values: object) -> str:
    """A statement that adds a copy of a line with some columns set otherwise."""
    chosen = [f"'{values[name]}'" if name in values else name for name in COLUMNS.split(", ")]
    chosen = [
        text.strip("'") if name == "seq" else text for name, text in zip(COLUMNS.split(", "), chosen, strict=True)
    ]
    return f"INSERT INTO audit_auditentry ({COLUMNS}) SELECT {', '.join(chosen)} FROM audit_auditentry WHERE id = {line.pk}"
