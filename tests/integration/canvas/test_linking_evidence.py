"""Records that prove what a block says: linked, looked at again, taken away, and what they make of the block."""

import json
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas import evidence
from canvas.blocks import BLOCKS
from canvas.models import EvidenceLink, Kpi, KpiReading, Project
from tests.conftest import ApiAs, ClientAs
from tests.factories.blocks import linked, linked_kpi
from tests.factories.canvas import BlockRevisionFactory, KpiFactory, ProjectFactory
from tests.factories.data import DataSchemaFactory, DatasetFactory, DataSourceFactory, LabelingMethodFactory
from tests.factories.money import CostItemFactory
from tests.factories.registry import ExperimentFactory, ModelVersionFactory, RunFactory

BLOCK = 5


def page(project: Project, number: int = BLOCK) -> str:
    return reverse("canvas:block-evidence", args=[project.slug, number])


def state(project: Project, api_as: ApiAs, number: int = BLOCK) -> tuple[str, list[str]]:
    states = api_as(project.created_by).get(reverse("canvas-api:block-states", args=[project.slug])).json()
    found = states[number - 1]
    assert found["block"] == number
    return found["state"], [reason["sentence"] for reason in found["reasons"]]


def test_a_linked_record_makes_a_block_evidenced_on_every_page_and_in_the_journal(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    kpi = KpiFactory(project=project, name="Recall")
    BlockRevisionFactory(project=project, block=BLOCK, number=1, answers={"primary_metric": "Hit rate"})
    assert state(project, api_as) == ("planned", ["No record is linked yet."])
    client = client_as(owner)
    sent = {"record": f"kpi:{kpi.pk}", "field": "primary_metric", "note": "Agreed in March"}
    assert client.post(page(project), sent).status_code == 302
    assert state(project, api_as)[0] == "evidenced"
    block = client.get(reverse("canvas:block", args=[project.slug, BLOCK])).content.decode()
    assert "KPI: Recall" in block
    assert "Evidenced" in client.get(reverse("canvas:board", args=[project.slug])).content.decode()
    entry = AuditEntry.objects.get(chain=project.chain)
    assert (entry.action, entry.object_label) == ("evidence.linked", "Recall for block 5, “Main measure”")


def test_a_link_taken_away_leaves_its_line_and_its_record(project: Project, owner: User, client_as: ClientAs) -> None:
    kpi, link = linked_kpi(project)
    client_as(owner).post(reverse("canvas:evidence-remove", args=[project.slug, link.pk]))
    assert not EvidenceLink.objects.exists()
    assert Kpi.objects.filter(pk=kpi.pk).exists()
    entry = AuditEntry.objects.get(chain=project.chain)
    assert entry.action == "evidence.unlinked"
    assert json.loads(entry.body)["before"]["record"] == str(kpi.pk)


def test_a_record_that_changed_makes_the_block_stale_until_somebody_looked_again(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    kpi, link = linked_kpi(project)
    Kpi.objects.filter(pk=kpi.pk).update(target_value=0.99)
    found, (reason,) = state(project, api_as)
    assert found == "stale"
    assert f"{kpi.name} has changed since it was linked on" in reason
    client_as(owner).post(reverse("canvas:evidence-renew", args=[project.slug, link.pk]))
    assert state(project, api_as)[0] == "evidenced"
    assert AuditEntry.objects.filter(chain=project.chain, action="evidence.linked").count() == 1


def test_a_record_that_no_longer_holds_or_is_gone_makes_the_block_stale(project: Project, api_as: ApiAs) -> None:
    kpi, link = linked_kpi(project)
    Kpi.objects.filter(pk=kpi.pk).update(retired_at=project.created_at)
    found, (reason,) = state(project, api_as)
    assert (found, f"{kpi.name}: retired on" in reason) == ("stale", True)
    EvidenceLink.objects.filter(pk=link.pk).update(object_id="987654321")
    assert state(project, api_as) == ("stale", [f"{kpi.name} is no longer there."])


def test_a_reading_that_misses_its_threshold_contradicts_the_block(project: Project, api_as: ApiAs) -> None:
    kpi, _ = linked_kpi(project)
    for measured_on, value in ((date(2026, 1, 5), 0.9), (date(2026, 2, 5), 0.71)):
        KpiReading.objects.create(
            kpi=kpi, measured_on=measured_on, value=value, origin="manual", recorded_by=project.created_by
        )
    sentence = f"{kpi.name}: the reading of 5 Feb 2026 was 0.71, which misses its threshold of 0.85."
    assert state(project, api_as) == ("contradicted", [sentence])


def test_one_contradiction_outweighs_any_number_of_proofs(project: Project, api_as: ApiAs) -> None:
    kpi, _ = linked_kpi(project)
    linked_kpi(project)
    linked_kpi(project)
    KpiReading.objects.create(
        kpi=kpi, measured_on=date(2026, 2, 5), value=0.1, origin="manual", recorded_by=project.created_by
    )
    assert state(project, api_as)[0] == "contradicted"


def test_every_room_offers_its_records(project: Project, owner: User, api_as: ApiAs) -> None:
    KpiFactory(project=project)
    DataSourceFactory(project=project)
    DatasetFactory(project=project)
    DataSchemaFactory(project=project)
    LabelingMethodFactory(project=project)
    RunFactory(experiment=ExperimentFactory(project=project))
    ModelVersionFactory(model__project=project)
    api = api_as(owner)
    kinds = [one["key"] for one in api.get(reverse("canvas-api:evidence-kinds", args=[project.slug])).json()]
    assert set(kinds) == {
        "cost",
        "evaluation",
        "feature",
        "kpi",
        "labeling-method",
        "model-version",
        "run",
        "schema",
        "snapshot",
        "source",
    }
    for key in ("kpi", "source", "snapshot", "schema", "labeling-method", "run", "model-version"):
        offered = api.get(reverse("canvas-api:evidence-kind", args=[project.slug, key])).json()
        assert offered, key
        sent = {"kind": key, "record": offered[0]["id"]}
        made = api.post(reverse("canvas-api:evidence-list", args=[project.slug, 2]), sent)
        assert (made.status_code, made.json()["label"]) == (201, offered[0]["label"])
    assert api.get(reverse("canvas-api:evidence-kind", args=[project.slug, "rumour"])).status_code == 404


def test_every_kind_that_a_field_usually_links_is_on_offer() -> None:
    offered = {kind.key for kind in evidence.kinds()}
    for block in BLOCKS:
        for field in block.fields:
            assert set(field.links) <= offered, field.key


def test_a_newer_version_makes_an_older_one_stale(project: Project, api_as: ApiAs) -> None:
    snapshot = DatasetFactory(project=project, name="train", number=1)
    linked(project, "snapshot", str(snapshot.pk), field="test_dataset_rule")
    assert state(project, api_as)[0] == "evidenced"
    DatasetFactory(project=project, name="train", number=2)
    assert state(project, api_as) == ("stale", ["train, snapshot 1: number 2 is newer."])


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "kpi", "record": "0"},
        {"kind": "kpi", "record": "abc"},
        {"kind": "kpi", "record": "9" * 40},
        {"kind": "rumour", "record": "1"},
        {"kind": "kpi"},
        {"kind": "kpi", "record": "1", "field": "no_such_field"},
    ],
)
def test_what_does_not_exist_cannot_be_linked(
    project: Project, owner: User, api_as: ApiAs, sent: dict[str, str]
) -> None:
    url = reverse("canvas-api:evidence-list", args=[project.slug, BLOCK])
    assert api_as(owner).post(url, sent).status_code == 400
    assert not EvidenceLink.objects.exists()
    assert not AuditEntry.objects.filter(chain=project.chain).exists()


