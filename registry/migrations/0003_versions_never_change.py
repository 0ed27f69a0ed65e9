"""Refuse any change of a model version in the database itself.

Removing one is refused too, by the foreign key of the stage it holds from its first moment on. On SQLite, Django
alters a table by copying it, which drops its triggers: a later migration that alters ModelVersion repeats this one.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SENTENCE = "A model version never changes. Register a new version instead."

PUT_UP = {
    "sqlite": [
        f"""CREATE TRIGGER registry_modelversion_never_changes BEFORE UPDATE ON registry_modelversion
        BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"""
    ],
    "postgresql": [
        f"""CREATE FUNCTION registry_modelversion_never_changes() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; END$$""",
        """CREATE TRIGGER registry_modelversion_never_changes BEFORE UPDATE ON registry_modelversion
        FOR EACH ROW EXECUTE FUNCTION registry_modelversion_never_changes()""",
    ],
}
TAKE_DOWN = {
    "sqlite": ["DROP TRIGGER registry_modelversion_never_changes"],
    "postgresql": [
        "DROP TRIGGER registry_modelversion_never_changes ON registry_modelversion",
        "DROP FUNCTION registry_modelversion_never_changes()",
    ],
}


def put_up(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in PUT_UP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def take_down(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in TAKE_DOWN[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_stages")]

    operations = [migrations.RunPython(put_up, take_down)]
