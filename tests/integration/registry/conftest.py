from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from registry.models import ModelVersion, PromotionRequest, RegisteredModel, Stage
from tests.conftest import ClientAs
from tests.factories.accounts import PASSWORD
from tests.factories.registry import PromotionFactory, RegisteredModelFactory, ready_version, the_stages

Decide = Callable[..., Any]


@pytest.fixture
def stages(db: None) -> dict[str, Stage]:
    return the_stages()


@pytest.fixture
def model(project: Project, stages: dict[str, Stage]) -> RegisteredModel:
    return RegisteredModelFactory(project=project, name="breast-mass")


@pytest.fixture
def version(model: RegisteredModel, contributor: User) -> ModelVersion:
    """A version of the contributor's that may go to production."""
    return ready_version(model, trained_by=contributor, uploaded_by=contributor)


@pytest.fixture
def promotion(version: ModelVersion, contributor: User, stages: dict[str, Stage]) -> PromotionRequest:
    return PromotionFactory(version=version, stage=stages["production"], requested_by=contributor)


@pytest.fixture
def decide(client_as: ClientAs) -> Decide:
    """Somebody's decision through the page."""

    def post(user: User, promotion: PromotionRequest, verb: str = "approve", **data: str) -> HttpResponse:
        url = reverse(f"registry:promotion-{verb}", args=[promotion.project.slug, promotion.number])
        sent = {"comment": "The evidence holds.", "password": PASSWORD} | data
        return client_as(user).post(url, sent)

    return post
