from typing import ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from canvas.models import Kpi, Project
from data.models import Dataset
from jobs.models import Job
from registry.models import ModelVersion

# Pixels in a chart's own terms; two charts that are narrower than this share a row.
WIDEST_OF_A_PAIR = 500


class EvaluationQuerySet(models.QuerySet["EvaluationJob"]):
    """Reads of evaluations that several places share."""

    def finished(self) -> Self:
        """Those that have results."""
        return self.filter(finished_at__isnull=False)

    def by_weight(self) -> Self:
        """The one a promotion looks at first: the latest on held-out rows, or the latest while there is none."""
        lighter = models.Case(models.When(is_held_out=True, then=0), default=1)
        return self.order_by(lighter, "-finished_at", "-number")

    def listed(self) -> Self:
        """With everything a list shows of each, however many there are."""
        counted = {
            f"{verdict}_count": models.Count("verdicts", filter=models.Q(verdicts__verdict=verdict))
            for verdict in KpiVerdict.Verdict.values
        }
        shown = self.select_related("project", "job", "dataset", "requested_by", "version__model__project")
        return shown.annotate(**counted).order_by("-requested_at", "-number")


class EvaluationJob(models.Model):
    """One evaluation of one version: what was asked, and the summary of what came out."""

    class Mode(models.TextChoices):
        """Where the predictions come from."""

        PREDICTIONS = "predictions", "From a file of predictions"
        MODEL = "model", "By running the model"

    class Strength(models.TextChoices):
        """How strong the evidence is."""

        MEASURED = "measured", "Measured from predictions"
        REPRODUCED = "reproduced", "Measured by running the model"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="evaluations")
    number = models.PositiveIntegerField(help_text="Counts per project, from 1.")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="evaluation")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="evaluations")
    mode = models.CharField(max_length=20, choices=Mode)
    dataset = models.ForeignKey(
        Dataset, on_delete=models.PROTECT, null=True, blank=True, related_name="evaluations",
        help_text="The snapshot measured on; a predictions file may stand without one.",
    )  # fmt: skip
    predictions_name = models.CharField(max_length=255, blank=True)
    predictions_sha256 = models.CharField(max_length=64, blank=True)
    label_column = models.CharField(max_length=200)
    prediction_column = models.CharField(max_length=200, blank=True)
    score_columns = models.JSONField(default=dict, help_text="Class to column name, for a predictions file.")
    baseline_column = models.CharField(max_length=200, blank=True, help_text="A heuristic's predictions, in the file.")
    positive_label = models.CharField(max_length=200, blank=True)
    slice_columns = models.JSONField(default=list)
    seed = models.PositiveIntegerField(default=20261114)
    thresholds = models.JSONField(
        default=list, help_text="The KPI thresholds as they stood when the evaluation was requested."
    )
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)

    # Written once, together with the result rows.
    finished_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveBigIntegerField(null=True, blank=True)
    strength = models.CharField(max_length=20, choices=Strength, blank=True)
    sandbox_tier = models.CharField(max_length=2, blank=True)
    is_held_out = models.BooleanField(null=True, help_text="Whether no row came from data the version learned from.")
    held_out_reason = models.CharField(max_length=400, blank=True)
    baseline_name = models.CharField(max_length=200, blank=True)
    software = models.JSONField(default=dict, help_text="Versions of what measured and what ran the model.")
    notes = models.JSONField(default=list, help_text="Sentences about what could not be measured, and why.")
    results_sha256 = models.CharField(max_length=64, blank=True, help_text="Over the canonical JSON of all results.")

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["project", "-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "number"], name="evaluation_number_once")]
        indexes: ClassVar = [models.Index(fields=["version", "-requested_at"])]

    def __str__(self) -> str:
        return f"evaluation {self.number} of {self.version}"

    def get_absolute_url(self) -> str:
        """The evaluation's page."""
        return reverse("evaluation:job-detail", args=[self.project.slug, self.number])

    @property
    def source_label(self) -> str:
        """What was measured on, in a few words."""
        return str(self.dataset) if self.dataset else self.predictions_name


class MetricResult(models.Model):
    """One measured number with its sample size and 95 % interval."""

    class Subject(models.TextChoices):
        """Whose number it is."""

        MODEL = "model", "Model"
        BASELINE = "baseline", "Baseline"

    evaluation = models.ForeignKey(EvaluationJob, on_delete=models.CASCADE, related_name="metrics")
    subject = models.CharField(max_length=20, choices=Subject)
    metric = models.CharField(max_length=60)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveBigIntegerField()
    method = models.CharField(max_length=80, help_text="How the interval was computed.")
    reason = models.CharField(max_length=300, blank=True, help_text="Why there is no value.")

    class Meta:
        ordering: ClassVar = ["evaluation", "subject", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "subject", "metric"], name="metric_result_once")
        ]

    def __str__(self) -> str:
        return f"{self.metric} = {self.value}"


