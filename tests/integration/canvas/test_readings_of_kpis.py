"""Readings of KPIs: by hand, from a file, by a program; corrected, charted, and held against expectations."""

import json
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Kpi, KpiReading, Project
from canvas.services.kpis import smart_of
from evaluation.models import MetricResult
from tests.conftest import ApiAs, ClientAs
from tests.factories.accounts import PASSWORD
from tests.factories.canvas import KpiFactory
from tests.factories.evaluation import EvaluationFactory
from tests.factories.kpis import KpiReadingFactory
from tests.factories.registry import ModelVersionFactory


@pytest.fixture
def kpi(project: Project) -> Kpi:
    kpi: Kpi = KpiFactory(project=project, name="Sensitivity", unit="share")
    return kpi


def page(kpi: Kpi, name: str = "kpi-detail") -> str:
    return reverse(f"canvas:{name}", args=[kpi.project.slug, kpi.pk])


def endpoint(kpi: Kpi, name: str = "reading-list") -> str:
    return reverse(f"canvas-api:{name}", args=[kpi.project.slug, kpi.pk])


def actions(project: Project) -> list[str]:
    return list(AuditEntry.objects.filter(chain=project.chain).order_by("seq").values_list("action", flat=True))


def standing(kpi: Kpi) -> dict[str, float]:
    rows = KpiReading.objects.filter(kpi=kpi, superseded_at__isnull=True)
    return {str(row.measured_on): row.value for row in rows}


def upload(client_as: ClientAs, user: User, kpi: Kpi, content: bytes, **more: str) -> HttpResponse:
    file = SimpleUploadedFile("readings.csv", content, content_type="text/csv")
    answer: HttpResponse = client_as(user).post(page(kpi, "reading-import"), {"file": file, **more})
    return answer


def test_a_reading_is_entered_by_hand_and_charted(kpi: Kpi, contributor: User, client_as: ClientAs) -> None:
    client = client_as(contributor)
    assert "No reading yet" in client.get(page(kpi)).content.decode()
    sent = {"measured_on": "2026-03-31", "value": "0.93", "lower": "0.91", "upper": "0.95", "sample_size": "812"}
    assert client.post(page(kpi, "reading-add"), sent).status_code == 302
    reading = KpiReading.objects.get()
    assert (reading.value, reading.sample_size, reading.origin, reading.recorded_by) == (
        0.93,
        812,
        "manual",
        contributor,
    )
    text = client.get(page(kpi)).content.decode()
    assert "1 reading of Sensitivity from 2026-03-31 to 2026-03-31, the last 0.93; target 0.95, threshold 0.85." in text
    assert actions(kpi.project) == ["kpi-reading.recorded"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"value": ""}, "value"),
        ({"value": "nan"}, "value"),
        ({"value": "inf"}, "value"),
        ({"value": "much"}, "value"),
        ({"measured_on": "2126-01-01"}, "measured_on"),
        ({"measured_on": "31.3.26"}, "measured_on"),
        ({"lower": "0.5"}, "lower"),
        ({"lower": "0.95", "upper": "0.99"}, "lower"),
        ({"sample_size": "0"}, "sample_size"),
    ],
)
def test_a_wrong_reading_is_named_beside_its_field(
    kpi: Kpi, owner: User, client_as: ClientAs, sent: dict[str, str], field: str
) -> None:
    answer = client_as(owner).post(page(kpi, "reading-add"), {"measured_on": "2026-03-31", "value": "0.9"} | sent)
    assert answer.status_code == 422
    assert set(answer.context["reading_form"].errors) == {field}
    assert not KpiReading.objects.exists()
    assert actions(kpi.project) == []


def test_another_value_of_a_day_is_refused_until_it_is_called_a_correction(
    kpi: Kpi, owner: User, client_as: ClientAs
) -> None:
    client = client_as(owner)
    sent = {"measured_on": "2026-03-31", "value": "0.93"}
    client.post(page(kpi, "reading-add"), sent)
    client.post(page(kpi, "reading-add"), sent)
    refused = client.post(page(kpi, "reading-add"), sent | {"value": "0.83"})
    assert refused.status_code == 409
    assert "Other values are stored for 2026-03-31." in refused.content.decode()
    assert 'value="0.83"' in refused.content.decode()
    assert standing(kpi) == {"2026-03-31": 0.93}
    client.post(page(kpi, "reading-add"), sent | {"value": "0.83", "correct": "on"})
    assert standing(kpi) == {"2026-03-31": 0.83}
    assert KpiReading.objects.filter(value=0.93, superseded_at__isnull=False).count() == 1
    assert actions(kpi.project) == ["kpi-reading.recorded", "kpi-reading.corrected"]
    body = json.loads(AuditEntry.objects.get(action="kpi-reading.corrected").body)
    assert body["before"]["readings"][0]["value"] == 0.93
    assert "Corrected" in client.get(page(kpi)).content.decode()


