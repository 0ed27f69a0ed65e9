"""Two approvals in the same instant, on a database that really has to choose."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from canvas.roles import Role
from registry.models import PromotionRequest, StageAssignment
from tests.conftest import ApiAs
from tests.factories.accounts import PASSWORD
from tests.factories.canvas import MembershipFactory


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_move_the_version_once(
    promotion: PromotionRequest, approver: User, project: Project, api_as: ApiAs
) -> None:
    other = MembershipFactory(project=project, role=Role.APPROVER).user
    url = reverse("registry-api:promotion-approve", args=[project.slug, promotion.number])
    start = Barrier(2)

    def sign(client: APIClient) -> tuple[int, str]:
        start.wait(timeout=30)
        try:
            answer = client.post(url, {"password": PASSWORD, "comment": "The evidence holds."})
            return answer.status_code, str(answer.json().get("detail", ""))
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as people:
        answers = sorted(people.map(sign, [api_as(approver), api_as(other)]))

    assert [status for status, _ in answers] == [200, 409]
    assert "is closed: approved" in answers[1][1]
    assert promotion.votes.count() == 1
    assert StageAssignment.objects.filter(stage__key="production").count() == 1
    assert promotion.version.model.aliases.count() == 1
    assert AuditEntry.objects.filter(action="promotion.approved").count() == 1
