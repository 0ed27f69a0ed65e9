"""How MLflow servers, what they hold, and syncs with them are written as JSON."""

from rest_framework import serializers

from outside import addresses
from registry.models import MlflowServer, MlflowSync
from registry.services import imports


class ServerSerializer(serializers.ModelSerializer):
    """Another MLflow server; how we sign in there is written and never read."""

    url = serializers.CharField(max_length=addresses.LONGEST)
    secret = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        max_length=imports.LONGEST_SECRET,
        help_text="A token, or username:password.",
    )
    has_secret = serializers.SerializerMethodField()
    added_by = serializers.CharField(source="added_by.username", read_only=True)

    class Meta:
        model = MlflowServer
        fields = ("id", "url", "secret", "has_secret", "added_by", "added_at")
        read_only_fields = ("added_at",)

    def get_has_secret(self, server: MlflowServer) -> bool:
        """Whether we sign in there."""
        return bool(server.token)


class ExperimentThereSerializer(serializers.Serializer):
    """An experiment of another server; `runs` is null where there was no time to count."""

    experiment_id = serializers.CharField()
    name = serializers.CharField()
    runs = serializers.IntegerField(allow_null=True)
    has_more = serializers.BooleanField()


class ModelThereSerializer(serializers.Serializer):
    """A registered model of another server."""

    name = serializers.CharField()
    description = serializers.CharField()
    latest = serializers.IntegerField()


class ContentsSerializer(serializers.Serializer):
    """What can be chosen from another server."""

    version = serializers.CharField()
    experiments = ExperimentThereSerializer(many=True)
    models = ModelThereSerializer(many=True)


class ChosenSerializer(serializers.Serializer):
    """What to take over: some experiments and models, or everything."""

    experiments = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, max_length=imports.MOST_CHOSEN
    )
    models = serializers.ListField(
        child=serializers.CharField(max_length=256), required=False, max_length=imports.MOST_CHOSEN
    )
    all_of_it = serializers.BooleanField(required=False)


class ProblemSerializer(serializers.Serializer):
    """Something that was not taken over, or differs there."""

    what = serializers.CharField()
    reason = serializers.CharField()
    url = serializers.CharField(required=False)


class SyncSerializer(serializers.ModelSerializer):
    """One taking over of records, and how it went."""

    server = serializers.CharField(source="server.url", read_only=True)
    requested_by = serializers.CharField(source="requested_by.username", read_only=True)
    progress = serializers.IntegerField(source="job.progress", read_only=True)
    phase = serializers.CharField(source="job.phase", read_only=True)
    error = serializers.CharField(source="job.error", read_only=True)
    job = serializers.UUIDField(source="job_id", read_only=True)
    problems = ProblemSerializer(many=True, read_only=True)

    class Meta:
        model = MlflowSync
        fields = (
            "id", "server", "job", "state", "progress", "phase", "error", "chosen", "counts", "problems",
            "requested_by", "requested_at", "ended_at",
        )  # fmt: skip