@pytest.mark.parametrize(
    "content",
    [
        b"date,value\n2026-03-31,0.93\n2026-04-30,0.94\n",
        b"\xef\xbb\xbf" + b"date,value\n2026-03-31,0.93\n2026-04-30,0.94\n",
        "date;value;note\r\n31.03.2026;0,93;geprüft\r\n30.04.2026;0,94;\r\n".encode("cp1252"),
    ],
)
def test_a_table_is_uploaded_at_once(kpi: Kpi, owner: User, client_as: ClientAs, content: bytes) -> None:
    assert upload(client_as, owner, kpi, content).status_code == 302
    assert standing(kpi) == {"2026-03-31": 0.93, "2026-04-30": 0.94}
    assert actions(kpi.project) == ["kpi-readings.imported"]


def test_one_bad_line_keeps_the_whole_table_out(kpi: Kpi, owner: User, client_as: ClientAs) -> None:
    content = b"date,value\n2026-03-31,0.93\n2026-04-31,0.94\n2126-01-01,0.95\n"
    answer = upload(client_as, owner, kpi, content)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Line 3: “2026-04-31” is no day of the calendar." in text
    assert "Line 4: 2126-01-01 lies in the future." in text
    assert not KpiReading.objects.exists()
    assert actions(kpi.project) == []


def test_a_table_skips_what_is_known_and_refuses_what_differs(kpi: Kpi, owner: User, client_as: ClientAs) -> None:
    KpiReadingFactory(kpi=kpi, measured_on=date(2026, 3, 31), value=0.93)
    content = b"date,value\n2026-03-31,0.93\n2026-04-30,0.94\n"
    upload(client_as, owner, kpi, content)
    assert len(standing(kpi)) == 2
    other = b"date,value\n2026-03-31,0.5\n2026-05-31,0.95\n"
    answer = upload(client_as, owner, kpi, other)
    assert answer.status_code == 409
    assert "Other values are stored for 2026-03-31." in answer.content.decode()
    assert standing(kpi) == {"2026-03-31": 0.93, "2026-04-30": 0.94}
    upload(client_as, owner, kpi, other, correct="on")
    assert standing(kpi) == {"2026-03-31": 0.5, "2026-04-30": 0.94, "2026-05-31": 0.95}


def test_a_program_sends_one_or_many_and_sending_again_changes_nothing(
    kpi: Kpi, contributor: User, viewer: User, api_as: ApiAs
) -> None:
    api = api_as(contributor)
    one = {"measured_on": "2026-03-31", "value": 0.93, "sample_size": 812}
    assert api.post(endpoint(kpi), one, format="json").json() == {"stored": 1, "corrected": 0, "skipped": 0}
    many = {"readings": [one, {"measured_on": "2026-04-30", "value": 0.94}]}
    assert api.post(endpoint(kpi), many, format="json").json() == {"stored": 1, "corrected": 0, "skipped": 1}
    again = api.post(endpoint(kpi), many, format="json")
    assert (again.status_code, again.json()) == (200, {"stored": 0, "corrected": 0, "skipped": 2})
    assert len(actions(kpi.project)) == 2
    other = one | {"value": 0.5}
    assert api.post(endpoint(kpi), other, format="json").status_code == 409
    assert api.post(endpoint(kpi), other | {"correct": True}, format="json").json()["corrected"] == 1
    listed = api_as(viewer).get(endpoint(kpi)).json()
    assert [(row["measured_on"], row["value"], row["origin"]) for row in listed["results"]] == [
        ("2026-03-31", 0.5, "api"),
        ("2026-04-30", 0.94, "api"),
    ]
    assert api_as(viewer).get(endpoint(kpi) + "?superseded=1").json()["count"] == 3


