"""The journal of one version: its own lines, those of its promotions, and what became of its run since."""

from django.db.models import Q, QuerySet

from audit.actions import Action
from audit.models import AuditEntry
from registry.models import LoggedModel, ModelVersion, PromotionRequest, Run

# What may change the figures that a version was registered with.
_OF_RUN = tuple(str(action) for action in (Action.RUN_CHANGED, Action.RUN_REOPENED, Action.RUN_ENDED))


def entries_of(version: ModelVersion) -> QuerySet[AuditEntry]:
    """The lines about a version, newest first."""
    promotions = [str(pk) for pk in version.promotions.order_by("-number").values_list("pk", flat=True)[:200]]
    about = Q(object_type=ModelVersion._meta.label_lower, object_id=str(version.pk))
    decided = Q(object_type=PromotionRequest._meta.label_lower, object_id__in=promotions)
    trained = LoggedModel.objects.filter(versions=version).values_list("source_run", flat=True)
    runs = [str(pk) for pk in {version.run_id, *trained} if pk]
    of_run = Q(object_type=Run._meta.label_lower, object_id__in=runs, action__in=_OF_RUN, at__gt=version.created_at)
    return AuditEntry.objects.filter(about | decided | of_run, chain=version.model.project.chain).order_by("-seq")
