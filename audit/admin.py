from django.contrib import admin
from django.http import HttpRequest

from audit.models import AuditEntry, Checkpoint


class ReadOnly:
    """An admin page that shows and never writes, to those who may read everything."""

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Administrators and auditors."""
        return bool(getattr(request.user, "is_administrator", False) or getattr(request.user, "is_auditor", False))

    has_module_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody."""
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, admin.ModelAdmin):
    """The whole journal."""

    list_display = ("at", "chain", "seq", "actor_label", "action", "object_label")
    list_filter = ("chain", "action")
    search_fields = ("object_label", "actor_label")


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnly, admin.ModelAdmin):
    """The signed checkpoints."""

    list_display = ("at", "chain", "seq", "hash")
