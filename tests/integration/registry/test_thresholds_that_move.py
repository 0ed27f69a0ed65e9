"""A verdict speaks of the thresholds it was judged by: when those move, the gate says so and stays closed."""

import pytest

from accounts.models import User
from canvas.models import Kpi, Project
from canvas.services import kpis
from registry.evidence import kpi_evidence
from registry.models import Check, ModelVersion
from registry.services import checks, gates
from registry.services.gates import Gate
from tests.factories.canvas import KpiFactory
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory


@pytest.fixture
def kpi(project: Project) -> Kpi:
    return KpiFactory(project=project, name="Sick cases found", metric="recall", threshold=0.5)


@pytest.fixture
def version(project: Project, kpi: Kpi) -> ModelVersion:
    version = ModelVersionFactory(model=RegisteredModelFactory(project=project))
    report(version, kpi, Check.Status.PASSED)
    return version


def report(version: ModelVersion, kpi: Kpi, status: str) -> None:
    judged = kpi_evidence(
        kpi.pk, name=kpi.name, revision=kpi.revision, sha256=kpi.held_to_sha256, slug=kpi.project.slug
    )
    checks.report(version, "kpis_met", status=status, reason="Judged.", evidence=[judged])


def kpis_gate(version: ModelVersion) -> Gate:
    fresh = ModelVersion.objects.get(pk=version.pk)
    return next(gate for gate in gates.gates_before("production", fresh) if gate.requirement.key == "kpis_met")


def change(kpi: Kpi, *, by: User, **fields: object) -> None:
    kpis.change_kpi(kpi, by=by, based_on=Kpi.objects.get(pk=kpi.pk).revision, **fields)


def test_a_gate_holds_while_the_thresholds_are_those_it_was_judged_by(version: ModelVersion) -> None:
    assert kpis_gate(version).holds


def test_a_changed_threshold_closes_the_gate_until_the_next_evaluation(
    version: ModelVersion, kpi: Kpi, owner: User
) -> None:
    change(kpi, by=owner, threshold=0.6)
    gate = kpis_gate(version)
    assert gate.status == Check.Status.UNKNOWN
    assert gate.reason == "Sick cases found changed after the version was judged. Evaluate it again."


def test_a_new_threshold_closes_the_gate(version: ModelVersion, project: Project) -> None:
    KpiFactory(project=project, name="Healthy cases left alone", metric="specificity", threshold=0.4)
    assert "Healthy cases left alone" in kpis_gate(version).reason


def test_a_retired_threshold_closes_the_gate(version: ModelVersion, kpi: Kpi, owner: User) -> None:
    kpis.retire_kpi(kpi, by=owner)
    assert kpis_gate(version).reason == "A threshold was retired after the version was judged. Evaluate it again."


def test_a_lowered_threshold_does_not_open_a_failed_gate(version: ModelVersion, kpi: Kpi, owner: User) -> None:
    report(version, kpi, Check.Status.FAILED)
    change(kpi, by=owner, threshold=0.1)
    assert not kpis_gate(version).holds


def test_another_wording_leaves_the_gate_as_it_is(version: ModelVersion, kpi: Kpi, owner: User) -> None:
    change(kpi, by=owner, definition="Share of sick cases that are flagged.", owner="Clinic")
    assert kpis_gate(version).holds
