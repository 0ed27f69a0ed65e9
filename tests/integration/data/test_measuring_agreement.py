import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.models import DisputedRow, LabelAgreement, LabelingMethod
from data.services import agreements
from jobs import runner
from jobs.models import Job
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import BlockRevisionFactory
from tests.factories.data import LabelingMethodFactory
from tests.factories.labeling import TABLE, DisputedRowFactory, LabelAgreementFactory

LONG = b"item,rater,grade,when\n" + b"".join(
    b"%d,%s,%d,2026\n" % (item, rater, (item + (item % 5 == 0 and rater == b"ben")) % 3)
    for rater in (b"ana", b"ben")
    for item in range(1, 21)
)


@pytest.fixture
def method(project: Project) -> LabelingMethod:
    return LabelingMethodFactory(project=project, name="Reading")


@pytest.fixture
def api(contributor: User, api_as: ApiAs) -> APIClient:
    return api_as(contributor)


def table(content: bytes, name: str = "labels.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def measure(api: APIClient, method: LabelingMethod, content: bytes, **said: Any) -> Any:
    url = reverse("data-api:agreement-list", args=[method.project.slug])
    return api.post(url, {"file": table(content), "method": method.pk, **said}, format="multipart")


def test_three_labelers_are_measured_and_their_disputes_listed(
    project: Project, contributor: User, method: LabelingMethod, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    upload = client.post(reverse("data:agreement-create", args=[project.slug, method.pk]), {"file": table(TABLE)})
    layout = client.get(upload["Location"])
    form = layout.context["form"]
    assert form.initial["key_column"] == "case"
    assert form.initial["labelers"] == ["ana", "ben", "cai"]
    chosen = {key: form.initial[key] for key in ("layout", "key_column", "labelers", "scale", "table")}
    done = client.post(upload["Location"].split("?")[0], chosen)
    agreement = LabelAgreement.objects.get()
    assert done["Location"] == agreement.get_absolute_url()
    assert (agreement.rows, agreement.disputed, agreement.labels) == (5, 2, ["no", "yes"])
    assert [row.row_key for row in agreement.disputed_rows.all()] == ["2", "3"]
    text = client.get(agreement.get_absolute_url()).content.decode()
    assert "Krippendorff&#x27;s alpha, nominal" in text
    assert "It asks for the same number of labels in every row" in text
    assert "1 of 15 cells are empty" in text
    entry = AuditEntry.objects.get(action="agreement.measured")
    assert entry.chain == project.chain


def test_a_long_table_is_recognised_and_its_ordinal_labels_weighted(method: LabelingMethod, api: APIClient) -> None:
    answer = measure(api, method, LONG, seed=4).json()
    assert answer["options"]["layout"] == "long"
    assert (answer["scale"], answer["labels"]) == ("ordinal", ["0", "1", "2"])
    assert (answer["rows"], answer["disputed"], answer["labelers"]) == (20, 4, ["ana", "ben"])
    names = [figure["name"] for figure in answer["results"]["pairs"][0]["kappas"]]
    assert names == ["Cohen's kappa", "Cohen's kappa, linear weights", "Cohen's kappa, quadratic weights"]
    again = measure(api, method, LONG, seed=4).json()
    assert again["results"] == answer["results"]
    assert again["number"] == answer["number"] + 1


def test_numbers_that_a_program_wrote_differently_are_one_label(method: LabelingMethod, api: APIClient) -> None:
    answer = measure(api, method, b"id,a,b\n1,1.0,1\n2,,2\n3,2.0,2\n4,1.0,2\n", scale="nominal").json()
    assert answer["labels"] == ["1", "2"]
    assert answer["disputed"] == 1


def test_the_plan_s_target_is_held_against_the_measurement(
    project: Project, viewer: User, method: LabelingMethod, api: APIClient, client_as: ClientAs
) -> None:
    answers = {"agreement_target": {"value": 0.95, "unit": "Krippendorff's alpha"}}
    BlockRevisionFactory(project=project, block=7, number=1, answers=answers)
    number = measure(api, method, TABLE).json()["number"]
    text = client_as(viewer).get(reverse("data:agreement-detail", args=[project.slug, number])).content.decode()
    assert "The plan asks for at least 0.95" in text
    assert "Against the plan" in client_as(viewer).get(method.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("content", "said", "field", "words"),
    [
        (b"id,a\n1,x\n2,y\n", {}, "file", "Agreement needs a column that names"),
        (TABLE, {"labelers": ["ana"]}, "labelers", "at least two labelers"),
        (TABLE, {"labelers": ["ana", "zoe"]}, "labelers", "no column “zoe”"),
        (TABLE, {"key_column": "nothing"}, "key_column", "no column “nothing”"),
        (b"id,a,b\n1,x,y\n1,x,x\n2,y,y\n", {"layout": "wide", "labelers": ["a", "b"]}, "key_column", "more than one row"),
        (b"id,a,b\n1,x,y\n,x,x\n", {}, "key_column", "empty in 1 of 2 rows, first in row 2"),
        (b"id,a,b\n1,,\n2,,\n", {"labelers": ["a", "b"]}, "labelers", "hold no label"),
        (b"id,a,b\n1,x,\n2,y,\n", {"labelers": ["a", "b"]}, "labelers", "Only one of the chosen labelers"),
        (b"id,a,b\n1,x,\n2,,y\n", {"labelers": ["a", "b"]}, "labelers", "nothing to compare"),
        (TABLE, {"scale": "interval"}, "scale", "is not a number"),
        (TABLE, {"scale": "ordinal"}, "order", "from lowest to highest"),
        (TABLE, {"scale": "ordinal", "order": ["no"]}, "order", "leaves out “yes”"),
        (LONG + b"1,ana,2,2026\n", {}, "labeler_column", "labelled “1” more than once"),
        (b"id,rater,label\n1,ana,x\n2,ana,y\n", {}, "labeler_column", "Only one labeler is named"),
        (b"id,rater,label\n1,ana,x\n1,,y\n", {}, "labeler_column", "Row 2 does not name its labeler"),
        (b"", {}, "file", "empty"),
        (b"\x00\x01", {}, "file", "NUL"),
        (b"id,id,a\n1,2,3\n", {}, "file", "more than one column"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_measured_is_refused_in_words(
    content: bytes, said: dict[str, Any], field: str, words: str, method: LabelingMethod, api: APIClient
) -> None:
    answer = measure(api, method, content, **said)
    assert answer.status_code == 400, answer.json()
    assert words in answer.json()["errors"][field][0] if "errors" in answer.json() else words in answer.json()[field][0]
    assert not LabelAgreement.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="agreement").exists()


def test_ten_thousand_different_values_are_no_labels(method: LabelingMethod, api: APIClient) -> None:
    rows = b"id,a,b\n" + b"".join(b"%d,v%d,v%d\n" % (n, n, n + 1) for n in range(10_000))
    answer = measure(api, method, rows, layout="wide", labelers=["a", "b"], scale="nominal")
    assert answer.status_code == 400
    assert "10,001 different values" in str(answer.json())


def test_labels_that_are_all_alike_have_no_kappa_and_the_page_says_why(
    project: Project, viewer: User, method: LabelingMethod, api: APIClient, client_as: ClientAs
) -> None:
    answer = measure(api, method, b"id,a,b\n1,x,x\n2,x,x\n3,x,x\n").json()
    assert answer["results"]["alpha"][0]["value"] is None
    page = client_as(viewer).get(reverse("data:agreement-detail", args=[project.slug, answer["number"]]))
    text = page.content.decode()
    assert "chance alone explains all agreement" in text
    assert "nan" not in re.sub(r"<[^>]+>", "", text).lower().split()
    assert "Labelers agree on every row." in text


def test_labels_that_differ_only_in_case_are_different_until_somebody_says_otherwise(
    method: LabelingMethod, api: APIClient
) -> None:
    rows = b"id,a,b\n1,Yes,yes\n2,no,no\n3,yes,yes \n"
    apart = measure(api, method, rows).json()
    assert apart["disputed"] == 2
    assert "count as different: “Yes” and “yes” and “yes ”" in apart["results"]["notes"][0]
    folded = measure(api, method, rows, is_folded=True).json()
    assert folded["disputed"] == 0
    assert "count as one" in folded["results"]["notes"][0]


def test_a_wrong_choice_of_columns_keeps_the_uploaded_table(
    project: Project, contributor: User, method: LabelingMethod, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    upload = client.post(reverse("data:agreement-create", args=[project.slug, method.pk]), {"file": table(TABLE)})
    form = client.get(upload["Location"]).context["form"]
    chosen = {key: form.initial[key] for key in ("layout", "key_column", "scale", "table")} | {"labelers": ["ana"]}
    refused = client.post(upload["Location"].split("?")[0], chosen)
    assert refused.status_code == 422
    assert "at least two labelers" in refused.content.decode()
    assert client.post(upload["Location"].split("?")[0], chosen | {"labelers": ["ana", "ben"]}).status_code == 302
    assert LabelAgreement.objects.count() == 1


def test_nobody_reads_a_stored_file_by_a_seal_that_was_made_for_somebody_else(
    project: Project, owner: User, contributor: User, method: LabelingMethod, client_as: ClientAs
) -> None:
    upload = client_as(contributor).post(
        reverse("data:agreement-create", args=[project.slug, method.pk]), {"file": table(TABLE)}
    )
    assert client_as(contributor).get(upload["Location"]).status_code == 200
    assert client_as(owner).get(upload["Location"]).status_code == 302
    assert client_as(contributor).get(upload["Location"] + "x").status_code == 302


def test_a_large_table_is_measured_by_a_job(
    project: Project, viewer: User, method: LabelingMethod, api: APIClient, client_as: ClientAs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(agreements, "CELLS_AT_ONCE", 10)
    answer = measure(api, method, TABLE).json()
    assert (answer["state"], answer["results"]) == ("queued", {})
    page = reverse("data:agreement-detail", args=[project.slug, answer["number"]])
    assert "Waiting for a worker" in client_as(viewer).get(page).content.decode()
    runner.run_due()
    agreement = LabelAgreement.objects.get()
    assert agreement.disputed == DisputedRow.objects.count() == 2
    assert agreement.job is not None
    assert agreement.job.state == Job.State.SUCCEEDED
    assert "Krippendorff" in client_as(viewer).get(page).content.decode()
    actions = AuditEntry.objects.filter(action__startswith="agreement").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["agreement.requested", "agreement.measured"]


def test_a_job_says_why_a_large_table_could_not_be_measured(
    project: Project, viewer: User, method: LabelingMethod, api: APIClient, client_as: ClientAs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(agreements, "CELLS_AT_ONCE", 2)
    number = measure(api, method, b"id,a,b\n1,x,y\n1,x,x\n", layout="wide", labelers=["a", "b"]).json()["number"]
    runner.run_due()
    text = client_as(viewer).get(reverse("data:agreement-detail", args=[project.slug, number])).content.decode()
    assert "Nothing was measured." in text
    assert "stands in more than one row" in text
    assert not LabelAgreement.objects.get().results
    assert AuditEntry.objects.filter(action="agreement.failed").exists()


# ---------- disputed rows ----------


@pytest.fixture
def row(method: LabelingMethod) -> DisputedRow:
    return DisputedRowFactory(agreement=LabelAgreementFactory(method=method), row_key="3")


def decide(row: DisputedRow) -> str:
    return reverse("data:disputed-decide", args=[row.agreement.project.slug, row.agreement.number, row.pk])


def test_a_disputed_row_is_decided_and_exported(
    project: Project, contributor: User, row: DisputedRow, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    client.post(decide(row), {"label": "0", "reason": "The biopsy says so.", "based_on": ""})
    row.refresh_from_db()
    assert (row.decided_label, row.reason, row.decided_by) == ("no", "The biopsy says so.", contributor)
    listed = client.get(reverse("data:disputed-list", args=[project.slug, row.agreement.number])).content.decode()
    assert "1 of 1 are decided" in listed
    answer = client.get(reverse("data:adjudicated", args=[project.slug, row.agreement.number]))
    assert answer["Content-Disposition"].startswith("attachment")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # it streams
    assert lines[0] == "case,ana,ben,cai,label,how,reason,decided_by,decided_at"
    assert lines[1].startswith("1,yes,yes,yes,yes,agreed")
    assert lines[2].startswith("2,no,no,yes,,disputed")
    assert lines[3].startswith("3,yes,no,no,no,decided,The biopsy says so.,contributor,")
    assert lines[5].startswith("5,yes,yes,,yes,agreed")
    entry = AuditEntry.objects.get(action="dispute.decided")
    assert entry.chain == project.chain


def test_no_label_may_be_right_if_somebody_says_why(contributor: User, row: DisputedRow, client_as: ClientAs) -> None:
    client = client_as(contributor)
    refused = client.post(decide(row), {"label": "none", "reason": "", "based_on": ""})
    assert refused.status_code == 422
    assert "Say why no label is right." in refused.content.decode()
    client.post(decide(row), {"label": "none", "reason": "The picture is blurred.", "based_on": ""})
    row.refresh_from_db()
    assert (row.decided_label, row.decided_at is not None) == ("", True)


def test_whoever_labelled_a_row_does_not_settle_it(
    project: Project, contributor: User, method: LabelingMethod, client_as: ClientAs
) -> None:
    mine = DisputedRowFactory(agreement=LabelAgreementFactory(method=method), labels={"Contributor": "yes", "b": "no"})
    refused = client_as(contributor).post(decide(mine), {"label": "0", "reason": "", "based_on": ""})
    assert refused.status_code == 422
    assert "does not settle it" in refused.content.decode()
    mine.refresh_from_db()
    assert mine.decided_at is None
    assert not AuditEntry.objects.filter(action="dispute.decided").exists()


def test_two_deciders_at_once_both_keep_their_words(
    owner: User, contributor: User, row: DisputedRow, client_as: ClientAs
) -> None:
    client_as(owner).post(decide(row), {"label": "0", "reason": "Mine.", "based_on": ""})
    late = client_as(contributor).post(decide(row), {"label": "1", "reason": "My own reason.", "based_on": ""})
    text = late.content.decode()
    assert late.status_code == 409
    assert "Owner decided this row in the meantime" in text
    assert "My own reason." in text
    row.refresh_from_db()
    assert row.decided_label == "no"


def test_a_row_is_decided_through_the_api(project: Project, row: DisputedRow, api: APIClient) -> None:
    url = reverse("data-api:disputed-detail", args=[project.slug, row.agreement.number, row.pk])
    first = api.put(url, {"label": "yes", "reason": "Seen again."}, format="json")
    assert first.json()["decided_label"] == "yes"
    assert api.put(url, {"label": "no"}, format="json").status_code == 409
    assert api.put(url, {"label": "maybe", "based_on": first.json()["decided_at"]}, format="json").status_code == 400
    again = api.put(url, {"label": "no", "based_on": first.json()["decided_at"]}, format="json")
    assert again.json()["decided_label"] == "no"
    listed = api.get(reverse("data-api:disputed-list", args=[project.slug, row.agreement.number]), {"decided": "false"})
    assert listed.json()["count"] == 0


def test_the_list_of_disputed_rows_takes_few_queries(
    project: Project, viewer: User, method: LabelingMethod, client_as: ClientAs,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:  # fmt: skip
    agreement = LabelAgreementFactory(method=method)
    DisputedRowFactory.create_batch(60, agreement=agreement)
    client = client_as(viewer)
    with django_assert_max_num_queries(14):
        client.get(reverse("data:disputed-list", args=[project.slug, agreement.number]))


def test_a_spreadsheet_computes_nothing_in_the_export(
    project: Project, row: DisputedRow, owner: User, client_as: ClientAs
) -> None:
    client = client_as(owner)
    client.post(decide(row), {"label": "0", "reason": "=1+1", "based_on": ""})
    answer = client.get(reverse("data:adjudicated", args=[project.slug, row.agreement.number]))
    assert b",'=1+1," in io.BytesIO(b"".join(answer.streaming_content)).read()  # type: ignore[attr-defined]  # it streams


def test_a_table_from_a_spreadsheet_in_another_encoding_is_read(method: LabelingMethod, api: APIClient) -> None:
    rows = "fall;jürgen;anna\n1;gutartig;gutartig\n2;bösartig;gutartig\n3;bösartig;bösartig\n".encode("cp1252")
    answer = measure(api, method, rows).json()
    assert answer["labelers"] == ["jürgen", "anna"]
    assert (answer["labels"], answer["disputed"]) == (["bösartig", "gutartig"], 1)
