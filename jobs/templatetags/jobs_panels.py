"""What this room shows on pages that several rooms compose."""

from typing import Any

from django import template
from django.template import Context

from accounts.models import User
from canvas.models import Project
from jobs.models import Job

register = template.Library()

SHOWN = 4


@register.inclusion_tag("jobs/_running_panel.html", takes_context=True)
def running_panel(context: Context, user: User) -> dict[str, Any]:
    """What runs or waits in somebody's projects, oldest first, for their home page."""
    jobs = Job.objects.filter(project__in=Project.objects.visible_to(user)).exclude(state__in=Job.FINAL)
    listed = list(jobs.select_related("project", "requested_by").order_by("created_at")[: SHOWN + 1])
    return {"jobs": listed[:SHOWN], "has_more": len(listed) > SHOWN, "request": context["request"]}
