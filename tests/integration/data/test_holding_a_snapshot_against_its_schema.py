"""Every binding holds the rows against the schema; what breaks it is seen wherever the snapshot is used."""

from typing import Any

from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.models import DataSchema, Dataset, SchemaCheck
from data.services import checks, datasets, documentation_gaps, schemas
from jobs.models import Job
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import ROWS, DatasetFactory
from tests.factories.jobs import work
from tests.factories.schemas import SchemaCheckFactory
from tests.integration.data.test_correcting_a_schema import table_of

BROKEN = {"age": {"maximum": "65"}, "grade": {"allowed_values": "low, high"}}
BROKEN_GAP = "Its rows break its schema: the check names the rules and the rows."


def uploaded(project: Project, by: User, content: bytes = ROWS) -> Dataset:
    return datasets.upload_dataset(
        project,
        file=iter([content]),
        file_name="rows.csv",
        name="Rows",
        split_role="train",
        label_column="target",
        by=by,
    )


def narrowed(project: Project, by: User, client_as: ClientAs, **changes: dict[str, Any]) -> Dataset:
    """An upload whose schema was edited so that some rows break it, checked by a worker."""
    dataset = uploaded(project, by)
    assert dataset.schema is not None
    url = reverse("data:schema-edit", args=[project.slug, dataset.schema_id])
    response = client_as(by).post(url, table_of(dataset.schema, **(changes or BROKEN)) | {"rebind": "on"})
    assert response.status_code == 302
    work()
    dataset.refresh_from_db()
    return dataset


def test_an_upload_is_held_against_the_schema_read_off_it(project: Project, contributor: User) -> None:
    dataset = uploaded(project, contributor)
    check = SchemaCheck.objects.get()
    assert (check.passed, check.job.kind if check.job else "") == (None, "schema-check")
    work()
    check.refresh_from_db()
    assert (check.passed, check.rows_checked, check.failures) == (True, 60, [])
    assert check.job is not None
    assert check.job.state == Job.State.SUCCEEDED
    line = AuditEntry.objects.get(action="schema.checked")
    assert f"{dataset} against {dataset.schema}" in line.body


def test_rows_that_break_an_edited_schema_are_named_and_counted_as_a_gap(
    project: Project, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    dataset = narrowed(project, contributor, client_as)
    check = checks.standing(dataset)
    assert check is not None
    assert check.passed is False
    assert BROKEN_GAP in documentation_gaps(dataset)
    client = client_as(viewer)
    page = client.get(check.get_absolute_url()).content.decode()
    assert "No value is above 65" in page
    assert "Every value is one of “low”, “high”" in page
    assert page.count(">medium<") == 5  # at most five examples of twenty rows
    assert ">20<" in page
    for address in (
        dataset.get_absolute_url(),
        dataset.schema.get_absolute_url() if dataset.schema else "",
    ):
        assert "Rows break it" in client.get(address).content.decode()
    assert "gap" in client.get(reverse("data:index", args=[project.slug])).content.decode()


def test_values_of_sensitive_columns_are_never_shown(
    project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    dataset = narrowed(project, contributor, client_as, age={"maximum": "68", "is_sensitive": "on"})
    url = reverse("data-api:dataset-checks", args=[project.slug, dataset.pk])
    newest = api_as(contributor).get(url).data["results"][0]
    assert newest["passed"] is False
    assert newest["failures"][0]["examples"] == [{"row": 49, "value": "hidden"}]


def test_a_snapshot_is_held_against_another_schema_without_being_bound_to_it(
    project: Project, contributor: User, api_as: ApiAs
) -> None:
    dataset = uploaded(project, contributor)
    work()
    strict = schemas.create_schema(
        project,
        name="Strict",
        fields=[*schemas.drafts_of(dataset.schema), _column("extra")],
        by=contributor,  # type: ignore[arg-type]
    )
    api = api_as(contributor)
    url = reverse("data-api:dataset-checks", args=[project.slug, dataset.pk])
    asked = api.post(url, {"schema": strict.pk})
    assert (asked.status_code, asked.data["passed"]) == (202, None)
    assert api.post(url, {"schema": strict.pk}).data["id"] == asked.data["id"], "a check under way is not doubled"
    work()
    done = api.get(reverse("data-api:check-detail", args=[project.slug, asked.data["id"]])).data
    assert (done["passed"], done["rows_checked"]) == (False, 60)
    assert [(f["column"], f["rule"]) for f in done["failures"]] == [("extra", "missing")]
    dataset.refresh_from_db()
    assert dataset.schema != strict
    assert BROKEN_GAP not in documentation_gaps(dataset), "only the bound schema counts"
    assert AuditEntry.objects.filter(action="schema.check-requested").count() == 1


def _column(key: str) -> Any:
    from data.inference import FieldDraft  # noqa: PLC0415  used here alone

    return FieldDraft(key, "string", "nominal")


def test_a_snapshot_without_schema_or_rows_here_is_not_held_against_anything(
    project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    bare = DatasetFactory(project=project)
    url = reverse("data:dataset-check", args=[project.slug, bare.pk])
    page = client_as(contributor).post(url, follow=True).content.decode()
    assert "No schema describes this snapshot yet. Bind one first." in page
    away = DatasetFactory(project=project, origin=Dataset.Origin.REFERENCE, sha256="", name="Away")
    api = reverse("data-api:dataset-checks", args=[project.slug, away.pk])
    assert api_as(contributor).post(api).status_code == 409
    assert api_as(contributor).post(api, {"schema": 999_999}).status_code == 400
    assert not SchemaCheck.objects.exists()


def test_a_file_that_is_gone_ends_the_check_with_a_sentence(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    dataset = uploaded(project, contributor)
    Dataset.objects.filter(pk=dataset.pk).update(sha256="0" * 64)
    work()
    check = SchemaCheck.objects.get()
    assert check.passed is None
    assert check.job is not None
    assert check.job.state == Job.State.FAILED
    page = client_as(contributor).get(check.get_absolute_url()).content.decode()
    assert "no longer in the storage" in page
    assert AuditEntry.objects.filter(action="schema.check-failed").count() == 1


def test_a_schema_bound_again_is_not_checked_twice(project: Project, contributor: User, client_as: ClientAs) -> None:
    dataset = narrowed(project, contributor, client_as)
    first = DataSchema.objects.get(number=1)
    before = SchemaCheck.objects.count()
    schemas.bind_schema(dataset, schema=first, by=contributor)
    assert SchemaCheck.objects.count() == before
    assert documentation_gaps(dataset) != [BROKEN_GAP]


def test_the_list_of_checks_takes_few_queries(
    project: Project, contributor: User, api_as: ApiAs, django_assert_max_num_queries: Any
) -> None:
    dataset = uploaded(project, contributor)
    for _ in range(30):
        SchemaCheckFactory(dataset=dataset)
    url = reverse("data-api:dataset-checks", args=[project.slug, dataset.pk])
    api = api_as(contributor)
    with django_assert_max_num_queries(9):
        assert len(api.get(url).data["results"]) == 31
