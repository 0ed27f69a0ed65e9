"""How environments, their differences and statements of serving are written as JSON."""

from datetime import datetime
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from registry import environment_files
from registry.environment_files import UnreadableEnvironment
from registry.environments import comparison, vulnerabilities
from registry.models import ServingStatement, TrainingEnvironment
from registry.serializers import ById, SentJSON, Upload
from registry.services import serving


class EnvironmentSerializer(serializers.ModelSerializer[TrainingEnvironment]):
    """An environment that models are trained or served in."""

    recorded_by = serializers.CharField(source="recorded_by.username")

    class Meta:
        model = TrainingEnvironment
        fields = (
            "id", "sha256", "python_version", "packages", "os", "cpu", "cpu_count", "gpu", "memory_bytes",
            "container_image", "seeds", "random_sources", "captured_from", "recorded_by", "recorded_at",
        )  # fmt: skip


class HitSerializer(serializers.Serializer[Any]):
    """A package that a published weakness concerns."""

    name = serializers.CharField()
    version = serializers.CharField()
    id = serializers.CharField(source="weakness.id")
    summary = serializers.CharField(source="weakness.summary")
    fixed_in = serializers.CharField(source="weakness.fixed_in")


class VulnerabilityReportSerializer(serializers.Serializer[Any]):
    """What the operator's file says about the packages; no network is asked."""

    file = serializers.CharField(source="file_name", help_text="Empty where no file was supplied.")
    dated = serializers.DateTimeField(allow_null=True)
    sentence = serializers.CharField()
    known = HitSerializer(source="hits", many=True)
    not_judged = serializers.ListField(
        source="unjudged", child=serializers.CharField(), help_text="Packages without an exact version."
    )


class EnvironmentDetailSerializer(EnvironmentSerializer):
    """An environment with who used it and what is known against its packages."""

    versions = serializers.SerializerMethodField(help_text="Versions trained in it, as model/number.")
    runs = serializers.SerializerMethodField(help_text="The latest 200 runs in it, by MLflow's id.")
    served = serializers.SerializerMethodField(help_text="Versions stated to be served in it, as model/number.")
    vulnerabilities = serializers.SerializerMethodField()

    class Meta(EnvironmentSerializer.Meta):
        fields = (*EnvironmentSerializer.Meta.fields, "versions", "runs", "served", "vulnerabilities")  # type: ignore[assignment]  # a longer tuple

    def get_versions(self, environment: TrainingEnvironment) -> list[str]:
        """The versions trained in it."""
        found = environment.versions.order_by("model__name", "number").values_list("model__name", "number")
        return [f"{name}/{number}" for name, number in found]

    def get_runs(self, environment: TrainingEnvironment) -> list[str]:
        """The runs in it."""
        return list(environment.runs.order_by("-created_at").values_list("run_id", flat=True)[:200])

    def get_served(self, environment: TrainingEnvironment) -> list[str]:
        """The versions whose statements name it."""
        found = environment.serving_statements.current().values_list("version__model__name", "version__number")
        return sorted({f"{name}/{number}" for name, number in found})

    @extend_schema_field(VulnerabilityReportSerializer)
    def get_vulnerabilities(self, environment: TrainingEnvironment) -> Any:  # Any: plain JSON
        """What is known against its packages."""
        report: Any = vulnerabilities.report_on(environment.packages, path=settings.VULNERABILITIES)
        return VulnerabilityReportSerializer(report).data


