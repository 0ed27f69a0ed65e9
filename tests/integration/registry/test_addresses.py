"""Addresses that name nothing, and values in them that no database column holds."""

import pytest
from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from registry.models import ModelVersion
from tests.conftest import ApiAs, ClientAs

HUGE = 10**30


@pytest.mark.parametrize(
    "path",
    [
        f"models/breast-mass/v{HUGE}/",
        "models/breast-mass/v2/",
        "models/nothing/",
        f"environments/{HUGE}/",
        f"promotions/{HUGE}/",
        "promotions/7/evidence/",
        "promotions/7/evidence.json",
        "runs/0123/",
        "models/breast-mass/v1/artifact/more/",
    ],
)
def test_what_does_not_exist_is_not_found(
    path: str, version: ModelVersion, project: Project, viewer: User, client_as: ClientAs
) -> None:
    assert client_as(viewer).get(f"/p/{project.slug}/{path}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [f"experiment={HUGE}", f"experiment={'9' * 5000}", "experiment=-1", "experiment=x", "page=x", f"page={HUGE}"],
)
def test_a_filter_that_means_nothing_does_no_harm(
    query: str, version: ModelVersion, project: Project, viewer: User, client_as: ClientAs
) -> None:
    url = reverse("registry:run-list", args=[project.slug])
    assert client_as(viewer).get(f"{url}?{query}").status_code == 200


def test_an_open_promotion_has_no_evidence_to_download(
    promotion: object, project: Project, viewer: User, api_as: ApiAs
) -> None:
    assert api_as(viewer).get(reverse("registry-api:promotion-evidence", args=[project.slug, 1])).status_code == 404


def test_ids_beyond_the_column_are_refused(
    version: ModelVersion, project: Project, contributor: User, api_as: ApiAs
) -> None:
    client = api_as(contributor)
    runs = reverse("registry-api:run-list", args=[project.slug])
    assert client.post(runs, {"experiment": "e", "name": "n", "environment": HUGE}).status_code == 400
    promotions = reverse("registry-api:promotion-list", args=[project.slug])
    sent = {"model": "breast-mass", "version": HUGE, "stage": "staging", "reason": "Better."}
    assert client.post(promotions, sent).status_code == 400
    assert client.post(promotions, sent | {"version": 1, "stage": "moon"}).json()["stage"]
    assert client.post(promotions, sent | {"version": 2}).status_code == 404