def test_a_record_of_another_project_cannot_be_linked(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    elsewhere = KpiFactory(project=ProjectFactory(created_by=owner))
    url = reverse("canvas-api:evidence-list", args=[project.slug, BLOCK])
    refused = api_as(owner).post(url, {"kind": "kpi", "record": str(elsewhere.pk)})
    assert refused.status_code == 400
    assert client_as(owner).post(page(project), {"record": f"kpi:{elsewhere.pk}"}).status_code == 422
    assert not EvidenceLink.objects.exists()


def test_the_same_link_twice_is_refused_and_what_was_typed_stays(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    kpi, _ = linked_kpi(project)
    sent = {"record": f"kpi:{kpi.pk}", "field": "thresholds", "note": "Once more"}
    response = client_as(owner).post(page(project), sent)
    assert response.status_code == 422
    assert "is linked there already" in response.content.decode()
    assert 'value="Once more"' in response.content.decode()
    url = reverse("canvas-api:evidence-list", args=[project.slug, BLOCK])
    assert api_as(owner).post(url, {"kind": "kpi", "record": str(kpi.pk), "field": "thresholds"}).status_code == 409


def test_programs_look_again_and_take_away(project: Project, owner: User, api_as: ApiAs) -> None:
    kpi, link = linked_kpi(project)
    Kpi.objects.filter(pk=kpi.pk).update(target_value=0.99)
    api, url = api_as(owner), reverse("canvas-api:evidence-detail", args=[project.slug, link.pk])
    listed = api.get(reverse("canvas-api:evidence-list", args=[project.slug, BLOCK])).json()
    assert [one["state"] for one in listed] == ["stale"]
    assert api.put(url).json()["fingerprint"] != link.fingerprint
    assert api.delete(url).status_code == 204
    assert api.delete(url).status_code == 404


def test_a_project_without_records_says_where_to_begin(project: Project, owner: User, client_as: ClientAs) -> None:
    shown = client_as(owner).get(page(project)).content.decode()
    assert "This project holds no record yet that could be linked." in shown


def test_a_linked_record_leads_to_its_own_page(project: Project, owner: User, client_as: ClientAs) -> None:
    kpi, _ = linked_kpi(project)
    cost = str(CostItemFactory(project=project).pk)
    block = client_as(owner).get(reverse("canvas:block", args=[project.slug, BLOCK])).content.decode()
    assert f'href="{reverse("canvas:kpi-detail", args=[project.slug, kpi.pk])}"' in block
    assert evidence.kind("cost").find(project, [cost])[cost].url == reverse("canvas:money", args=[project.slug])
