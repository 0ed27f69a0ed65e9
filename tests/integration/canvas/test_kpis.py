"""What a project is held to: adding, changing and retiring measures."""

import json
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Kpi, Project
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import KpiFactory, ProjectFactory

NEW: dict[str, Any] = {
    "name": "Sensitivity",
    "kind": "model",
    "definition": "Share of diseased cases that are flagged.",
    "metric": "recall",
    "direction": "up",
    "target_value": "0.95",
    "threshold": "0.9",
    "based_on": "0",
}


def actions(project: Project) -> list[str]:
    return list(AuditEntry.objects.filter(chain=project.chain).order_by("seq").values_list("action", flat=True))


def create(project: Project) -> str:
    return reverse("canvas:kpi-create", args=[project.slug])


def edit(kpi: Kpi) -> str:
    return reverse("canvas:kpi-edit", args=[kpi.project.slug, kpi.pk])


def endpoint(project: Project, *args: int) -> str:
    return reverse(f"canvas-api:kpi-{'detail' if args else 'list'}", args=[project.slug, *args])


def test_a_kpi_is_added_changed_and_retired_with_a_line_each(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    client.post(create(project), NEW)
    kpi = Kpi.objects.get()
    assert (kpi.metric, kpi.target_value, kpi.threshold, kpi.created_by) == ("recall", 0.95, 0.9, contributor)
    client.post(edit(kpi), NEW | {"threshold": "0.92", "based_on": 1})
    kpi.refresh_from_db()
    assert (kpi.threshold, kpi.revision) == (0.92, 2)
    body = json.loads(AuditEntry.objects.get(action="kpi.changed").body)
    assert (body["before"]["threshold"], body["after"]["threshold"]) == (0.9, 0.92)
    assert "≥ 0.92" in client.get(reverse("canvas:kpi-list", args=[project.slug])).content.decode()

    client.post(reverse("canvas:kpi-retire", args=[project.slug, kpi.pk]))
    assert "Sensitivity" not in client.get(reverse("canvas:kpi-list", args=[project.slug])).context["rows"]
    assert client.get(edit(kpi)).status_code == 404
    assert actions(project) == ["kpi.created", "kpi.changed", "kpi.retired"]


def test_the_form_shows_the_due_date_as_browsers_read_it(project: Project, owner: User, client_as: ClientAs) -> None:
    kpi = KpiFactory(project=project, due_on=date(2027, 9, 30))
    assert 'value="2027-09-30"' in client_as(owner).get(edit(kpi)).content.decode()


def test_the_name_of_a_retired_kpi_is_free_again(project: Project, owner: User, client_as: ClientAs) -> None:
    client = client_as(owner)
    client.post(create(project), NEW)
    taken = client.post(create(project), NEW)
    assert taken.status_code == 422
    assert "This project has a KPI called Sensitivity. Choose another name." in taken.content.decode()
    client.post(reverse("canvas:kpi-retire", args=[project.slug, Kpi.objects.get().pk]))
    assert client.post(create(project), NEW).status_code == 302
    assert Kpi.objects.count() == 2


def test_a_change_on_an_old_state_is_refused_and_keeps_what_was_typed(
    project: Project, owner: User, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    kpi = KpiFactory(project=project, name="Sensitivity")
    client_as(owner).post(edit(kpi), NEW | {"threshold": "0.91", "based_on": 1})
    response = client_as(contributor).post(edit(kpi), NEW | {"threshold": "0.5", "based_on": 1})
    assert response.status_code == 409
    assert "Somebody else changed this KPI while you were writing." in response.content.decode()
    assert 'value="0.5"' in response.content.decode()
    stale = api_as(contributor).put(endpoint(project, kpi.pk), NEW | {"threshold": 0.5, "based_on": 1})
    assert stale.status_code == 409
    kpi.refresh_from_db()
    assert kpi.threshold == 0.91
    # The form that came back shows what holds, rests on it, and can be saved.
    assert "0.91" in response.content.decode()
    based_on = int(response.context["form"]["based_on"].value())
    again = client_as(contributor).post(edit(kpi), NEW | {"threshold": "0.5", "based_on": based_on})
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"direction": "band", "threshold": "1", "threshold_upper": ""}, "threshold_upper"),
        ({"direction": "band", "threshold": "2", "threshold_upper": "1"}, "threshold_upper"),
        ({"direction": "band", "threshold": "1", "threshold_upper": "1"}, "threshold_upper"),
        ({"direction": "up", "threshold_upper": "1"}, "threshold_upper"),
        ({"target_value": "many"}, "target_value"),
        ({"target_value": "NaN"}, "target_value"),
        ({"target_value": "inf"}, "target_value"),
        ({"target_value": ""}, "target_value"),
        ({"due_on": "2026-02-30"}, "due_on"),
        ({"name": "Recall\u202e"}, "name"),
        ({"kind": "magic"}, "kind"),
        ({"parent": "999999"}, "parent"),
    ],
)
def test_a_wrong_entry_is_named_beside_its_field(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs, sent: dict[str, str], field: str
) -> None:
    response = client_as(owner).post(create(project), NEW | sent)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    by_program = {key: value for key, value in (NEW | sent).items() if value != "" or key == field}
    if by_program.get("threshold_upper") == "":
        del by_program["threshold_upper"]
    answer = api_as(owner).post(endpoint(project), by_program)
    assert answer.status_code == 400
    assert set(answer.json()) == {field}
    assert not Kpi.objects.exists()


