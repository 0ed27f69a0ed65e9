from typing import Any

from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.models import DataSchema, Dataset
from data.services import datasets
from data.services.schemas import drafts_of
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import ROWS, DataSchemaFactory, DatasetFactory


def uploaded(project: Project, by: User, content: bytes = ROWS, name: str = "Rows") -> Dataset:
    return datasets.upload_dataset(
        project, file=iter([content]), file_name="rows.csv", name=name, split_role="train", label_column="target", by=by
    )


def table_of(schema: DataSchema, **changed: dict[str, Any]) -> dict[str, Any]:
    """What the browser sends for a schema's table, with some cells changed: column name to cells."""
    fields = drafts_of(schema)
    sent: dict[str, Any] = {"c-TOTAL_FORMS": len(fields), "c-INITIAL_FORMS": len(fields), "based_on": schema.pk}
    for n, field in enumerate(fields):
        cells: dict[str, Any] = {
            "key": field.key, "data_type": field.data_type, "order": field.order, "part": field.part,
            "unit": field.unit, "allowed_values": ", ".join(field.allowed_values), "description": field.description,
        }  # fmt: skip
        ticks = {name: "on" for name in ("is_key", "is_nullable", "is_sensitive") if getattr(field, name)}
        sent |= {f"c-{n}-{name}": value for name, value in (cells | ticks | changed.get(field.key, {})).items()}
    return sent