@pytest.mark.parametrize(
    "sent",
    [
        {"measured_on": "2126-01-01", "value": 1},
        {"measured_on": "2026-01-01", "value": "NaN"},
        {"measured_on": "2026-01-01", "value": "Infinity"},
        {"measured_on": "2026-01-01"},
        {"measured_on": "2026-01-01", "value": 1, "lower": 2, "upper": 3},
        {"readings": []},
        {"readings": "many"},
        {"readings": [{"measured_on": "2026-01-01", "value": 1}, {"measured_on": "2026-01-01", "value": 2}]},
        [1, 2],
    ],
)
def test_a_program_is_told_what_is_wrong_and_nothing_is_stored(kpi: Kpi, owner: User, api_as: ApiAs, sent: Any) -> None:
    assert api_as(owner).post(endpoint(kpi), sent, format="json").status_code == 400
    assert not KpiReading.objects.exists()


def test_a_retired_kpi_takes_no_readings_and_keeps_its_page(
    kpi: Kpi, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    assert api_as(owner).delete(endpoint(kpi, "kpi-detail")).status_code == 204
    sent = {"measured_on": "2026-03-31", "value": "0.93"}
    assert client_as(owner).post(page(kpi, "reading-add"), sent).status_code == 404
    assert api_as(owner).post(endpoint(kpi), sent, format="json").status_code == 404
    assert "Retired" in client_as(owner).get(page(kpi)).content.decode()
    assert actions(kpi.project) == ["kpi.retired"]


def test_the_five_checks_say_what_is_missing_and_count_what_holds(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    bare = KpiFactory(project=project, name="Bare", metric="", baseline_value=None)
    found = smart_of([bare])[bare.pk]
    assert found.score == 0
    assert found.missing == [
        "Add a unit and what one observation is.",
        "Add a metric or a formula, where the figure comes from and a first reading.",
        "The target of 0.95 has nothing beside it. Add a baseline or a reading, or sign why.",
        "Choose the business KPI that it serves, or tie it to block 1.",
        "Add the day by which the target is due.",
    ]
    whole = KpiFactory(
        project=project, name="Whole", unit="share", entity="a case", data_origin="Evaluation", baseline_value=0.8,
        blocks=[1], due_on=date(2126, 1, 1), target_value=0.9,
    )  # fmt: skip
    KpiReadingFactory(kpi=whole, value=0.92)
    assert smart_of([whole])[whole.pk].score == 5
    text = client_as(owner).get(reverse("canvas:kpi-list", args=[project.slug])).content.decode()
    assert "5/5" in text
    assert "0/5" in text
    letters = api_as(owner).get(endpoint(bare, "kpi-smart")).json()
    assert [(check["letter"], check["passed"]) for check in letters] == [(letter, False) for letter in "SMART"]


def test_a_target_outside_the_evidence_is_signed_and_the_signature_falls_with_the_target(
    project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    kpi = KpiFactory(project=project, baseline_value=0.5)
    KpiReadingFactory(kpi=kpi, value=0.6)
    client = client_as(contributor)
    wrong = client.post(page(kpi, "kpi-sign"), {"reason": "A pilot reached it.", "password": "guess"})
    assert wrong.status_code == 422
    assert "This is not your password." in wrong.content.decode()
    client.post(page(kpi, "kpi-sign"), {"reason": "A pilot reached it.", "password": PASSWORD})
    kpi.refresh_from_db()
    assert (kpi.achievable_reason, kpi.achievable_signed_by, kpi.revision) == ("A pilot reached it.", contributor, 2)
    assert smart_of([kpi])[kpi.pk].checks[2].passed
    sealed = kpi.held_to_sha256
    sent = {"name": kpi.name, "kind": "model", "definition": "Share.", "direction": "up", "target_value": 0.99}
    changed = api_as(contributor).put(endpoint(kpi, "kpi-detail"), sent | {"based_on": 2}, format="json")
    assert changed.status_code == 200
    kpi.refresh_from_db()
    assert (kpi.achievable_reason, kpi.achievable_signed_by) == ("", None)
    assert kpi.held_to_sha256 == sealed
    by_program = {"reason": "Published.", "password": PASSWORD}
    assert api_as(contributor).post(endpoint(kpi, "kpi-sign"), by_program, format="json").status_code == 200
    assert api_as(contributor).post(endpoint(kpi, "kpi-sign"), by_program | {"password": "x"}).status_code == 403


def test_a_kpi_is_closed_once_with_its_result(kpi: Kpi, owner: User, client_as: ClientAs, api_as: ApiAs) -> None:
    client = client_as(owner)
    early = client.post(page(kpi, "kpi-close"), {"closed_on": "2126-01-01", "result": "Reached."})
    assert early.status_code == 422
    assert client.post(page(kpi, "kpi-close"), {"closed_on": "2026-03-01", "result": ""}).status_code == 422
    assert client.post(page(kpi, "kpi-close"), {"closed_on": "2026-03-01", "result": "Reached."}).status_code == 302
    again = api_as(owner).post(endpoint(kpi, "kpi-close"), {"closed_on": "2026-03-02", "result": "Missed."})
    assert again.status_code == 409
    kpi.refresh_from_db()
    assert (str(kpi.closed_on), kpi.closed_result) == ("2026-03-01", "Reached.")
    assert actions(kpi.project) == ["kpi.closed"]
    assert smart_of([kpi])[kpi.pk].checks[4].passed


def test_saving_a_kpi_unchanged_makes_no_revision(kpi: Kpi, owner: User, client_as: ClientAs, api_as: ApiAs) -> None:
    read = api_as(owner).get(endpoint(kpi, "kpi-detail")).json()
    sent = {key: value for key, value in read.items() if value is not None} | {"based_on": 1}
    assert api_as(owner).put(endpoint(kpi, "kpi-detail"), sent, format="json").status_code == 200
    typed = {key: value for key, value in sent.items() if not isinstance(value, list)}
    assert client_as(owner).post(page(kpi, "kpi-edit"), typed).status_code == 302
    kpi.refresh_from_db()
    assert kpi.revision == 1
    assert actions(kpi.project) == []


def test_a_model_kpi_that_serves_a_business_kpi_is_held_to_its_expected_sign(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    address = reverse("canvas:kpi-list", args=[project.slug])
    business = KpiFactory(project=project, name="Missed", kind="business", metric="", direction="down")
    model = KpiFactory(project=project, name="Recall", parent=business)
    client = client_as(owner)
    assert not client.get(address).context["is_joined"]
    model.parent_sign = "-"
    model.save()
    waiting = client.get(address)
    assert waiting.context["is_joined"]
    assert "0 common days; 5 are needed." in waiting.content.decode()
    for day in range(1, 9):
        KpiReadingFactory(kpi=model, measured_on=date(2026, 1, day), value=0.1 * day)
        KpiReadingFactory(kpi=business, measured_on=date(2026, 1, day), value=day + day % 2)
    text = client.get(page(model)).content.decode()
    assert "over 8 common days: they were expected to move against each other, and do the opposite." in text
    assert "Contradicted" in client.get(address).content.decode()


def test_a_sign_without_a_kpi_to_move_is_named(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    sent = {
        "name": "R",
        "kind": "model",
        "definition": "D.",
        "direction": "up",
        "target_value": "1",
        "parent_sign": "+",
    }
    answer = client_as(owner).post(reverse("canvas:kpi-create", args=[project.slug]), sent | {"based_on": "0"})
    assert set(answer.context["form"].errors) == {"parent"}
    assert set(api_as(owner).post(reverse("canvas-api:kpi-list", args=[project.slug]), sent).json()) == {"parent"}


def test_the_page_of_a_kpi_asks_a_stated_number_of_times(kpi: Kpi, owner: User, client_as: ClientAs) -> None:
    KpiReadingFactory.create_batch(250, kpi=kpi)
    KpiFactory.create_batch(5, project=kpi.project, parent=kpi)
    client = client_as(owner)
    with CaptureQueriesContext(connection) as queries:
        client.get(page(kpi))
    assert len(queries) <= 13


def test_what_evaluations_measured_counts_as_evidence_for_a_target(project: Project) -> None:
    kpi = KpiFactory(project=project, metric="recall", data_origin="Evaluation", target_value=0.9)
    version = ModelVersionFactory(model__project=project)
    for value in (0.85, 0.93):
        evaluation = EvaluationFactory(version=version)
        MetricResult.objects.create(evaluation=evaluation, subject="model", metric="recall", value=value, n=100)
    checks = smart_of([kpi])[kpi.pk].checks
    assert checks[1].sentence == "It was measured: 2 results of evaluations."
    assert checks[2].sentence == "The target of 0.9 lies within what was seen, 0.85 to 0.93."


@pytest.mark.parametrize("due", [None, date(9999, 12, 31)])
def test_readings_at_the_ends_of_the_calendar_are_drawn(
    kpi: Kpi, due: date | None, owner: User, client_as: ClientAs
) -> None:
    Kpi.objects.filter(pk=kpi.pk).update(due_on=due)
    for day in (date(1, 1, 1), date(2026, 1, 1)):
        KpiReadingFactory(kpi=kpi, measured_on=day, value=0.9)
    shown = client_as(owner).get(page(kpi))
    assert shown.status_code == 200
    assert "<svg" in shown.content.decode()
