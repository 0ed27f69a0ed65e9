from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("data", "0003_schema_check_jobs"),
    ]

    operations = [
        migrations.AddField(
            model_name="dataset",
            name="declared",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="What came with a reference or an MLflow dataset input, word for word.",
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="holding",
            field=models.CharField(
                choices=[("stored", "Stored here"), ("in-place", "Read where it lies"), ("declared", "Declared only")],
                default="stored",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="read_sha256",
            field=models.CharField(
                blank=True,
                help_text="The stored copy that is read instead, in UTF-8 with commas, where the file itself is neither.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="written_as",
            field=models.CharField(
                blank=True,
                help_text="How the file is written, in words, where it is not UTF-8 with commas.",
                max_length=200,
            ),
        ),
        migrations.AddField(
            model_name="datasetprofile",
            name="facts",
            field=models.JSONField(
                default=dict, help_text="What holds for the table as a whole, and how it was measured."
            ),
        ),
        migrations.AddField(
            model_name="rowoverlap",
            name="alike",
            field=models.PositiveBigIntegerField(
                blank=True, help_text="Distinct rows in both when identifiers and label are left out.", null=True
            ),
        ),
        migrations.AddField(
            model_name="rowoverlap",
            name="examples",
            field=models.JSONField(default=list, help_text="Row numbers of some shared rows: kind, first, second."),
        ),
        migrations.AddField(
            model_name="rowoverlap",
            name="notes",
            field=models.JSONField(default=list, help_text="What the two say about a split by time, in sentences."),
        ),
        migrations.AlterField(
            model_name="dataset",
            name="name",
            field=models.CharField(max_length=500),
        ),
        migrations.AlterField(
            model_name="datasetprofile",
            name="row_hashes_sha256",
            field=models.CharField(blank=True, help_text="Where the row hashes are stored.", max_length=64),
        ),
        migrations.AddIndex(
            model_name="dataset",
            index=models.Index(fields=["project", "-created_at", "-id"], name="dataset_newest_first"),
        ),
    ]
