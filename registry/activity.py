"""The journal of one version: its own lines, and those of the promotions that were asked for it."""

from django.db.models import Q, QuerySet

from audit.models import AuditEntry
from registry.models import ModelVersion, PromotionRequest


def entries_of(version: ModelVersion) -> QuerySet[AuditEntry]:
    """The lines about a version, newest first."""
    promotions = [str(pk) for pk in version.promotions.order_by("-number").values_list("pk", flat=True)[:200]]
    about = Q(object_type=ModelVersion._meta.label_lower, object_id=str(version.pk))
    decided = Q(object_type=PromotionRequest._meta.label_lower, object_id__in=promotions)
    return AuditEntry.objects.filter(about | decided, chain=version.model.project.chain).order_by("-seq")
