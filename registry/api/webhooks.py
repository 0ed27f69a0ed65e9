from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Pages
from canvas.models import Project
from canvas.roles import Permission
from registry.api.base import RegistryAPIView
from registry.models import Webhook, WebhookDelivery
from registry.services import webhooks
from registry.webhook_serializers import (
    DeliverySerializer,
    SecretSerializer,
    TestSerializer,
    TriedSerializer,
    WebhookSerializer,
)


class WebhookList(RegistryAPIView):
    """Which systems are told what happens to a project's models."""

    pagination_class = Pages

    @extend_schema(responses=WebhookSerializer(many=True), operation_id="webhooks_list")
    def get(self, request: Request, slug: str) -> Response:
        """List webhooks, the latest first."""
        project = self.get_project(slug, needs=Permission.MANAGE_PROJECT)
        return self.page(_webhooks(project), WebhookSerializer)

    @extend_schema(request=WebhookSerializer, responses={201: SecretSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Add a webhook; the answer holds its secret, which is never told again."""
        project = self.get_project(slug, needs=Permission.MANAGE_PROJECT)
        created = webhooks.create(project, by=self.user, **self.sent(WebhookSerializer, project))
        return Response(_with_secret(created.webhook, created.secret), status=status.HTTP_201_CREATED)


class WebhookAPIView(RegistryAPIView):
    """An endpoint of one webhook."""

    def webhook(self, slug: str, webhook_id: UUID) -> Webhook:
        """The webhook with this id, for whoever may manage the project."""
        project = self.get_project(slug, needs=Permission.MANAGE_PROJECT)
        return get_object_or_404(_webhooks(project), pk=webhook_id)


class WebhookDetail(WebhookAPIView):
    """One webhook."""

    @extend_schema(responses=WebhookSerializer)
    def get(self, request: Request, slug: str, webhook_id: UUID) -> Response:
        """Read a webhook."""
        return Response(WebhookSerializer(self.webhook(slug, webhook_id)).data)

    @extend_schema(request=WebhookSerializer(partial=True), responses=WebhookSerializer)
    def patch(self, request: Request, slug: str, webhook_id: UUID) -> Response:
        """Change what is sent; what is left out stays."""
        webhook = self.webhook(slug, webhook_id)
        given = WebhookSerializer(webhook, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        return Response(WebhookSerializer(webhooks.update(webhook, by=self.user, **given.validated_data)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, webhook_id: UUID) -> Response:
        """Tell it nothing any more."""
        webhooks.remove(self.webhook(slug, webhook_id), by=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebhookSecret(WebhookAPIView):
    """A webhook's secret."""

    @extend_schema(request=None, responses=SecretSerializer)
    def post(self, request: Request, slug: str, webhook_id: UUID) -> Response:
        """Make a new secret; the answer holds it, and it is never told again."""
        webhook = self.webhook(slug, webhook_id)
        secret = webhooks.renew_secret(webhook, by=self.user)
        webhook.refresh_from_db()
        return Response(_with_secret(webhook, secret))


class WebhookTest(WebhookAPIView):
    """A test of a webhook."""

    @extend_schema(request=TestSerializer, responses=TriedSerializer)
    def post(self, request: Request, slug: str, webhook_id: UUID) -> Response:
        """Send an example now, and say how it went."""
        webhook = self.webhook(slug, webhook_id)
        sent = self.sent(TestSerializer, webhook.project)
        tried = webhooks.try_out(webhook, by=self.user, **sent)
        return Response({"answered": tried.answered, "problem": tried.problem})


class DeliveryList(WebhookAPIView):
    """What a webhook was sent."""

    pagination_class = Pages

    @extend_schema(responses=DeliverySerializer(many=True), operation_id="webhooks_deliveries_list")
    def get(self, request: Request, slug: str, webhook_id: UUID) -> Response:
        """List deliveries of the last 30 days, the latest first."""
        return self.page(WebhookDelivery.objects.filter(webhook=self.webhook(slug, webhook_id)), DeliverySerializer)


class DeliveryRetry(WebhookAPIView):
    """A delivery that has not arrived."""

    @extend_schema(request=None, responses=DeliverySerializer)
    def post(self, request: Request, slug: str, webhook_id: UUID, delivery_id: UUID) -> Response:
        """Send a delivery again now; one that arrived stays as it is."""
        found = WebhookDelivery.objects.select_related("webhook__project")
        delivery = get_object_or_404(found, pk=delivery_id, webhook=self.webhook(slug, webhook_id))
        webhooks.retry(delivery, by=self.user)
        delivery.refresh_from_db()
        return Response(DeliverySerializer(delivery).data)


def _webhooks(project: Project) -> QuerySet[Webhook]:
    found = Webhook.objects.filter(project=project, removed_at__isnull=True)
    return found.select_related("project", "created_by")


def _with_secret(webhook: Webhook, secret: str) -> dict[str, object]:
    return {**WebhookSerializer(webhook).data, "secret": secret}
