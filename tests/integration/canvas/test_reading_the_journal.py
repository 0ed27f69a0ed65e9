"""The journal as people and programs read it."""

import pytest
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry, ChainHead
from canvas.models import Project
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import ProjectFactory
from tests.integration.audit.writing import write


def page(project: Project) -> str:
    return reverse("canvas:journal", args=[project.slug])


@pytest.fixture
def story(project: Project, owner: User, contributor: User, client_as: ClientAs) -> None:
    """Three lines: a member added, a block revised, a KPI added."""
    client_as(owner).post(
        reverse("canvas:member-add", args=[project.slug]), {"username": "contributor", "role": "viewer"}
    )
    write(project, by=owner)
    client_as(contributor).post(reverse("canvas:block", args=[project.slug, 2]), {"based_on": 0, "f-owner": "Clinic"})
    client_as(contributor).post(
        reverse("canvas:kpi-create", args=[project.slug]),
        {
            "name": "Sensitivity",
            "kind": "model",
            "definition": "Share.",
            "direction": "up",
            "target_value": "0.9",
            "based_on": "0",
        },
    )


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(
    ("query", "sentences"),
    [
        ({}, ["added the KPI Sensitivity", "revised block 2", "changed the settings of Triage"]),
        ({"action": "kpi.created"}, ["added the KPI Sensitivity"]),
        ({"actor": "OWNER"}, ["changed the settings of Triage"]),
        ({"about": "sensi"}, ["added the KPI Sensitivity"]),
        ({"actor": "contributor", "about": "block"}, ["revised block 2"]),
        ({"action": "no.such"}, []),
        ({"about": "zebra\0"}, []),
    ],
)
def test_filters_leave_the_lines_that_fit(
    project: Project, viewer: User, client_as: ClientAs, query: dict[str, str], sentences: list[str]
) -> None:
    response = client_as(viewer).get(page(project), query)
    lines = [line.sentence for line in response.context["lines"]]
    assert len(lines) == len(sentences)
    for line, sentence in zip(lines, sentences, strict=True):
        assert line.startswith(sentence)
    if not sentences:
        assert "No line fits these filters" in response.content.decode()


def test_the_page_states_the_head_of_the_chain(project: Project, owner: User, client_as: ClientAs) -> None:
    write(project, by=owner, lines=3)
    shown = client_as(owner).get(page(project)).content.decode()
    assert ChainHead.objects.get(chain=project.chain).hash in shown
    assert "3 lines long" in shown


def test_the_lines_of_other_projects_stay_there(project: Project, owner: User, client_as: ClientAs) -> None:
    write(ProjectFactory(name="Secret plan", slug="secret"), by=owner)
    assert "Secret plan" not in client_as(owner).get(page(project)).content.decode()
    assert "Secret plan" not in client_as(owner).get(reverse("canvas:home")).content.decode()


def test_a_name_is_corrected_where_it_is_read_and_kept_out_of_the_chain(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    write(project, by=owner)
    User.objects.filter(pk=owner.pk).update(name="Olga Owner")
    assert "Olga Owner" in client_as(owner).get(page(project)).content.decode()
    assert "Olga" not in AuditEntry.objects.get(chain=project.chain).body


def test_a_program_gets_the_exact_text_that_each_hash_covers(
    project: Project, viewer: User, owner: User, api_as: ApiAs
) -> None:
    entries = write(project, by=owner, lines=3)
    api = api_as(viewer)
    answer = api.get(reverse("canvas-api:journal", args=[project.slug]), {"limit": 2}).json()
    assert answer["count"] == 3
    assert [(row["seq"], row["body"], row["hash"]) for row in answer["results"]] == [
        (entry.seq, entry.body, entry.hash) for entry in reversed(entries[1:])
    ]


def test_the_whole_journal_shows_every_chain(project: Project, owner: User, auditor: User, client_as: ClientAs) -> None:
    write(project, by=owner)
    shown = client_as(auditor).get(reverse("canvas:audit-log")).content.decode()
    assert "changed the settings of Triage" in shown
    assert "signed in" in shown
    assert "Installation" in shown


def test_pages_of_lines_keep_their_filters(project: Project, owner: User, client_as: ClientAs) -> None:
    write(project, by=owner, lines=60)
    client = client_as(owner)
    first = client.get(page(project), {"actor": "owner"})
    assert len(first.context["lines"]) == 50
    assert "actor=owner" in first.content.decode()
    second = client.get(page(project), {"actor": "owner", "page": "2"})
    assert [line.entry.seq for line in second.context["lines"]] == list(range(10, 0, -1))
    assert client.get(page(project), {"page": "99"}).status_code == 200
