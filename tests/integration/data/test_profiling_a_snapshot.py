import json
from datetime import timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.handler import ProfileHandler
from data.models import Dataset, DatasetProfile, RowOverlap
from data.services import profiles
from jobs import services as jobs
from jobs.handlers import Fenced
from jobs.models import Job
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import ROWS
from tests.factories.datasets import profiled, uploaded
from tests.factories.jobs import in_this_thread, work
from tests.integration.data.bad_tables import written

N = 2_000


@pytest.fixture
def frame() -> pd.DataFrame:
    draw = np.random.default_rng(5)
    label = draw.integers(0, 2, N)
    return pd.DataFrame(
        {
            "id": [f"case-{n:05d}" for n in range(N)],
            "age": draw.integers(18, 90, N),
            "score": np.round(draw.normal(label, 1), 4),
            "income": np.where(draw.random(N) < 0.1, np.nan, np.round(draw.lognormal(8, 1, N), 2)),
            "channel": draw.choice(["web", "shop", "phone"], N),
            "seen_on": pd.date_range("2024-01-01", periods=N, freq="3h").strftime("%Y-%m-%d"),
            "target": label,
        }
    )


def content_of(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def column(profile: DatasetProfile, name: str) -> dict:  # type: ignore[type-arg]  # JSON
    return next(column for column in profile.columns if column["name"] == name)


def test_a_profile_starts_by_itself_after_an_upload_and_tells_what_pandas_tells(
    project: Project, contributor: User, frame: pd.DataFrame
) -> None:
    profile = profiled(project, content_of(frame), by=contributor, label_column="target")
    assert profile.rows == N
    age, income, channel = (column(profile, name) for name in ("age", "income", "channel"))
    assert (age["kind"], income["kind"], channel["kind"], column(profile, "seen_on")["kind"]) == (
        "integer", "number", "string", "date",
    )  # fmt: skip
    assert age["numbers"]["mean"] == pytest.approx(frame["age"].mean())
    assert age["numbers"]["sd"] == pytest.approx(frame["age"].std())
    assert age["numbers"]["quantiles"]["0.5"] == frame["age"].median()
    assert income["missing"] == frame["income"].isna().sum()
    assert income["numbers"]["quantiles"]["0.95"] == pytest.approx(frame["income"].quantile(0.95))
    assert dict(map(tuple, channel["top"])) == frame["channel"].value_counts().to_dict()
    assert [column(profile, name)["distinct"] for name in frame] == frame.nunique().tolist()
    assert (column(profile, "seen_on")["moments"]["min"], column(profile, "seen_on")["moments"]["max"]) == (
        frame["seen_on"].min(), frame["seen_on"].max(),
    )  # fmt: skip
    assert sum(income["histogram"]["counts"]) == N - income["missing"]


def test_the_correlation_with_the_label_is_that_of_scipy(
    project: Project, contributor: User, frame: pd.DataFrame
) -> None:
    from scipy import stats  # noqa: PLC0415

    profile = profiled(project, content_of(frame), by=contributor, label_column="target")
    told = column(profile, "score")["label"]
    assert told["measure"] == "Point-biserial r"
    assert told["value"] == pytest.approx(stats.pointbiserialr(frame["target"], frame["score"]).statistic)
    of_ones, of_zeros = (frame.loc[frame["target"] == value, "score"] for value in (1, 0))
    assert told["auc"] == pytest.approx(stats.mannwhitneyu(of_ones, of_zeros).statistic / len(of_ones) / len(of_zeros))
    channel = column(profile, "channel")["label"]
    table = pd.crosstab(frame["channel"], frame["target"]).to_numpy()
    assert channel["measure"] == "Cramér’s V"
    assert channel["value"] == pytest.approx(stats.contingency.association(table, method="cramer"))
    assert channel["n"] == N


def test_the_label_distribution_is_counted(project: Project, contributor: User, frame: pd.DataFrame) -> None:
    profile = profiled(project, content_of(frame), by=contributor, label_column="target")
    counts = {one["value"]: one["count"] for one in profile.label["classes"]}
    assert counts == {str(value): count for value, count in frame["target"].value_counts().items()}


def test_a_regression_label_is_correlated_as_a_number(project: Project, contributor: User, frame: pd.DataFrame) -> None:
    Project.objects.filter(pk=project.pk).update(task=Project.Task.REGRESSION)
    project.refresh_from_db()
    profile = profiled(project, content_of(frame), by=contributor, label_column="income")
    both = frame.dropna()
    told = column(profile, "age")["label"]
    assert told["measure"] == "Pearson’s r"
    assert told["value"] == pytest.approx(np.corrcoef(both["age"], both["income"])[0, 1])
    assert told["n"] == len(both)
    assert column(profile, "channel")["label"]["measure"] == "Correlation ratio η"


def test_parquet_and_csv_of_the_same_rows_have_the_same_profile_and_share_all_rows(
    project: Project, contributor: User, frame: pd.DataFrame
) -> None:
    table = frame.assign(seen_on=pd.to_datetime(frame["seen_on"]).dt.date, target=frame["target"].astype("int8"))
    one = profiled(project, content_of(frame), by=contributor, label_column="target")
    other = profiled(
        project, written(pa.Table.from_pandas(table, preserve_index=False)), by=contributor, name="Test rows",
        split_role="test", file_name="rows.parquet", label_column="target",
    )  # fmt: skip
    for name in ("age", "score", "income", "seen_on"):
        mine, theirs = column(one, name), column(other, name)
        assert (mine["kind"], mine["missing"], mine["distinct"]) == (
            theirs["kind"],
            theirs["missing"],
            theirs["distinct"],
        )
        assert mine["numbers"] == theirs["numbers"]
    overlap = RowOverlap.objects.get()
    assert (overlap.shared, overlap.alike, overlap.first, overlap.second) == (N, N, one.dataset, other.dataset)


def test_shared_rows_are_counted_and_shown_by_their_numbers(
    project: Project, contributor: User, frame: pd.DataFrame
) -> None:
    train, test = frame.iloc[:1_500], frame.iloc[1_490:].copy()
    # Two more rows come again under other identifiers and with other labels.
    again = frame.iloc[[3, 7]].assign(id=["case-x", "case-y"], target=1 - frame.iloc[[3, 7]]["target"])
    test = pd.concat([test, again])
    profiled(project, content_of(train), by=contributor, label_column="target")
    profiled(project, content_of(test), by=contributor, name="Test", split_role="test", label_column="target")
    overlap = RowOverlap.objects.get()
    assert (overlap.shared, overlap.alike) == (10, 12)
    assert (overlap.first_rows, overlap.second_rows) == (1_500, len(test))
    places = {(example["first"], example["second"]) for example in overlap.examples if example["kind"] == "row"}
    assert places <= {(1_491 + n, 1 + n) for n in range(10)}
    assert {(4, len(test) - 1), (8, len(test))} & {
        (example["first"], example["second"]) for example in overlap.examples if example["kind"] == "alike"
    } or overlap.alike == 12


def test_snapshots_with_other_columns_are_compared_by_those_they_share(
    project: Project, contributor: User, frame: pd.DataFrame
) -> None:
    profiled(project, content_of(frame.iloc[:1_000]), by=contributor, label_column="target")
    unlabelled = frame.iloc[990:].drop(columns="target")[["score", "id", "age", "channel", "seen_on", "income"]]
    profiled(project, content_of(unlabelled), by=contributor, name="Test", split_role="test")
    overlap = RowOverlap.objects.get()
    assert overlap.shared == 10
    assert "6 columns that both have; only one has “target”" in overlap.compared


def test_leaks_are_warned_of_in_sentences(project: Project, contributor: User, frame: pd.DataFrame) -> None:
    leaky = frame.assign(
        outcome_code=np.where(frame["target"] == 1, "B-17", "A-04"),
        copied=frame["target"],
        payout=frame["target"] * 100 + np.random.default_rng(1).random(N).round(3),
        version="7.2",
    )
    profile = profiled(project, content_of(leaky), by=contributor, label_column="target")
    texts = {warning["column"]: warning["text"] for warning in profile.warnings}
    assert texts["copied"] == "“copied” repeats the label: it equals “target” in 100 % of the rows."
    assert "“payout” alone predicts the label: ROC AUC 1.000 on 2,000 rows." in texts["payout"]
    assert "“outcome_code” alone predicts the label: its values tell the class of 100 %" in texts["outcome_code"]
    assert "“version” has the same value in every row" in texts["version"]
    assert not {"age", "score", "channel", "target", "id"} & texts.keys()
    assert profile.warnings[0]["kind"] == "leak"


def test_an_identifier_among_the_features_is_warned_of(
    project: Project, contributor: User, frame: pd.DataFrame
) -> None:
    # Neither the first column nor named like a key, so the schema read off the file takes it for a feature.
    renamed = frame.rename(columns={"id": "file"})[["age", "file", "score", "target"]]
    profile = profiled(project, content_of(renamed), by=contributor, label_column="target")
    texts = [warning["text"] for warning in profile.warnings]
    assert texts == ["“file” has a value of its own in every row, like an identifier, and is among the features."]


def test_rows_that_repeat_are_counted(project: Project, contributor: User, frame: pd.DataFrame) -> None:
    twice = pd.concat([frame, frame.iloc[:25]])
    profile = profiled(project, content_of(twice), by=contributor, label_column="target")
    assert any("25 of 2,025 rows repeat another row" in warning["text"] for warning in profile.warnings)


def test_a_test_set_that_is_not_later_is_warned_of(project: Project, contributor: User, frame: pd.DataFrame) -> None:
    profiled(project, content_of(frame.iloc[:1_500]), by=contributor, label_column="target")
    profiled(
        project, content_of(frame.iloc[1_400:]), by=contributor, name="Test", split_role="test", label_column="target"
    )
    (note,) = RowOverlap.objects.get().notes
    assert "“seen_on” runs from 2024-01-01 to 2024-07-06 in Rows, snapshot 1" in note
    assert "the two overlap" in note


def test_a_test_set_that_is_later_is_not(project: Project, contributor: User, frame: pd.DataFrame) -> None:
    profiled(project, content_of(frame.iloc[:1_500]), by=contributor, label_column="target")
    profiled(
        project, content_of(frame.iloc[1_520:]), by=contributor, name="Test", split_role="test", label_column="target"
    )
    assert RowOverlap.objects.get().notes == []


def test_a_profile_ends_with_one_line_in_the_journal(project: Project, contributor: User) -> None:
    before = AuditEntry.objects.filter(chain=project.chain).count()
    profile = profiled(project, ROWS, by=contributor, label_column="target")
    lines = list(AuditEntry.objects.filter(chain=project.chain).order_by("seq")[before:])
    assert [line.action for line in lines][:2] == ["dataset.uploaded", "profile.finished"]
    assert json.loads(lines[1].body)["after"]["sha256"] == profile.sha256 == profile.dataset.sha256


def test_people_ask_for_a_profile_again_and_a_running_one_is_not_doubled(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    dataset = uploaded(project, ROWS, by=contributor)
    client = client_as(contributor)
    address = reverse("data:dataset-profile", args=[project.slug, dataset.pk])
    client.post(address)
    assert dataset.profiles.count() == 1
    work()
    assert client.post(address).status_code == 302
    assert dataset.profiles.count() == 2
    assert AuditEntry.objects.filter(chain=project.chain, action="profile.requested").count() == 1


def test_a_cancelled_profile_leaves_no_result_and_a_line(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    dataset = uploaded(project, ROWS, by=contributor)
    job = Job.objects.get(kind="profile")
    client_as(contributor).post(reverse("jobs:job-cancel", args=[project.slug, job.pk]))
    work()
    assert profiles.newest(dataset) is None
    assert AuditEntry.objects.filter(chain=project.chain, action="profile.cancelled").count() == 1


def test_a_profile_of_a_lost_file_fails_with_a_sentence(project: Project, contributor: User) -> None:
    dataset = uploaded(project, ROWS, by=contributor)
    Dataset.objects.filter(pk=dataset.pk).update(sha256="0" * 64)
    work()
    job = Job.objects.get(kind="profile")
    assert (job.state, job.error) == ("failed", "The file 000000000000… is no longer in the storage.")
    assert AuditEntry.objects.filter(chain=project.chain, action="profile.failed").count() == 1


def test_the_page_shows_the_profile_with_its_warnings_first(
    project: Project, contributor: User, viewer: User, client_as: ClientAs, frame: pd.DataFrame
) -> None:
    train = profiled(project, content_of(frame.iloc[:1_500]), by=contributor, label_column="target")
    profiled(
        project, content_of(frame.iloc[1_490:]), by=contributor, name="Test", split_role="test", label_column="target"
    )
    client = client_as(viewer)
    text = client.get(reverse("data:dataset-profile", args=[project.slug, train.dataset_id])).content.decode()
    assert "10 rows are also in Test, snapshot 1" in text
    assert text.index("10 rows are also in Test") < text.index("income")
    assert "Point-biserial r" in text
    found = client.get(reverse("data:dataset-profile", args=[project.slug, train.dataset_id]), {"q": "chan"})
    assert "channel" in found.content.decode()
    assert "income" not in found.content.decode()


def test_the_api_gives_the_profile_and_queues_a_new_one(
    project: Project, contributor: User, viewer: User, api_as: ApiAs
) -> None:
    profile = profiled(project, ROWS, by=contributor, label_column="target")
    address = reverse("data-api:dataset-profile", args=[project.slug, profile.dataset_id])
    found = api_as(viewer).get(address).json()
    assert (found["rows"], found["state"], found["sha256"]) == (60, "succeeded", profile.sha256)
    assert {column["name"] for column in found["columns"]} == {"id", "age", "grade", "target"}
    assert api_as(viewer).post(address).status_code == 403
    answer = api_as(contributor).post(address)
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    # Until the new one is finished the old one is still the answer.
    assert api_as(viewer).get(address).json()["rows"] == 60


def test_a_worker_that_lost_its_lease_saves_nothing_and_the_next_one_finishes_once(
    project: Project, contributor: User
) -> None:
    dataset = uploaded(project, ROWS, by=contributor)
    lost = jobs.claim(Job.objects.get(kind="profile").pk)
    assert lost is not None
    with in_this_thread(lost) as progress:
        save = ProfileHandler().run(lost.job, progress)
    # The worker is killed here; its lease runs out, and the sweep gives the job to another one.
    Job.objects.filter(pk=lost.job.pk).update(lease_until=timezone.now() - timedelta(minutes=1))
    jobs.sweep()
    with pytest.raises(Fenced):
        jobs.finish(lost, save)
    assert profiles.newest(dataset) is None
    Job.objects.filter(pk=lost.job.pk).update(not_before=timezone.now() - timedelta(minutes=1))
    work()
    assert profiles.newest(dataset) is not None
    assert AuditEntry.objects.filter(chain=project.chain, action="profile.finished").count() == 1


def test_another_role_or_label_profiles_the_rows_again(project: Project, contributor: User, api_as: ApiAs) -> None:
    content = b"size,shape,grade\n" + b"".join(b"%d,%d,%d\n" % (n, n * 7 % 13, n % 2) for n in range(60))
    profiled(project, content, by=contributor)
    dataset = profiled(project, content + b"99,9,1\n", by=contributor, name="Later", split_role="whole").dataset
    assert not RowOverlap.objects.exists()

    url, api = reverse("data-api:dataset-detail", args=[project.slug, dataset.pk]), api_as(contributor)
    for change in ({"split_role": "test"}, {"label_column": "grade"}):
        assert api.patch(url, change | {"based_on": api.get(url).json()["mark"]}).status_code == 200
    # One job for both, because it had not begun.
    assert dataset.profiles.count() == 2
    work()
    assert RowOverlap.objects.get().shared == 60
    found = profiles.newest(dataset)
    assert found is not None
    assert found.label["column"] == "grade"

    assert api.patch(url, {"description": "x", "based_on": api.get(url).json()["mark"]}).status_code == 200
    assert dataset.profiles.count() == 2


def test_a_warning_quotes_no_value_of_a_sensitive_column(project: Project, contributor: User) -> None:
    content = b"age,room\n" + b"".join(b"%s,%s\n" % ((b"Ada", b"Attic") if n % 2 else (b"41", b"7")) for n in range(40))
    dataset = uploaded(project, content, by=contributor)
    assert dataset.schema is not None
    dataset.schema.fields.filter(key="age").update(is_sensitive=True)
    work()
    found = profiles.newest(dataset)
    assert found is not None
    texts = {warning["column"]: warning["text"] for warning in found.warnings if warning["kind"] == "mixed"}
    assert "Attic" in texts["room"]
    assert "20 texts" in texts["age"]
    assert "Ada" not in texts["age"]
