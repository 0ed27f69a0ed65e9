"""The catalogue: features that teams share with everybody who has an account."""

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from canvas.models import Project
from data.models import FeatureDefinition

# The project's name is not among them: only some may know it.
SEARCHED = ("name", "description", "transformation", "entity", "owner")


def shared_features(
    *, sought: str = "", data_type: str = "", entity: str = "", availability: str = ""
) -> QuerySet[FeatureDefinition]:
    """The newest version of every shared feature, with how many projects use it."""
    found = FeatureDefinition.objects.newest().filter(is_shared=True, retired_at=None)
    for word in sought.split()[:8]:
        found = found.filter(_says(word))
    if data_type:
        found = found.filter(data_type=data_type)
    if availability:
        found = found.filter(availability=availability)
    if entity:
        found = found.filter(entity__iexact=entity)
    return found.select_related("project", "created_by").annotate(users=uses()).order_by("name", "pk")


def uses() -> Coalesce:
    """How many other projects hold a copy of any version of a feature."""
    copies = (
        FeatureDefinition.objects.filter(
            reused_from__project=OuterRef("project"), reused_from__name=OuterRef("name"), number=1
        )
        .order_by()
        .values("reused_from__project", "reused_from__name")
        .annotate(copies=Count("project", distinct=True))
        .values("copies")
    )
    return Coalesce(Subquery(copies), 0)


def newer_original(feature: FeatureDefinition) -> FeatureDefinition | None:
    """The newest shared version of what a feature was copied from, when it is newer than the copy."""
    original = feature.reused_from
    if original is None:
        return None
    newest = FeatureDefinition.objects.select_related("project").latest_of(original.project, original.name)
    return newest if newest.is_shared and newest.number > original.number else None


def outdated_copies(project: Project) -> set[int]:
    """The ids of the project's newest features whose original has a newer version; one query."""
    newest = (
        FeatureDefinition.objects.filter(
            project=OuterRef("reused_from__project"), name=OuterRef("reused_from__name"), is_shared=True
        )
        .order_by("-number")
        .values("number")[:1]
    )
    held = FeatureDefinition.objects.filter(project=project, reused_from__isnull=False).newest()
    copies = held.annotate(original=Subquery(newest)).values_list("pk", "original", "reused_from__number")
    return {pk for pk, last, taken in copies if last is not None and taken is not None and last > taken}


def _says(word: str) -> Q:
    query = Q()
    for key in SEARCHED:
        query |= Q(**{f"{key}__icontains": word})
    return query