def test_a_band_has_two_ends_in_order(project: Project, owner: User, client_as: ClientAs) -> None:
    band = {"direction": "band", "threshold": "0.9", "threshold_upper": "1.1", "target_value": "1"}
    assert client_as(owner).post(create(project), NEW | band).status_code == 302
    shown = client_as(owner).get(reverse("canvas:kpi-list", args=[project.slug])).content.decode()
    assert "0.9 – 1.1" in shown


def test_a_kpi_serves_neither_itself_nor_one_that_serves_it(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    business = KpiFactory(project=project, name="Fewer recalls")
    model = KpiFactory(project=project, name="Sensitivity", parent=business)
    circle = NEW | {"name": "Fewer recalls", "parent": model.pk, "based_on": 1}
    response = client_as(owner).post(edit(business), circle)
    assert response.status_code == 422
    assert "would serve itself" in response.content.decode()
    for kpi in (business, model):
        itself = NEW | {"name": kpi.name, "parent": kpi.pk, "based_on": 1}
        assert api_as(owner).put(endpoint(project, kpi.pk), itself).status_code == 400
    business.refresh_from_db()
    assert business.parent is None


def test_a_kpi_of_another_project_is_out_of_reach(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    other = KpiFactory(project=ProjectFactory())
    own = KpiFactory(project=project)
    for name in ("kpi-edit", "kpi-retire"):
        url = reverse(f"canvas:{name}", args=[project.slug, other.pk])
        assert client_as(owner).post(url, NEW).status_code == 404
    assert api_as(owner).get(endpoint(project, other.pk)).status_code == 404
    response = client_as(owner).post(edit(own), NEW | {"parent": other.pk, "based_on": 1})
    assert set(response.context["form"].errors) == {"parent"}


def test_a_program_reads_what_holds(project: Project, viewer: User, api_as: ApiAs) -> None:
    kpi = KpiFactory(project=project, name="Sensitivity")
    KpiFactory(project=project, name="Old", retired_at="2026-01-01T00:00Z")
    listed = api_as(viewer).get(endpoint(project)).json()
    assert [(row["id"], row["name"], row["threshold"]) for row in listed] == [(kpi.pk, "Sensitivity", 0.85)]


def test_a_kpi_keeps_the_one_it_serves_when_that_is_retired_and_says_so(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    revenue = KpiFactory(project=project, name="Revenue", kind="business")
    kpi = KpiFactory(project=project, name="Recall", parent=revenue, parent_sign="+")
    client_as(owner).post(reverse("canvas:kpi-retire", args=[project.slug, revenue.pk]))
    form = client_as(owner).get(edit(kpi)).context["form"]
    assert revenue in form.fields["parent"].queryset
    held = api_as(owner).get(endpoint(project, kpi.pk)).json()
    sent = held | {"definition": "Share of cases found.", "based_on": held["revision"]}
    changed = api_as(owner).put(endpoint(project, kpi.pk), json.dumps(sent), content_type="application/json")
    assert (changed.status_code, changed.json()["parent"]) == (200, revenue.pk)
    smart = api_as(owner).get(reverse("canvas-api:kpi-smart", args=[project.slug, kpi.pk])).json()
    relevant = next(check for check in smart if check["letter"] == "R")
    assert relevant["passed"] is False
    assert "Revenue, which it serves, was retired" in relevant["sentence"]
    other = KpiFactory(project=project, name="Another")
    assert revenue not in client_as(owner).get(edit(other)).context["form"].fields["parent"].queryset
