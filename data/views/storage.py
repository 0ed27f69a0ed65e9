from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from data import storage_page
from data.forms.storage import LimitForm
from data.models import StorageUse
from data.services import quotas
from data.storage import readable_size

PER_PAGE = 50


@require_safe
def storage(request: AuthenticatedRequest) -> HttpResponse:
    """What is stored, whether it is whole, and how much of it each project keeps."""
    storage_page.ensure_reader(request.user)
    page = Paginator(storage_page.projects(), PER_PAGE).get_page(request.GET.get("page"))
    damaged = storage_page.damaged()
    context = {
        "page": page,
        "shares": storage_page.shares(page),
        "passes": storage_page.passes(),
        "damaged": damaged,
        "used": StorageUse.objects.aggregate(sum=Sum("used_bytes"))["sum"] or 0,
        "default_limit": storage_page.default_limit(),
        "may_limit": request.user.is_administrator,
    }
    return render(request, "data/storage.html", context)


@require_POST
def limit(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Say how much a project may keep."""
    project = get_project(request.user, slug)
    if not request.user.is_administrator:
        raise PermissionDenied("Only administrators say how much a project may keep.")
    form = LimitForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Nothing changed for {project.name}: {' '.join(map(str, form.errors['gigabytes']))}")
        return redirect("data:storage")
    use = quotas.set_limit(project, form.limit_bytes, by=request.user)
    may = quotas.limit_of(use)
    messages.success(
        request, f"{project.name} may keep {'as much as it likes' if may is None else readable_size(may)}."
    )
    return redirect("data:storage")
