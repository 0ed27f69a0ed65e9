import json
from typing import Any

from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.models import DataSource
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import DataSourceFactory

SOURCE = {
    "name": "Registry",
    "kind": "database",
    "owner": "Data office",
    "origin": "Nightly export.",
    "collection_period": "2020 to 2024",
    "refresh": "Nightly",
    "licence": "Internal",
    "personal_data": "none",
    "access_status": "granted",
}


def last_line(project: Project) -> dict[str, Any]:
    line = AuditEntry.objects.filter(chain=project.chain).order_by("-seq").first()
    assert line is not None
    return {"action": line.action, **json.loads(line.body)}


def test_a_source_is_registered_by_page_and_by_api(
    project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    response = client_as(contributor).post(reverse("data:source-create", args=[project.slug]), SOURCE)
    source = DataSource.objects.get()
    assert response["Location"] == source.get_absolute_url()
    assert last_line(project)["action"] == "source.created"
    url = reverse("data-api:source-list", args=[project.slug])
    answer = api_as(contributor).post(url, SOURCE | {"name": "Other"})
    assert answer.status_code == 201
    assert answer.json()["revision"] == 1
    assert api_as(contributor).post(url, SOURCE).status_code == 409
    assert {row["name"] for row in api_as(contributor).get(url).json()["results"]} == {"Registry", "Other"}


def test_personal_data_needs_a_lawful_basis(
    project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    personal = SOURCE | {"personal_data": "special"}
    page = client_as(contributor).post(reverse("data:source-create", args=[project.slug]), personal)
    assert page.status_code == 422
    assert "Personal data needs a lawful basis." in page.content.decode()
    url = reverse("data-api:source-list", args=[project.slug])
    assert "lawful_basis" in api_as(contributor).post(url, personal).json()
    assert not DataSource.objects.exists()
    assert api_as(contributor).post(url, personal | {"lawful_basis": "Consent"}).status_code == 201


def test_a_change_counts_up_and_the_journal_keeps_what_was(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    source = DataSourceFactory(project=project, **SOURCE)
    url = reverse("data:source-edit", args=[project.slug, source.pk])
    client_as(contributor).post(url, SOURCE | {"owner": "Registry office", "based_on": 1})
    source.refresh_from_db()
    assert (source.owner, source.revision) == ("Registry office", 2)
    line = last_line(project)
    assert line["action"] == "source.changed"
    assert line["before"] == {"owner": "Data office", "revision": 1}
    assert line["after"] == {"owner": "Registry office", "revision": 2}


def test_saving_the_same_again_changes_nothing(project: Project, contributor: User, client_as: ClientAs) -> None:
    source = DataSourceFactory(project=project, **SOURCE)
    url = reverse("data:source-edit", args=[project.slug, source.pk])
    assert client_as(contributor).post(url, SOURCE | {"based_on": 1}).status_code == 302
    source.refresh_from_db()
    assert source.revision == 1
    assert not AuditEntry.objects.filter(chain=project.chain).exists()


def test_a_form_on_an_old_revision_is_refused_shows_what_changed_and_keeps_what_was_typed(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    source = DataSourceFactory(project=project, **SOURCE)
    url = reverse("data:source-edit", args=[project.slug, source.pk])
    client_as(owner).post(url, SOURCE | {"owner": "Registry office", "based_on": 1})
    late = SOURCE | {"licence": "CC0, as typed late", "based_on": 1}
    response = client_as(contributor).post(url, late)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else changed this source" in text
    assert "Data office" in text
    assert "Registry office" in text
    assert "CC0, as typed late" in text
    source.refresh_from_db()
    assert (source.owner, source.licence, source.revision) == ("Registry office", "Internal", 2)
    # The page that was shown rests on the newest revision, so saving it again goes through.
    assert '<input type="hidden" name="based_on" value="2">' in text
    assert client_as(contributor).post(url, late | {"based_on": 2}).status_code == 302


def test_the_api_refuses_an_old_revision_too(project: Project, contributor: User, api_as: ApiAs) -> None:
    source = DataSourceFactory(project=project, **SOURCE)
    url = reverse("data-api:source-detail", args=[project.slug, source.pk])
    assert api_as(contributor).put(url, SOURCE | {"owner": "A", "based_on": 1}).json()["revision"] == 2
    answer = api_as(contributor).put(url, SOURCE | {"owner": "B", "based_on": 1})
    assert answer.status_code == 409
    assert "revision 2" in answer.json()["detail"]
    source.refresh_from_db()
    assert source.owner == "A"
