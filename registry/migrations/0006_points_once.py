from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_metrics_and_triggers")]

    operations = [
        migrations.RemoveField(model_name="runmetric", name="at"),
        migrations.AddConstraint(
            model_name="runmetric",
            constraint=models.UniqueConstraint(
                fields=("run", "key", "timestamp_ms", "step", "value", "is_nan"), name="run_metric_once"
            ),
        ),
    ]
