import django.utils.timezone
from django.db import migrations, models

HELP = "When its script last added to it, to ten minutes."


class Migration(migrations.Migration):
    dependencies = [("registry", "0008_serving_ends")]

    operations = [
        # Without a default first: of the runs that are here nobody knows when they were last added to.
        migrations.AddField("run", "last_heard_at", models.DateTimeField(blank=True, null=True, help_text=HELP)),
        migrations.AlterField(
            "run",
            "last_heard_at",
            models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True, help_text=HELP),
        ),
    ]
