from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from outside.client import NotFound, Refused
from registry import webhook_events
from registry.models import Webhook, WebhookDelivery
from registry.services import webhooks
from registry.webhook_forms import WebhookForm, told_of

DELIVERIES_PER_PAGE = 50
State = WebhookDelivery.State


@require_safe
def webhook_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Which systems are told what, and whether it arrives."""
    project = _open(request, slug)
    listed = Webhook.objects.filter(project=project, removed_at__isnull=True).annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=State.WAITING)),
        given_up=Count("deliveries", filter=Q(deliveries__state=State.GIVEN_UP)),
        arrived_at=Max("deliveries__delivered_at"),
    )
    return render(request, "registry/webhook_list.html", {"project": project, "webhooks": listed})


@never_cache
@require_http_methods(["GET", "POST"])
def webhook_create(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Have another system told; the secret is shown on the answer to this only."""
    project = _open(request, slug)
    form = WebhookForm(
        request.POST if request.method == "POST" else None, initial={"status": Webhook.Status.ACTIVE, "events": []}
    )
    if request.method != "POST" or not form.is_valid():
        return _render_form(request, project, form)
    try:
        created = webhooks.create(project, by=request.user, **form.cleaned_data)
    except (Refused, NotFound) as reason:
        form.add_error("url", str(reason))
    except webhooks.TooMany as reason:
        form.add_error(None, str(reason))
    else:
        return _render_detail(request, project, created.webhook, secret=created.secret)
    return _render_form(request, project, form)


@require_safe
def webhook_detail(request: AuthenticatedRequest, slug: str, webhook_id: UUID) -> HttpResponse:
    """One webhook with what it was sent."""
    project = _open(request, slug)
    return _render_detail(request, project, _webhook(project, webhook_id))


@require_http_methods(["GET", "POST"])
def webhook_edit(request: AuthenticatedRequest, slug: str, webhook_id: UUID) -> HttpResponse:
    """Change what a webhook is told, and where."""
    project = _open(request, slug)
    webhook = _webhook(project, webhook_id)
    form = WebhookForm(request.POST if request.method == "POST" else None, initial=told_of(webhook))
    if request.method != "POST" or not form.is_valid():
        return _render_form(request, project, form, webhook)
    try:
        webhooks.update(webhook, by=request.user, **form.cleaned_data)
    except (Refused, NotFound) as reason:
        form.add_error("url", str(reason))
    else:
        messages.success(request, f"{form.cleaned_data['name']} is saved.")
        return redirect("registry:webhook-detail", slug, webhook_id)
    return _render_form(request, project, form, webhook)


@never_cache
@require_POST
def webhook_secret(request: AuthenticatedRequest, slug: str, webhook_id: UUID) -> HttpResponse:
    """Make a new secret; it is shown on the answer to this only."""
    project = _open(request, slug)
    webhook = _webhook(project, webhook_id)
    secret = webhooks.renew_secret(webhook, by=request.user)
    return _render_detail(request, project, _webhook(project, webhook_id), secret=secret)


@require_POST
def webhook_test(request: AuthenticatedRequest, slug: str, webhook_id: UUID) -> HttpResponse:
    """Send an example now, and say how it went."""
    project = _open(request, slug)
    webhook = _webhook(project, webhook_id)
    tried = webhooks.try_out(webhook, by=request.user)
    if tried.problem:
        messages.error(request, f"The test did not arrive. {tried.problem}")
    else:
        messages.success(request, f"The test arrived: {webhook.name} answered {tried.answered}.")
    return redirect("registry:webhook-detail", slug, webhook_id)


@require_POST
def webhook_remove(request: AuthenticatedRequest, slug: str, webhook_id: UUID) -> HttpResponse:
    """Tell this address nothing any more."""
    project = _open(request, slug)
    webhook = _webhook(project, webhook_id)
    webhooks.remove(webhook, by=request.user)
    messages.success(request, f"{webhook.name} is told nothing any more.")
    return redirect("registry:webhook-list", slug)


@require_POST
def delivery_retry(request: AuthenticatedRequest, slug: str, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    """Send a delivery again now."""
    project = _open(request, slug)
    found = WebhookDelivery.objects.select_related("webhook__project")
    delivery = get_object_or_404(found, pk=delivery_id, webhook=_webhook(project, webhook_id))
    webhooks.retry(delivery, by=request.user)
    messages.success(request, "It is sent again within seconds, if a worker is running.")
    return redirect("registry:webhook-detail", slug, webhook_id)


def _open(request: AuthenticatedRequest, slug: str) -> Project:
    return get_project(request.user, slug, needs=Permission.MANAGE_PROJECT)


def _webhook(project: Project, webhook_id: UUID) -> Webhook:
    found = Webhook.objects.filter(project=project, removed_at__isnull=True).select_related("project", "created_by")
    return get_object_or_404(found, pk=webhook_id)


def _render_form(
    request: HttpRequest, project: Project, form: WebhookForm, webhook: Webhook | None = None
) -> HttpResponse:
    context = {"project": project, "form": form, "webhook": webhook}
    return render(request, "registry/webhook_form.html", context, status=422 if form.errors else 200)


def _render_detail(request: HttpRequest, project: Project, webhook: Webhook, *, secret: str = "") -> HttpResponse:
    deliveries = WebhookDelivery.objects.filter(webhook=webhook)
    wanted = request.GET.get("state", "")
    if wanted in State.values:
        deliveries = deliveries.filter(state=wanted)
    context = {
        "project": project,
        "webhook": webhook,
        "secret": secret,
        "labels": [webhook_events.BY_KEY[key].label for key in webhook.events if key in webhook_events.BY_KEY],
        "page": Paginator(deliveries, DELIVERIES_PER_PAGE).get_page(request.GET.get("page")),
        "states": State.choices,
        "wanted": wanted,
    }
    return render(request, "registry/webhook_detail.html", context)
