"""Give each point of a metric its milliseconds, name the last one, and refuse changes of versions again.

On SQLite, Django alters a table by copying it, which drops its triggers: a later migration that alters ModelVersion
repeats the last operation of this one.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SENTENCE = "A model version never changes. Register a new version instead."
MUTABLE = {"note", "updated_at", "removed_at"}
BATCH = 2_000


def fill_in(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    points, latest = apps.get_model("registry", "RunMetric"), apps.get_model("registry", "LatestMetric")
    seen, same, changed, last = set(), [], [], {}
    rows = points.objects.order_by("run", "key", "step", "pk")
    for point in rows.iterator(BATCH):
        point.timestamp_ms = max(0, round(point.at.timestamp() * 1000))
        mark = (point.run_id, point.key, point.timestamp_ms, point.step, point.value)
        if mark in seen:
            same.append(point.pk)
            continue
        seen.add(mark)
        changed.append(point)
        last[(point.run_id, point.key)] = point
    points.objects.bulk_update(changed, ["timestamp_ms"], batch_size=500)
    for start in range(0, len(same), 500):
        points.objects.filter(pk__in=same[start : start + 500]).delete()
    latest.objects.bulk_create(
        [
            latest(run_id=run, key=key, value=point.value, step=point.step, timestamp_ms=point.timestamp_ms)
            for (run, key), point in last.items()
        ],
        batch_size=500,
    )


def empty(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("registry", "LatestMetric").objects.all().delete()


def put_up(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    take_down(apps, schema_editor)
    version = apps.get_model("registry", "ModelVersion")
    columns = ", ".join(field.column for field in version._meta.concrete_fields if field.column not in MUTABLE)
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER registry_modelversion_never_changes BEFORE UPDATE OF {columns} ON registry_modelversion "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        )
        return
    schema_editor.execute(
        f"""CREATE OR REPLACE FUNCTION registry_modelversion_never_changes() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; END$$"""
    )
    schema_editor.execute(
        f"CREATE TRIGGER registry_modelversion_never_changes BEFORE UPDATE OF {columns} ON registry_modelversion "
        "FOR EACH ROW EXECUTE FUNCTION registry_modelversion_never_changes()"
    )


def take_down(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    on = " ON registry_modelversion" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER IF EXISTS registry_modelversion_never_changes{on}")


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_registry_in_full")]

    operations = [migrations.RunPython(fill_in, empty), migrations.RunPython(put_up, take_down)]
