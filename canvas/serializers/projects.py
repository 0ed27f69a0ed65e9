from rest_framework import serializers

from canvas.models import Membership, Project
from canvas.roles import Role
from canvas.serializers.text import PlainText


class ProjectSerializer(PlainText, serializers.ModelSerializer[Project]):
    """A project's settings."""

    texts_with_lines = frozenset({"purpose"})

    class Meta:
        model = Project
        fields = ("slug", "name", "purpose", "task", "risk_tier", "allow_code_formats", "created_at")
        read_only_fields = ("slug", "created_at")


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """Somebody's role in a project."""

    username = serializers.CharField(source="user.username", max_length=150)
    name = serializers.CharField(source="user.get_full_name", read_only=True)
    role = serializers.ChoiceField(choices=Role.choices)

    class Meta:
        model = Membership
        fields = ("username", "name", "role", "added_at")
        read_only_fields = ("added_at",)
