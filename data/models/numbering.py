from typing import Self, TypeVar

from django.db import models
from django.db.models import F, OuterRef, Subquery

from canvas.models import Project

M = TypeVar("M", bound=models.Model)


class NumberedQuerySet(models.QuerySet[M]):
    """Reads of records that are numbered within a project and a name, from 1."""

    def latest_of(self, project: Project, name: str) -> M:
        """The newest version under a name; raises DoesNotExist."""
        return self.filter(project=project, name=name).order_by("-number")[:1].get()

    def newest(self) -> Self:
        """Only the newest version of each name."""
        same_name = self.model._default_manager.filter(project=OuterRef("project"), name=OuterRef("name"))
        return self.alias(last=Subquery(same_name.order_by("-number").values("number")[:1])).filter(number=F("last"))
