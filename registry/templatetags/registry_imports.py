"""Where a record came from that was taken over from another MLflow server."""

from typing import Any

from django import template

from registry.models import ImportedRecord

register = template.Library()


@register.inclusion_tag("registry/_imported_from.html")
def imported_from(kind: str, local_id: Any) -> dict[str, Any]:
    """A sentence saying from which server, by whom and when; nothing for what was made here."""
    found = ImportedRecord.objects.filter(kind=kind, local_id=str(local_id))
    return {"record": found.select_related("server", "imported_by").first()}