class EnvironmentInSerializer(serializers.Serializer[Any]):
    """An environment to record: as JSON, or a requirements or conda file with what it leaves open."""

    file = Upload(required=False, help_text="requirements.txt, pip freeze, environment.yaml, or this object as a file.")
    python_version = serializers.CharField(max_length=40, required=False, allow_blank=True)
    packages = SentJSON(
        required=False, help_text='[{"name": "scikit-learn", "version": "1.7.2"}], {"name": "version"}, or lines.'
    )
    os = serializers.CharField(max_length=200, required=False, allow_blank=True)
    cpu = serializers.CharField(max_length=200, required=False, allow_blank=True)
    cpu_count = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, allow_null=True)
    gpu = serializers.CharField(max_length=200, required=False, allow_blank=True)
    memory_bytes = serializers.IntegerField(min_value=1, max_value=2**53 - 1, required=False, allow_null=True)
    container_image = serializers.CharField(max_length=400, required=False, allow_blank=True)
    seeds = SentJSON(required=False, help_text='{"random_state": 7}, or "none: training is not random".')
    random_sources = SentJSON(required=False, help_text='["numpy", "GPU kernels"]: what draws chance, seeded or not.')
    captured_from = serializers.CharField(max_length=120, required=False, help_text="What it was read from.")

    def validate_captured_from(self, origin: str) -> str:
        """The name of where it was read, on one line."""
        try:
            return environment_files.ensure_line(origin, what="this")
        except UnreadableEnvironment as reason:
            raise serializers.ValidationError(str(reason)) from reason

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The fields, once each is known to say what it has to."""
        refused = {}
        for key in environment_files.TEXT_LENGTHS.keys() & attrs.keys():
            try:
                attrs[key] = environment_files.ensure_text(attrs[key], key)
            except UnreadableEnvironment as reason:
                refused[key] = [str(reason)]
        if refused:
            raise serializers.ValidationError(refused)
        return attrs


class PackageChangeSerializer(serializers.Serializer[Any]):
    """A package that two environments do not share."""

    name = serializers.CharField()
    before = serializers.CharField(help_text="Empty where the first has none.")
    after = serializers.CharField(help_text="Empty where the second has none.")
    step = serializers.ChoiceField(choices=["added", "removed", "major", "minor", "patch", "other"])


class FactChangeSerializer(serializers.Serializer[Any]):
    """Something else in which two environments differ."""

    key = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class EnvironmentDifferenceSerializer(serializers.Serializer[Any]):
    """In what a second environment differs from a first one."""

    sentence = serializers.CharField()
    packages = PackageChangeSerializer(many=True)
    facts = FactChangeSerializer(many=True)
    shared = serializers.IntegerField(help_text="Packages that are the same in both.")


class ServingSerializer(serializers.ModelSerializer[ServingStatement]):
    """Where a version is served, and how that differs from what it was trained with."""

    stated_by = serializers.CharField(source="stated_by.username")
    until = serializers.SerializerMethodField(help_text="Null while it holds.")
    ended_by = serializers.CharField(
        source="ended_by.username", allow_null=True, default=None, help_text="Null where another statement replaced it."
    )
    difference = serializers.SerializerMethodField()

    class Meta:
        model = ServingStatement
        fields = (
            "id", "place", "environment", "stated_by", "stated_at", "until", "ended_by", "end_reason", "difference",
        )  # fmt: skip

    def get_until(self, statement: ServingStatement) -> datetime | None:
        """When it ceased to hold."""
        return statement.ended_at or getattr(statement, "until", None)

    @extend_schema_field(EnvironmentDifferenceSerializer(allow_null=True))
    def get_difference(self, statement: ServingStatement) -> Any:  # Any: plain JSON
        """How it differs from the training environment; null where none was recorded."""
        trained_in = statement.version.environment
        if trained_in is None:
            return None
        difference: Any = comparison.compare(trained_in, statement.environment)
        return EnvironmentDifferenceSerializer(difference).data


class ServingEndInSerializer(serializers.Serializer[Any]):
    """The end of a statement."""

    reason = serializers.CharField(max_length=serving.LONGEST_REASON, help_text="Why it is no longer served there.")


class ServingInSerializer(serializers.Serializer[Any]):
    """A statement to make."""

    place = serializers.CharField(max_length=120)
    environment = ById(of="project", queryset=TrainingEnvironment.objects.all())
