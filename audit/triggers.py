"""What the database itself refuses: changing or removing a line, and adding one anywhere but at the end."""

from django.db.backends.base.base import BaseDatabaseWrapper

ENTRY = "audit_auditentry"
CHECKPOINT = "audit_checkpoint"
REFUSAL = "the journal is append-only"

_SQLITE_KEEP = """
CREATE TRIGGER {table}_keeps_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""
# SQLite removes the row that an INSERT OR REPLACE collides with, without asking any trigger on DELETE.
_SQLITE_REPLACE = """
CREATE TRIGGER {table}_keeps_REPLACE BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""
_SQLITE_ORDER = """
CREATE TRIGGER {table}_in_order BEFORE INSERT ON {table}
WHEN NEW.seq <> COALESCE((SELECT MAX(seq) FROM {table} WHERE chain = NEW.chain), 0) + 1
  OR NEW.prev_hash <> COALESCE(
    (SELECT hash FROM {table} WHERE chain = NEW.chain ORDER BY seq DESC LIMIT 1), '{genesis}')
BEGIN SELECT RAISE(ABORT, 'a journal line has to follow the last one'); END
"""
_SQLITE_KEEPERS = ("keeps_UPDATE", "keeps_DELETE", "keeps_REPLACE")
_POSTGRES = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{refusal}'; END $$ LANGUAGE plpgsql;

CREATE OR REPLACE FUNCTION audit_in_order() RETURNS trigger AS $$
DECLARE last_seq bigint; last_hash text;
BEGIN
  SELECT seq, hash INTO last_seq, last_hash FROM {entry} WHERE chain = NEW.chain ORDER BY seq DESC LIMIT 1;
  IF NEW.seq <> COALESCE(last_seq, 0) + 1 OR NEW.prev_hash <> COALESCE(last_hash, '{genesis}') THEN
    RAISE EXCEPTION 'a journal line has to follow the last one';
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER {entry}_in_order BEFORE INSERT ON {entry} FOR EACH ROW EXECUTE FUNCTION audit_in_order();
CREATE TRIGGER {entry}_keeps BEFORE UPDATE OR DELETE ON {entry} FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER {entry}_keeps_all BEFORE TRUNCATE ON {entry} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER {checkpoint}_keeps BEFORE UPDATE OR DELETE ON {checkpoint}
  FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER {checkpoint}_keeps_all BEFORE TRUNCATE ON {checkpoint}
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers on this database."""
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers; only reversing the migration and clearing a test database do this."""
    with connection.cursor() as cursor:
        for table, name in _names(connection.vendor):
            on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


def _statements(vendor: str) -> list[str]:
    genesis = "0" * 64
    if vendor == "postgresql":
        return [_POSTGRES.format(entry=ENTRY, checkpoint=CHECKPOINT, refusal=REFUSAL, genesis=genesis)]
    keeps = [
        _SQLITE_KEEP.format(table=table, verb=verb, refusal=REFUSAL)
        for table in (ENTRY, CHECKPOINT)
        for verb in ("UPDATE", "DELETE")
    ]
    replaces = [_SQLITE_REPLACE.format(table=table, refusal=REFUSAL) for table in (ENTRY, CHECKPOINT)]
    return [*keeps, *replaces, _SQLITE_ORDER.format(table=ENTRY, genesis=genesis)]


def _names(vendor: str) -> list[tuple[str, str]]:
    order = [(ENTRY, f"{ENTRY}_in_order")]
    suffixes = ("keeps", "keeps_all") if vendor == "postgresql" else _SQLITE_KEEPERS
    return order + [(table, f"{table}_{suffix}") for table in (ENTRY, CHECKPOINT) for suffix in suffixes]
