import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.models import LabelAudit, LabelingMethod, LabelSample
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import DatasetFactory, LabelingMethodFactory
from tests.factories.labeling import LabelSampleFactory


@pytest.fixture
def method(project: Project) -> LabelingMethod:
    return LabelingMethodFactory(project=project, name="Reading")


@pytest.fixture
def sample(method: LabelingMethod) -> LabelSample:
    return LabelSampleFactory(method=method)


@pytest.fixture
def api(contributor: User, api_as: ApiAs) -> APIClient:
    return api_as(contributor)


def form(**changed: Any) -> dict[str, Any]:
    said = {"sample_size": 200, "wrong": 4, "drawn": "At random", "audited_on": timezone.localdate().isoformat()}
    return said | changed


def sheet_of(sample: LabelSample, client: Any) -> list[dict[str, str]]:
    answer = client.get(reverse("data:sample-sheet", args=[sample.project.slug, sample.pk]))
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def filled(rows: list[dict[str, str]], wrong: int = 0) -> SimpleUploadedFile:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["row", "label", "wrong", "note"])
    writer.writeheader()
    writer.writerows(row | {"wrong": "yes" if at < wrong else "no"} for at, row in enumerate(rows))
    return SimpleUploadedFile("audit.csv", text.getvalue().encode())


def test_an_audit_estimates_the_error_rate_with_an_interval(
    project: Project, contributor: User, method: LabelingMethod, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    client.post(reverse("data:audit-create", args=[project.slug, method.pk]), form())
    audit = LabelAudit.objects.get()
    # Wilson's interval of 4 in 200, computed by hand: (0.78 %, 5.03 %).
    assert (audit.rate, audit.interval) == (0.02, "wilson")
    assert audit.lower == pytest.approx(0.0078, abs=0.00005)
    assert audit.upper == pytest.approx(0.0503, abs=0.00005)
    text = client.get(method.get_absolute_url()).content.decode()
    assert "4 of 200" in text
    assert "0.8 % to 5.0 %" in text
    assert AuditEntry.objects.get(action="label-audit.recorded").chain == project.chain


def test_a_large_part_of_a_snapshot_is_judged_exactly(method: LabelingMethod, api: APIClient) -> None:
    dataset = DatasetFactory(project=method.project)
    sent = form(method=method.pk, dataset=dataset.pk, sample_size=40, errors=2)
    answer = api.post(reverse("data-api:audit-list", args=[method.project.slug]), sent).json()
    assert (answer["population"], answer["interval"]) == (60, "hypergeometric")
    assert answer["lower"] == pytest.approx(2 / 60)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"wrong": 201}, "cannot be more errors than the 200"),
        ({"population": 100}, "cannot be drawn out of 100"),
        ({"sample_size": 0}, "greater than or equal to 1"),
        ({"wrong": ""}, "Enter a value"),
        ({"audited_on": "2999-01-01"}, "in the future"),
        ({"drawn": ""}, "Enter a value"),
    ],
)
def test_an_audit_that_contradicts_itself_is_refused(
    changed: dict[str, Any],
    words: str,
    project: Project,
    contributor: User,
    method: LabelingMethod,
    client_as: ClientAs,
) -> None:
    url = reverse("data:audit-create", args=[project.slug, method.pk])
    refused = client_as(contributor).post(url, form(note="Kept.") | changed)
    text = refused.content.decode()
    assert refused.status_code == 422
    assert words in text
    assert "Kept." in text
    assert not LabelAudit.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="label").exists()


def test_a_sample_is_drawn_audited_and_drawn_again_by_its_seed(
    project: Project, contributor: User, method: LabelingMethod, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    dataset = DatasetFactory(project=project)
    url = reverse("data:sample-create", args=[project.slug, method.pk])
    assert client.post(url, {"dataset": dataset.pk, "size": 61}).status_code == 422
    client.post(url, {"dataset": dataset.pk, "size": 20})
    sample = LabelSample.objects.get()
    rows = sheet_of(sample, client)
    numbers = [int(row["row"]) for row in rows]
    assert len(set(numbers)) == 20
    assert min(numbers) >= 1
    assert max(numbers) <= 60
    # Row n of the factory's table has the label n modulo 2.
    assert all(row["label"] == str(int(row["row"]) % 2) for row in rows)
    again = LabelSampleFactory(method=method, dataset=dataset, size=20, seed=sample.seed)
    assert sheet_of(again, client) == rows
    page = sample.get_absolute_url()
    said = {"audited_by": "Senior reader", "audited_on": timezone.localdate().isoformat()}
    client.post(page, said | {"file": filled(rows, wrong=3)})
    audit = LabelAudit.objects.get(sample=sample)
    assert (audit.sample_size, audit.errors, audit.population) == (20, 3, 60)
    assert str(sample.seed) in audit.drawn
    twice = client.post(page, said | {"file": filled(rows, wrong=1)})
    assert twice.status_code == 409
    assert "audited already" in twice.content.decode()
    assert LabelAudit.objects.count() == 1


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda rows: rows[1:], "1 of 10 drawn rows are not in the sheet"),
        (lambda rows: [*rows, rows[0] | {"row": "9999"}], "Row 9,999 was not drawn"),
        (lambda rows: [*rows, rows[0]], "stands in the sheet twice"),
        (lambda rows: [row | {"row": "x"} for row in rows], "is no row number"),
    ],
)
def test_a_sheet_of_other_rows_is_refused(
    spoil: Callable[[Any], Any], words: str, contributor: User, sample: LabelSample, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    rows = spoil(sheet_of(sample, client))
    said = {"audited_by": "A", "audited_on": timezone.localdate().isoformat(), "file": filled(rows)}
    refused = client.post(sample.get_absolute_url(), said)
    assert refused.status_code == 422
    assert words in refused.content.decode()
    assert not LabelAudit.objects.exists()


@pytest.mark.parametrize(
    ("verdict", "words"), [("", "10 of 10 rows have no verdict"), ("perhaps", "neither yes nor no")]
)
def test_a_sheet_without_verdicts_is_refused(
    verdict: str, words: str, sample: LabelSample, contributor: User, client_as: ClientAs, api: APIClient
) -> None:
    rows = sheet_of(sample, client_as(contributor))
    text = "row,label,wrong,note\n" + "".join(f"{row['row']},,{verdict},\n" for row in rows)
    url = reverse("data-api:sample-sheet", args=[sample.project.slug, sample.pk])
    file = SimpleUploadedFile("audit.csv", text.encode())
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    answer = api.post(url, {"file": file, "audited_by": "A", "audited_on": yesterday}, format="multipart")
    assert answer.status_code == 400
    assert words in str(answer.json())
    assert not LabelAudit.objects.exists()


def test_the_reckoner_says_how_many_labels_to_audit(
    project: Project, contributor: User, method: LabelingMethod, client_as: ClientAs, api: APIClient
) -> None:
    url = reverse("data:sample-create", args=[project.slug, method.pk])
    text = client_as(contributor).get(url, {"precision": 5, "expected": 50, "population": 10000}).content.decode()
    assert "Audit <b>370</b> labels" in text
    answer = api.get(reverse("data-api:sample-size", args=[project.slug]), {"precision": 0.05})
    assert answer.json() == {"sample_size": 385}
