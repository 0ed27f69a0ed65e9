"""Who may decide a promotion, when, and what moves with it."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import BlockRevision, Project
from canvas.roles import Role
from data import storage
from registry.models import Check, ModelVersion, PromotionRequest, RegisteredModel, Stage, StageAssignment
from registry.services import checks
from tests.conftest import ApiAs, ClientAs
from tests.factories.accounts import PASSWORD
from tests.factories.canvas import MembershipFactory
from tests.factories.registry import PromotionFactory, ready_version, skops_file, stored

Decide = Callable[..., Any]


def test_an_independent_approver_moves_version_stage_and_alias_together(
    promotion: PromotionRequest, approver: User, decide: Decide
) -> None:
    response = decide(approver, promotion)
    assert response.status_code == 302
    promotion.refresh_from_db()
    assert promotion.status == PromotionRequest.Status.APPROVED
    held = StageAssignment.objects.get(version=promotion.version, until_at=None)
    assert (held.stage.key, held.promotion_id) == ("production", promotion.pk)
    assert promotion.version.model.aliases.get(name="champion").version_id == promotion.version_id
    left = StageAssignment.objects.get(version=promotion.version, stage__key="development")
    assert left.until_at == held.from_at == promotion.closed_at


def test_a_replaced_version_is_retired_in_the_same_moment(
    promotion: PromotionRequest, model: RegisteredModel, contributor: User, approver: User, decide: Decide
) -> None:
    decide(approver, promotion)
    newer = ready_version(model, trained_by=contributor, uploaded_by=contributor)
    second = PromotionFactory(version=newer, requested_by=contributor)
    decide(approver, second)
    assert model.aliases.get(name="champion").version == newer
    old = list(
        StageAssignment.objects.filter(version=promotion.version).order_by("pk").values_list("stage__key", flat=True)
    )
    assert old == ["development", "production", "retired"]
    production = StageAssignment.objects.filter(version__model=model, stage__key="production", until_at=None)
    assert [one.version for one in production] == [newer]


def test_a_version_that_leaves_production_gives_up_the_alias(
    promotion: PromotionRequest, stages: dict[str, Stage], contributor: User, approver: User, decide: Decide
) -> None:
    decide(approver, promotion)
    retire = PromotionFactory(version=promotion.version, stage=stages["retired"], requested_by=contributor)
    decide(approver, retire)
    assert not promotion.version.model.aliases.exists()


@pytest.mark.parametrize("part", ["requested_by", "uploaded_by", "trained_by"])
def test_whoever_had_a_part_in_the_version_cannot_decide(
    part: str,
    model: RegisteredModel,
    project: Project,
    contributor: User,
    approver: User,
    decide: Decide,
    api_as: ApiAs,
) -> None:
    people = {"uploaded_by": contributor, "trained_by": contributor, "requested_by": contributor} | {part: approver}
    requester = people.pop("requested_by")
    promotion = PromotionFactory(version=ready_version(model, **people), requested_by=requester)
    api_url = reverse("registry-api:promotion-approve", args=[project.slug, promotion.number])
    sent = {"password": PASSWORD, "comment": "Fine by me."}
    for verb in ("approve", "reject"):
        response = decide(approver, promotion, verb)
        assert response.status_code == 403
        assert "somebody else has to decide" in response.content.decode()
    answer = api_as(approver).post(api_url, sent)
    assert answer.status_code == 403
    assert "somebody else has to decide" in answer.json()["detail"]
    promotion.refresh_from_db()
    assert promotion.is_open
    assert not promotion.votes.exists()


def test_the_page_shows_the_requester_a_disabled_button_with_the_reason(
    model: RegisteredModel, approver: User, client_as: ClientAs
) -> None:
    promotion = PromotionFactory(version=ready_version(model), requested_by=approver)
    page = client_as(approver).get(promotion.get_absolute_url()).content.decode()
    assert "You requested this promotion, so somebody else has to decide." in page
    assert 'name="password"' not in page


@pytest.mark.parametrize("role", [Role.OWNER, Role.CONTRIBUTOR, Role.VALIDATOR, Role.VIEWER])
def test_only_approvers_decide(role: Role, promotion: PromotionRequest, project: Project, decide: Decide) -> None:
    person = MembershipFactory(project=project, role=role).user
    assert decide(person, promotion).status_code == 403
    promotion.refresh_from_db()
    assert promotion.is_open


def test_a_second_approval_is_told_that_the_promotion_is_closed(
    promotion: PromotionRequest, approver: User, project: Project, decide: Decide, api_as: ApiAs
) -> None:
    decide(approver, promotion)
    assert decide(approver, promotion).status_code == 409
    url = reverse("registry-api:promotion-approve", args=[project.slug, promotion.number])
    answer = api_as(approver).post(url, {"password": PASSWORD, "comment": "Again."})
    assert answer.status_code == 409
    assert "is closed" in answer.json()["detail"]
    assert promotion.votes.count() == 1


def test_approval_names_everything_that_is_missing_and_changes_nothing(
    promotion: PromotionRequest, approver: User, decide: Decide
) -> None:
    version = promotion.version
    BlockRevision.objects.create(
        project=promotion.project, block=1, number=2, answers={}, author=promotion.requested_by
    )
    checks.report(version, "kpis_met", status=Check.Status.FAILED, reason="Recall is 0.71, below 0.90.")
    lines = AuditEntry.objects.filter(chain=promotion.project.chain).count()
    response = decide(approver, promotion)
    text = response.content.decode()
    assert response.status_code == 409
    assert "still missing: plan complete and KPI thresholds met" in text
    assert "Recall is 0.71, below 0.90." in text
    assert AuditEntry.objects.filter(chain=promotion.project.chain).count() == lines
    assert not promotion.votes.exists()
    assert StageAssignment.objects.get(version=version).stage.key == "development"


def test_a_damaged_file_is_noticed_at_approval_and_reported(
    promotion: PromotionRequest, approver: User, decide: Decide
) -> None:
    with storage.local_path(promotion.version.artifact_sha256) as path:
        path.write_bytes(b"something else")
    response = decide(approver, promotion)
    assert response.status_code == 409
    assert "model file verified" in response.content.decode()
    assert promotion.version.checks.get(key="artifact_verified").status == Check.Status.FAILED
    stored(skops_file())
    assert decide(approver, promotion).status_code == 302


def test_staging_asks_for_no_evaluation(
    model: RegisteredModel, stages: dict[str, Stage], contributor: User, approver: User, decide: Decide
) -> None:
    version = ready_version(model, uploaded_by=contributor, trained_by=contributor)
    version.checks.filter(key__in=["evaluated_held_out", "kpis_met", "beats_baseline"]).delete()
    refused = PromotionFactory(version=version, stage=stages["production"], requested_by=contributor)
    allowed = PromotionFactory(version=version, stage=stages["staging"], requested_by=contributor)
    assert decide(approver, refused).status_code == 409
    assert decide(approver, allowed).status_code == 302


def test_a_wrong_password_decides_nothing(promotion: PromotionRequest, approver: User, decide: Decide) -> None:
    response = decide(approver, promotion, password="not mine")
    assert response.status_code == 422
    assert "This is not your password" in response.content.decode()
    promotion.refresh_from_db()
    assert promotion.is_open


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(
    promotion: PromotionRequest, approver: User, project: Project, decide: Decide, api_as: ApiAs
) -> None:
    for _ in range(5):
        assert decide(approver, promotion, password="not mine").status_code == 422
    assert decide(approver, promotion).status_code == 429
    url = reverse("registry-api:promotion-approve", args=[project.slug, promotion.number])
    assert api_as(approver).post(url, {"password": PASSWORD, "comment": "Now."}).status_code == 429
    promotion.refresh_from_db()
    assert promotion.is_open
    later = timezone.now() + timedelta(minutes=16)
    with time_machine.travel(later):
        assert decide(approver, promotion).status_code == 302


def test_a_decision_on_evidence_that_changed_since_is_refused(
    promotion: PromotionRequest, approver: User, client_as: ClientAs, decide: Decide
) -> None:
    page = client_as(approver).get(promotion.get_absolute_url())
    seen = page.context["seen"]
    checks.report(promotion.version, "kpis_met", status=Check.Status.PASSED, reason="Measured again.")
    response = decide(approver, promotion, seen=seen)
    assert response.status_code == 409
    assert "The evidence changed after you opened this page" in response.content.decode()
    assert decide(approver, promotion, seen=response.context["seen"]).status_code == 302


def test_the_reason_is_required(promotion: PromotionRequest, approver: User, decide: Decide) -> None:
    assert decide(approver, promotion, comment="  ").status_code == 422
    promotion.refresh_from_db()
    assert promotion.is_open


def test_the_frozen_evidence_verifies_with_nothing_but_sha256(
    promotion: PromotionRequest, approver: User, client_as: ClientAs, decide: Decide
) -> None:
    decide(approver, promotion)
    promotion.refresh_from_db()
    args = [promotion.project.slug, promotion.number]
    file = client_as(approver).get(reverse("registry:promotion-evidence-file", args=args)).content
    assert hashlib.sha256(file).hexdigest() == promotion.evidence_sha256
    manifest = json.loads(file)
    assert manifest["subject"]["version"]["artifact"]["sha256"] == promotion.version.artifact_sha256
    assert [check["status"] for check in manifest["subject"]["checks"]] == ["passed"] * 7
    assert [block["block"] for block in manifest["subject"]["plan"]] == list(range(1, 11))
    assert manifest["decision"]["by"]["username"] == "approver"
    line = AuditEntry.objects.get(action="promotion.approved")
    assert json.loads(line.body)["after"]["evidence_sha256"] == promotion.evidence_sha256
    assert manifest["journal"] == {"chain": line.chain, "seq": line.seq - 1, "hash": line.prev_hash}
    assert (
        "has the digest recorded"
        in client_as(approver).get(reverse("registry:promotion-evidence", args=args)).content.decode()
    )


def test_a_rejection_freezes_the_evidence_and_moves_nothing(
    promotion: PromotionRequest, approver: User, decide: Decide
) -> None:
    version = promotion.version
    checks.report(version, "beats_baseline", status=Check.Status.FAILED, reason="No better than the rule.")
    assert decide(approver, promotion, "reject", comment="The rule does as well.").status_code == 302
    promotion.refresh_from_db()
    assert promotion.status == PromotionRequest.Status.REJECTED
    assert promotion.evidence["decision"]["comment"] == "The rule does as well."
    assert {c["key"]: c["status"] for c in promotion.evidence["subject"]["checks"]}["beats_baseline"] == "failed"
    assert StageAssignment.objects.get(version=version).stage.key == "development"


def test_each_decision_is_one_journal_line(promotion: PromotionRequest, approver: User, decide: Decide) -> None:
    before = AuditEntry.objects.filter(chain=promotion.project.chain).count()
    decide(approver, promotion)
    assert AuditEntry.objects.filter(chain=promotion.project.chain).count() == before + 1


def test_the_requester_withdraws_and_nobody_else(
    promotion: PromotionRequest, project: Project, owner: User, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    url = reverse("registry:promotion-withdraw", args=[project.slug, promotion.number])
    client_as(owner).post(url)
    promotion.refresh_from_db()
    assert promotion.is_open
    api_url = reverse("registry-api:promotion-withdraw", args=[project.slug, promotion.number])
    assert api_as(owner).post(api_url).status_code == 403
    client_as(contributor).post(url)
    promotion.refresh_from_db()
    assert promotion.status == PromotionRequest.Status.WITHDRAWN


def test_an_approved_version_says_so_to_whoever_reads_the_history_by_rest(
    promotion: PromotionRequest, approver: User, viewer: User, decide: Decide, api_as: ApiAs
) -> None:
    decide(approver, promotion)
    promotion.refresh_from_db()
    url = reverse("registry-api:stage-history", args=[promotion.project.slug, "breast-mass"])
    reader = api_as(viewer)
    before = reader.get(url, {"at": promotion.requested_at.isoformat()}).json()["results"]
    after = reader.get(url, {"at": promotion.closed_at.isoformat()}).json()["results"]
    assert [(row["version"], row["stage"]) for row in before] == [(1, "development")]
    assert [(row["version"], row["stage"], row["promotion"]) for row in after] == [(1, "production", 1)]
    for moment in ("yesterday", "0001-01-01T00:00:00+14:00", "2026-13-01T00:00:00Z", "\0"):
        assert reader.get(url, {"at": moment}).status_code == 400, moment
    assert len(reader.get(url).json()["results"]) == 2


def test_requests_carry_a_reason_and_are_not_opened_twice(
    version: ModelVersion,
    project: Project,
    contributor: User,
    client_as: ClientAs,
    api_as: ApiAs,
    stages: dict[str, Stage],
) -> None:
    url = reverse("registry:promotion-create", args=[project.slug, "breast-mass", version.number])
    client = client_as(contributor)
    stage = stages["production"].pk
    assert client.post(url, {"stage": stage, "reason": " "}).status_code == 422
    assert client.post(url, {"stage": stage, "reason": "Better recall."}).status_code == 302
    again = client.post(url, {"stage": stage, "reason": "Better recall."})
    assert again.status_code == 409
    assert "still open" in again.content.decode()
    sent = {"model": "breast-mass", "version": version.number, "stage": "production", "reason": "Better recall."}
    answer = api_as(contributor).post(reverse("registry-api:promotion-list", args=[project.slug]), sent)
    assert answer.status_code == 409
    held = api_as(contributor).post(
        reverse("registry-api:promotion-list", args=[project.slug]), sent | {"stage": "development"}
    )
    assert held.status_code == 409
    assert PromotionRequest.objects.count() == 1
