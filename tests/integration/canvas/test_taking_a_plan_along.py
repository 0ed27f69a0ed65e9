"""What is exported can be imported with nothing lost, and nothing signed elsewhere counts here."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.exchange import parts
from canvas.exchange.document import comparable
from canvas.models import (
    BlockAcceptance,
    BlockRevision,
    Comment,
    GoNoGoDecision,
    ImportedPlan,
    Kpi,
    KpiReading,
    Project,
    Risk,
)
from canvas.services import exchange
from tests.conftest import ClientAs
from tests.factories.accounts import UserFactory
from tests.factories.exchange import a_full_project


def exported(project: Project, by: User, *, with_history: bool = True) -> dict[str, Any]:
    return json.loads(exchange.export(project, by=by, with_history=with_history))


def imported(content: bytes, by: User, name: str = "Elsewhere") -> Project:
    plan = exchange.prepare_file(content, name="plan.json", by=by)
    return exchange.create_project(plan, name=name, by=by)


@pytest.mark.parametrize("with_history", [True, False])
def test_an_export_that_is_imported_and_exported_again_is_equal(owner: User, with_history: bool) -> None:
    project = a_full_project(owner)
    content = exchange.export(project, by=owner, with_history=with_history)

    again = exported(imported(content, UserFactory()), owner, with_history=with_history)

    assert comparable(again) == comparable(json.loads(content))


def test_a_second_import_loses_nothing_either(owner: User) -> None:
    first = exchange.export(a_full_project(owner), by=owner, with_history=True)
    second = exchange.export(imported(first, owner, "Second"), by=owner, with_history=True)
    third = exported(imported(second, owner, "Third"), owner)
    assert comparable(third) == comparable(json.loads(first))


def test_every_column_of_the_plan_is_exported_or_named_here() -> None:
    left_out = {"id", "project", "decision", "revision", "thread"}
    for part in [*parts.PARTS, *(child for outer in parts.PARTS for _, child in outer.children)]:
        known = {*part.all_columns, *part.places}
        columns = {field.name for field in part.model._meta.concrete_fields} - left_out
        # A reply has its comment's block and field; a KPI reading belongs to its KPI.
        extra = {"block", "field"} if part.noun == "reply" else set()
        assert columns - known - extra == set(), part.key


def test_what_was_signed_elsewhere_counts_for_nothing_here(owner: User) -> None:
    content = exchange.export(a_full_project(owner), by=owner)
    project = imported(content, owner)

    assert not BlockAcceptance.objects.filter(revision__project=project).exists()
    assert not GoNoGoDecision.objects.filter(project=project).exists()
    assert not Comment.objects.filter(project=project).exists()
    assert not project.classifications.exists()
    assert not Risk.objects.filter(project=project, accepted_by__isnull=False).exists()
    assert not Kpi.objects.filter(project=project, achievable_signed_by__isnull=False).exists()
    assert set(BlockRevision.objects.filter(project=project).values_list("author", flat=True)) == {owner.pk}


def test_the_history_of_an_import_is_readable_as_imported(owner: User, client_as: ClientAs) -> None:
    project = imported(exchange.export(a_full_project(owner), by=owner), owner)
    plan = project.imported_plans.get()
    page = client_as(owner).get(reverse("canvas:imported-plan", args=[project.slug, plan.pk])).content.decode()
    assert "Imported, not signed here" in page
    assert "Second Reader (no account here)" in page
    assert "Go/no-go decision 1" in page
    assert "Block 2, revision 2" in page
    assert "Is it forty?" in page


def test_the_history_of_a_block_that_came_with_its_newest_revision_only_can_be_read(
    owner: User, client_as: ClientAs
) -> None:
    project = imported(exchange.export(a_full_project(owner), by=owner), owner)
    assert list(BlockRevision.objects.filter(project=project, block=2).values_list("number", flat=True)) == [2]
    client = client_as(owner)
    page = client.get(reverse("canvas:block-history", args=[project.slug, 2]), {"to": 2})
    assert page.status_code == 200
    assert client.get(reverse("canvas:impact-history", args=[project.slug]), {"to": 1}).status_code == 200


def test_an_import_has_one_journal_line_with_counts_and_digest(owner: User) -> None:
    content = exchange.export(a_full_project(owner), by=owner)
    project = imported(content, owner)
    entry = AuditEntry.objects.get(chain=project.chain, action="project.imported")
    said = json.loads(entry.body)["after"]
    assert said["sha256"] == project.imported_plans.get().sha256
    assert said["counts"]["kpis"] == 5
    assert set(said["blocks"]) == {str(number) for number in range(1, 11)}


def test_an_import_keeps_readings_and_who_serves_whom(owner: User) -> None:
    project = imported(exchange.export(a_full_project(owner), by=owner, with_history=True), owner)
    assert KpiReading.objects.filter(kpi__project=project).count() == 3
    assert KpiReading.objects.filter(kpi__project=project, superseded_at=None).count() == 2
    assert (
        Kpi.objects.get(project=project, name="Late invoices found").parent.name
        == "Calls that reach an invoice at risk"
    )


def test_people_of_the_file_are_linked_only_as_the_importer_says(owner: User, client_as: ClientAs) -> None:
    content = exchange.export(a_full_project(owner), by=owner)
    somebody = UserFactory(username="here")
    plan = exchange.prepare_file(content, name="plan.json", by=owner)
    named = [person["username"] for person in plan.people]
    form = {"name": "Linked", f"person-{named.index('second')}": "here"}

    response = client_as(owner).post(reverse("canvas:project-preview", args=[plan.pk]), form)

    project = Project.objects.get(name="Linked")
    assert response.status_code == 302
    assert {person["username"]: person["here"] for person in project.imported_plans.get().people} == {
        "owner": "", "second": "here",
    }  # fmt: skip
    assert not project.memberships.filter(user=somebody).exists()


def test_a_person_who_has_no_account_here_is_said_beside_their_field(owner: User, client_as: ClientAs) -> None:
    plan = exchange.prepare_file(exchange.export(a_full_project(owner), by=owner), name="plan.json", by=owner)
    response = client_as(owner).post(
        reverse("canvas:project-preview", args=[plan.pk]), {"name": "Linked", "person-0": "nobody"}
    )
    assert response.status_code == 422
    assert "Nobody called nobody has an account here" in response.content.decode()
    assert not Project.objects.filter(name="Linked").exists()


def test_a_file_is_previewed_before_anything_is_created(owner: User, client_as: ClientAs) -> None:
    content = exchange.export(a_full_project(owner), by=owner)
    before = Project.objects.count()
    client = client_as(owner)

    response = client.post(
        reverse("canvas:project-start", args=["file"]), {"file": SimpleUploadedFile("plan.json", content)}
    )
    page = client.get(response["Location"]).content.decode()

    assert Project.objects.count() == before
    assert "10 block revisions" in page
    assert "5 KPIs" in page
    assert "not signed here: 1 block acceptance, 1 risk classification, 1 go/no-go decision" in page
    assert client_as(UserFactory()).get(response["Location"]).status_code == 404


def test_a_plan_is_imported_into_an_empty_project_only(owner: User, project: Project, client_as: ClientAs) -> None:
    content = exchange.export(a_full_project(owner), by=owner)
    client, url = client_as(owner), reverse("canvas:in-and-out", args=[project.slug])
    first = client.post(url, {"file": SimpleUploadedFile("plan.json", content)})
    second = client.post(url, {"file": SimpleUploadedFile("plan.json", content)})

    assert client.post(first["Location"]).status_code == 302
    refused = client.post(second["Location"])

    assert refused.status_code == 409
    assert "has a plan already" in refused.content.decode()
    assert ImportedPlan.objects.filter(project=project).count() == 1
    assert BlockRevision.objects.filter(project=project).count() == 10


def test_a_copy_leaves_readings_and_decisions_behind_unless_they_are_wanted(owner: User) -> None:
    source = a_full_project(owner)
    plain = exchange.create_project(exchange.prepare_copy(source, by=owner), name="Copy", by=owner)
    whole = exchange.create_project(
        exchange.prepare_copy(source, by=owner, with_history=True), name="Copy with history", by=owner
    )
    assert plain.started_from == "Another project: Full plan"
    assert not KpiReading.objects.filter(kpi__project=plain).exists()
    assert plain.imported_plans.get().document["decisions"] == []
    assert KpiReading.objects.filter(kpi__project=whole).count() == 3
    assert len(whole.imported_plans.get().document["decisions"]) == 1


def test_the_markdown_holds_the_blocks_and_escapes_what_people_typed(owner: User) -> None:
    project = a_full_project(owner)
    text = exchange.export(project, by=owner, form="md").decode()
    assert text.startswith("# Full plan\n")
    assert "## 10. When not to implement AI/ML" in text
    assert r"\<b\>Who\</b\> owns it?" in text
    assert "| Late money on an average day | business |" in text
    assert AuditEntry.objects.filter(chain=project.chain, action="project.exported").count() == 1


def test_the_pages_ask_the_database_a_fixed_number_of_times(
    owner: User, client_as: ClientAs, django_assert_max_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    content = exchange.export(a_full_project(owner), by=owner, with_history=True)
    project = imported(content, owner)
    client = client_as(owner)
    with django_assert_max_num_queries(24):
        client.get(reverse("canvas:in-and-out", args=[project.slug]))
    with django_assert_max_num_queries(40):
        client.get(reverse("canvas:plan-file", args=[project.slug, "json"]))
