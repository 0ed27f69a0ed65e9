"""Fill in the four stages that an installation starts with; they are data, and may be renamed or added to."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

STAGES = (
    ("development", "Development", 1, False, ""),
    ("staging", "Staging", 2, False, ""),
    ("production", "Production", 3, True, "champion"),
    ("retired", "Retired", 4, False, ""),
)


def fill_in(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    stages = apps.get_model("registry", "Stage")
    for key, name, position, is_exclusive, alias in STAGES:
        stages.objects.get_or_create(
            key=key, defaults={"name": name, "position": position, "is_exclusive": is_exclusive, "alias": alias}
        )


def take_out(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("registry", "Stage").objects.filter(key__in=[row[0] for row in STAGES]).delete()


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [migrations.RunPython(fill_in, take_out)]
