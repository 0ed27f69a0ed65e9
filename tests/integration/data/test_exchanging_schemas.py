"""Schemas from and for other tools, through pages and API; and what changed between versions."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.contracts import odcs
from data.models import DataSchema
from data.services.schemas import drafts_of
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import DataSchemaFactory, DatasetFactory
from tests.factories.schemas import EVERYTHING, schema_of
from tests.integration.data.test_correcting_a_schema import table_of


def contract(**changes: Any) -> bytes:
    told = odcs.export(EVERYTHING, name="Visits", number=1, identifier="x:visits", is_draft=False, extras={})
    told |= {"team": {"name": "Ward"}}
    return json.dumps(told | changes).encode()


def sent(content: bytes, name: str = "contract.yaml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_contract_becomes_a_schema_and_goes_out_again_the_same(
    project: Project, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    url = reverse("data:schema-import", args=[project.slug])
    response = client_as(contributor).post(url, {"file": sent(contract()), "note": "From the ward."})
    schema = DataSchema.objects.get()
    assert response["Location"] == schema.get_absolute_url()
    assert (schema.name, schema.imported_from, schema.inferred, schema.note) == (
        "Visits",
        "ODCS",
        False,
        "From the ward.",
    )
    assert drafts_of(schema) == EVERYTHING
    assert '"format":"ODCS"' in AuditEntry.objects.get(action="schema.imported").body

    out = reverse("data:schema-export", args=[project.slug, schema.pk, "odcs.yaml"])
    download = client_as(viewer).get(out)
    assert download["Content-Disposition"] == 'attachment; filename="visits-v1.odcs.yaml"'
    told = yaml.safe_load(download.content)
    assert (told["apiVersion"], told["team"], told["id"]) == ("v3.1.0", {"name": "Ward"}, "x:visits")
    assert yaml.safe_load(client_as(viewer).get(f"{out}?version=v3.2.0").content)["apiVersion"] == "v3.2.0"
    assert client_as(viewer).get(f"{out}?version=v9").status_code == 404
    assert client_as(viewer).get(out.replace("odcs.yaml", "exe")).status_code == 404


def test_an_import_under_a_name_in_use_is_the_next_version_with_its_verdict(
    project: Project, contributor: User, api_as: ApiAs
) -> None:
    first = schema_of(EVERYTHING[:-1], project=project, name="Visits")
    dataset = DatasetFactory(project=project, schema=first)
    api, url = api_as(contributor), reverse("data-api:schema-import", args=[project.slug])
    made = api.post(url, {"file": sent(contract())}, format="multipart")
    assert (made.status_code, made.data["number"], made.data["imported_from"]) == (201, 2, "ODCS")
    dataset.refresh_from_db()
    assert dataset.schema == first, "snapshots stay bound to what they are bound to"
    told = api.get(reverse("data-api:schema-diff", args=[project.slug, made.data["id"]])).data
    assert (told["before"], told["after"], told["verdict"]) == (1, 2, "compatible")
    assert [(c["column"], c["rule"]) for c in told["changes"]] == [("seen_at", "column-added")]
    again = api.post(url, {"file": sent(contract())}, format="multipart")
    assert again.status_code == 409
    assert "says already" in again.json()["detail"]
    assert json.loads(AuditEntry.objects.get(action="schema.imported").body)["after"]["verdict"] == "compatible"


def test_columns_without_a_stated_order_wait_for_a_review(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    text = '{"fields": [{"name": "a", "type": "number"}, {"name": "b"}]}'
    url = reverse("data:schema-import", args=[project.slug])
    page = client_as(contributor).post(url, {"text": text, "name": "Pasted"}, follow=True).content.decode()
    assert DataSchema.objects.get().inferred
    assert "The file states no order of measurement for 2 of them" in page
    assert "Imported, to review" in page


BAD: list[tuple[bytes, list[str]]] = [
    (b"- not\n- a mapping\n", ["no mapping"]),
    (contract(apiVersion="v2.2.0"), ["“v2.2.0”; versions 3.0 to 3.2"]),
    (b'{"hello": "world"}', ["neither a data contract", "nor a table schema"]),
    (
        b'{"fields": [{"name": "a", "type": "geojson"}, {"name": "b", "type": "money"}, {"name": "c"}]}',
        ["2 things to mend", "“a”, type: “geojson” cannot be held", "“b”, type: “money” cannot be held"],
    ),
    (b'{"fields": [{"name": "a"}, {"name": "a"}]}', ["“a” names more than one column"]),
    (b"a: &x [1]\nb: *x\n", ["references are not followed"]),
    (b'{"fields": [{"name": "a", "constraints": {"pattern": "(a+)+\\\\1"}}]}', ["cannot be used"]),
    (b"", ["empty"]),
]


@pytest.mark.parametrize(("content", "said"), BAD)
def test_a_file_that_cannot_be_used_is_answered_and_nothing_is_kept(
    content: bytes,
    said: list[str],
    project: Project,
    contributor: User,
    client_as: ClientAs,
    api_as: ApiAs,
    nothing_changes: Callable[[], None],
) -> None:
    before = AuditEntry.objects.count()
    url = reverse("data:schema-import", args=[project.slug])
    response = client_as(contributor).post(url, {"file": sent(content), "name": "typed before"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "typed before" in page
    for words in said:
        assert words in page
    api = api_as(contributor).post(
        reverse("data-api:schema-import", args=[project.slug]), {"file": sent(content)}, format="multipart"
    )
    assert api.status_code == 400
    assert api.json()["file"]
    assert AuditEntry.objects.filter(chain=project.chain).count() <= before
    nothing_changes()


def test_neither_file_nor_text_is_answered_beside_the_field(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    response = client_as(contributor).post(reverse("data:schema-import", args=[project.slug]), {"name": "x"})
    assert response.status_code == 422
    assert "Choose a file, or paste its text below." in response.content.decode()


def test_the_page_of_changes_judges_each_of_them(
    project: Project, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    first = DataSchemaFactory(project=project, name="Rows")
    url = reverse("data:schema-edit", args=[project.slug, first.pk])
    changed = {"age": {"unit": "years", "order": "ratio"}, "grade": {"description": "As read"}}
    said = client_as(contributor).post(url, table_of(first, **changed), follow=True).content.decode()
    assert "Version 2 of the schema Rows is recorded. Breaking for readers: 1 of 3 changes." in said
    second = DataSchema.objects.get(number=2)
    page = client_as(viewer).get(reverse("data:schema-diff", args=[project.slug, second.pk])).content.decode()
    assert "Breaking for readers: 1 of 3 changes." in page
    assert "Means and comparisons change meaning." in page
    assert "Unit stated for the first time" in page
    assert "How changes are judged" in page
    alone = client_as(viewer).get(reverse("data:schema-diff", args=[project.slug, first.pk])).content.decode()
    assert "This is the first version." in alone
    wrong = reverse("data:schema-diff", args=[project.slug, second.pk])
    assert client_as(viewer).get(f"{wrong}?from=9").status_code == 404
    assert json.loads(AuditEntry.objects.get(action="schema.revised").body)["after"]["verdict"] == "breaking"


def test_changes_are_shown_before_they_are_saved(project: Project, contributor: User, client_as: ClientAs) -> None:
    first = DataSchemaFactory(project=project)
    url = reverse("data:schema-edit", args=[project.slug, first.pk])
    posted = table_of(first, age={"minimum": "0", "maximum": "120"}) | {"preview": "1", "note": "kept"}
    response = client_as(contributor).post(url, posted)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Breaking for writers: 2 of 2 changes. Nothing is saved yet." in page
    assert 'value="120"' in page
    assert 'value="kept"' in page
    assert DataSchema.objects.count() == 1
    wrong = client_as(contributor).post(url, table_of(first, age={"minimum": "9", "maximum": "1"}) | {"preview": "1"})
    assert "The minimum of “age” is above its maximum. Swap them." in wrong.content.decode()


def test_ranges_patterns_and_classes_are_edited_in_the_table(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    first = DataSchemaFactory(project=project)
    url = reverse("data:schema-edit", args=[project.slug, first.pk])
    changed = {
        "age": {"minimum": "0.5", "maximum": "120"},
        "grade": {"pattern": "[a-z]+", "classification": "internal"},
    }
    assert client_as(contributor).post(url, table_of(first, **changed)).status_code == 302
    held = {field.key: field for field in DataSchema.objects.get(number=2).fields.all()}
    assert (held["age"].minimum, held["age"].maximum) == (0.5, 120)
    assert (held["grade"].pattern, held["grade"].classification) == ("[a-z]+", "internal")
    bad = client_as(contributor).post(
        reverse("data:schema-edit", args=[project.slug, DataSchema.objects.get(number=2).pk]),
        table_of(DataSchema.objects.get(number=2), grade={"pattern": "(?=x)"}),
    )
    assert bad.status_code == 422
    assert "Look-around and back-references are not supported." in bad.content.decode()


def test_an_edited_import_keeps_what_the_contract_said_besides(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    client.post(reverse("data:schema-import", args=[project.slug]), {"file": sent(contract())})
    first = DataSchema.objects.get()
    url = reverse("data:schema-edit", args=[project.slug, first.pk])
    posted = table_of(first, age={"unit": "months", "minimum": "0", "maximum": "120", "classification": "confidential"})
    posted |= {
        "c-4-allowed_values": 'low, "mid, or so", high',
        "c-1-pattern": "[A-Z]{2}|XX-[0-9]",
        "c-3-minimum": "0.5",
    }
    assert client.post(url, posted).status_code == 302
    second = DataSchema.objects.get(number=2)
    told = yaml.safe_load(
        client.get(reverse("data:schema-export", args=[project.slug, second.pk, "odcs.yaml"])).content
    )
    assert (told["team"], told["version"]) == ({"name": "Ward"}, "2.0.0")