def test_a_corrected_schema_is_the_next_version_and_describes_the_snapshot(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    dataset = uploaded(project, contributor)
    first = dataset.schema
    assert first is not None
    url = reverse("data:schema-edit", args=[project.slug, first.pk])
    changed = {
        "age": {"unit": "years", "is_sensitive": "on"},
        "grade": {"allowed_values": 'low, "medium, or so", high'},
    }
    response = client_as(contributor).post(url, table_of(first, **changed) | {"rebind": "on", "note": "Units added."})
    assert response.status_code == 302, response.content.decode()[:3000]
    second = DataSchema.objects.get(number=2)
    held = {field.key: field for field in second.fields.all()}
    assert (second.inferred, second.note) == (False, "Units added.")
    assert (held["age"].unit, held["age"].is_sensitive) == ("years", True)
    assert held["grade"].allowed_values == ["low", "medium, or so", "high"]
    dataset.refresh_from_db()
    assert dataset.schema == second
    first.refresh_from_db()
    assert first.fields.get(key="age").unit == ""


def test_the_history_says_what_changed(project: Project, contributor: User, viewer: User, client_as: ClientAs) -> None:
    first = uploaded(project, contributor).schema
    assert first is not None
    url = reverse("data:schema-edit", args=[project.slug, first.pk])
    client_as(contributor).post(url, table_of(first, age={"unit": "years", "order": "interval"}))
    text = client_as(viewer).get(DataSchema.objects.get(number=2).get_absolute_url()).content.decode()
    assert "2 changes" in text
    assert "age: unit" in text
    assert "age: order" in text
    line = AuditEntry.objects.get(action="schema.revised")
    assert '"age: order ratio → interval"' in line.body


def test_a_guess_that_somebody_confirms_counts_as_reviewed(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    first = uploaded(project, contributor).schema
    assert first is not None
    url = reverse("data:schema-edit", args=[project.slug, first.pk])
    assert client_as(contributor).post(url, table_of(first)).status_code == 302
    second = DataSchema.objects.get(number=2)
    assert not second.inferred
    # There is nothing more to confirm.
    again = client_as(contributor).post(reverse("data:schema-edit", args=[project.slug, second.pk]), table_of(second))
    assert again.status_code == 422
    assert "Nothing differs from the last version" in again.content.decode()


def test_a_schema_edited_on_an_old_version_is_refused_and_keeps_what_was_typed(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    first = uploaded(project, contributor).schema
    assert first is not None
    url = reverse("data:schema-edit", args=[project.slug, first.pk])
    client_as(owner).post(url, table_of(first, age={"unit": "years"}))
    response = client_as(contributor).post(url, table_of(first, age={"description": "typed late"}))
    text = response.content.decode()
    assert response.status_code == 409
    assert "saved version 2 of this schema in the meantime" in text
    assert "typed late" in text
    assert "years" in text
    assert DataSchema.objects.count() == 2


def test_a_type_that_the_rows_cannot_be_read_as_is_refused(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    first = uploaded(project, contributor).schema
    assert first is not None
    url = reverse("data:schema-edit", args=[project.slug, first.pk])
    wrong = table_of(first, grade={"data_type": "number", "allowed_values": ""}) | {"rebind": "on"}
    response = client_as(contributor).post(url, wrong)
    assert response.status_code == 422
    assert "“grade” cannot be read as number: it holds text." in response.content.decode()
    assert DataSchema.objects.count() == 1
    assert (
        client_as(contributor).post(url, table_of(first, age={"data_type": "number"}) | {"rebind": "on"}).status_code
        == 302
    )


def test_two_labels_and_an_empty_key_are_refused(project: Project, contributor: User, client_as: ClientAs) -> None:
    first = uploaded(project, contributor).schema
    assert first is not None
    url = reverse("data:schema-edit", args=[project.slug, first.pk])
    two = client_as(contributor).post(url, table_of(first, age={"part": "label"}))
    assert "“age” and “target” are both the label" in two.content.decode()
    empty = client_as(contributor).post(url, table_of(first, id={"is_nullable": "on"}))
    assert "“id” is a key, so it may not be empty" in empty.content.decode()
    assert DataSchema.objects.count() == 1


def test_three_hundred_columns_are_edited_in_one_table(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    names = [f"c{n}" for n in range(299)]
    content = ",".join([*names, "target"]).encode() + b"\n" + b",".join([b"1"] * 300) + b"\n"
    first = uploaded(project, contributor, content).schema
    assert first is not None
    url = reverse("data:schema-edit", args=[project.slug, first.pk])
    page = client_as(contributor).get(url)
    assert page.content.count(b'name="c-299-') == 14
    assert client_as(contributor).post(url, table_of(first, c298={"unit": "mm"})).status_code == 302
    assert DataSchema.objects.get(number=2).fields.get(key="c298").unit == "mm"


def test_another_snapshot_of_the_same_columns_uses_the_reviewed_schema(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    first = uploaded(project, contributor).schema
    assert first is not None
    client_as(contributor).post(reverse("data:schema-edit", args=[project.slug, first.pk]), table_of(first))
    other = uploaded(project, contributor, ROWS + b"61,1,low,1\n", name="Test rows")
    assert other.schema == DataSchema.objects.get(name="Rows", number=2)
    assert DataSchema.objects.count() == 2


def test_a_snapshot_is_bound_to_a_schema_that_fits_and_to_no_other(
    project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    dataset = DatasetFactory(project=project)
    fitting, other = DataSchemaFactory(project=project), DataSchemaFactory(project=project, columns={"id": "integer"})
    url = reverse("data:dataset-bind", args=[project.slug, dataset.pk])
    refused = client_as(contributor).post(url, {"schema": other.pk})
    assert refused.status_code == 422
    assert "The schema does not describe “age”, “grade”, “target”" in refused.content.decode()
    assert client_as(contributor).post(url, {"schema": fitting.pk}).status_code == 302
    dataset.refresh_from_db()
    assert dataset.schema == fitting
    api = reverse("data-api:dataset-detail", args=[project.slug, dataset.pk])
    assert api_as(contributor).patch(api, {"schema": other.pk}).status_code == 400


def test_the_api_records_a_schema_and_its_next_version(project: Project, contributor: User, api_as: ApiAs) -> None:
    dataset = DatasetFactory(project=project)
    columns = [
        {"key": key, "data_type": kind, "order": "nominal"}
        for key, kind in {"id": "integer", "age": "number", "grade": "string", "target": "integer"}.items()
    ]
    url = reverse("data-api:schema-list", args=[project.slug])
    client = api_as(contributor)
    made = client.post(url, {"name": "Masses", "fields": columns, "dataset": dataset.pk})
    assert made.status_code == 201, made.content
    assert (made.json()["number"], made.json()["inferred"]) == (1, False)
    assert [field["key"] for field in made.json()["fields"]] == ["id", "age", "grade", "target"]
    dataset.refresh_from_db()
    assert dataset.schema_id == made.json()["id"]
    assert client.post(url, {"name": "Masses", "fields": columns}).status_code == 409
    columns[1]["unit"] = "years"
    assert client.post(url, {"name": "Masses", "based_on": 1, "fields": columns}).json()["number"] == 2
    stale = client.post(url, {"name": "Masses", "based_on": 1, "fields": columns})
    assert stale.status_code == 409
    assert "saved version 2" in stale.json()["detail"]