class BaselineComparison(models.Model):
    """The paired difference between the model and the baseline on the same rows."""

    evaluation = models.ForeignKey(EvaluationJob, on_delete=models.CASCADE, related_name="comparisons")
    metric = models.CharField(max_length=60)
    difference = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveBigIntegerField()
    method = models.CharField(max_length=80)
    verdict = models.CharField(max_length=20, help_text="better, worse or inconclusive")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "metric"], name="baseline_comparison_once")
        ]

    def __str__(self) -> str:
        return f"{self.metric}: {self.verdict}"


class SliceResult(models.Model):
    """One metric on the rows that share a value of a column."""

    evaluation = models.ForeignKey(EvaluationJob, on_delete=models.CASCADE, related_name="slices")
    column = models.CharField(max_length=200)
    value_label = models.CharField(max_length=200)
    position = models.PositiveIntegerField()
    metric = models.CharField(max_length=60)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveBigIntegerField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["evaluation", "column", "position", "metric"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "column", "value_label", "metric"], name="slice_result_once")
        ]

    def __str__(self) -> str:
        return f"{self.metric} where {self.column} is {self.value_label}"


class KpiVerdict(models.Model):
    """Whether a KPI's threshold was met: pass, fail or inconclusive, with the reason."""

    class Verdict(models.TextChoices):
        """The outcome."""

        PASS = "pass", "Pass"
        FAIL = "fail", "Fail"
        INCONCLUSIVE = "inconclusive", "Inconclusive"

    evaluation = models.ForeignKey(EvaluationJob, on_delete=models.CASCADE, related_name="verdicts")
    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT, related_name="verdicts")
    kpi_revision = models.PositiveIntegerField()
    kpi_name = models.CharField(max_length=120)
    metric = models.CharField(max_length=60)
    direction = models.CharField(max_length=10)
    threshold = models.FloatField()
    threshold_upper = models.FloatField(null=True)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveBigIntegerField()
    verdict = models.CharField(max_length=20, choices=Verdict)
    reason = models.TextField()

    class Meta:
        ordering: ClassVar = ["evaluation", "kpi_name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["evaluation", "kpi"], name="kpi_verdict_once")]

    def __str__(self) -> str:
        return f"{self.kpi_name}: {self.verdict}"


class Curve(models.Model):
    """A chart of an evaluation: its specification, its picture and the same numbers as a table."""

    evaluation = models.ForeignKey(EvaluationJob, on_delete=models.CASCADE, related_name="curves")
    name = models.CharField(max_length=60)
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    alt = models.TextField(help_text="One sentence for those who cannot see the chart.")
    caption = models.TextField(help_text="What to conclude.")
    spec = models.JSONField()
    svg = models.TextField()
    print_svg = models.TextField()
    table = models.JSONField(default=dict, help_text='{"columns": [...], "rows": [[...]]}')

    class Meta:
        ordering: ClassVar = ["evaluation", "position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["evaluation", "name"], name="curve_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_wide(self) -> bool:
        """Whether the chart needs a row of its own."""
        return self.spec.get("width", 0) > WIDEST_OF_A_PAIR
