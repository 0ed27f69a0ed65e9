from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.models import LabelingMethod
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import LabelingMethodFactory

METHOD = {
    "name": "Histology",
    "approach": "manual",
    "label_meaning": "1: malignant.",
    "guideline": "The biopsy decides.",
    "labelers": "Two pathologists",
}


def test_a_revision_is_a_new_record_with_a_reason(project: Project, contributor: User, client_as: ClientAs) -> None:
    client = client_as(contributor)
    client.post(reverse("data:labeling-create", args=[project.slug]), METHOD)
    first = LabelingMethod.objects.get()
    url = reverse("data:labeling-revise", args=[project.slug, first.pk])
    changed = METHOD | {"labelers": "Three pathologists", "based_on": first.pk}
    without = client.post(url, changed)
    assert without.status_code == 422
    assert LabelingMethod.objects.count() == 1
    client.post(url, changed | {"change_reason": "A third reader settles differences."})
    second = LabelingMethod.objects.get(number=2)
    assert (second.labelers, second.change_reason) == ("Three pathologists", "A third reader settles differences.")
    first.refresh_from_db()
    assert first.labelers == "Two pathologists"
    text = client.get(second.get_absolute_url()).content.decode()
    assert "A third reader settles differences." in text
    assert "1 change" in text
    actions = AuditEntry.objects.filter(chain=project.chain).order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["labeling-method.created", "labeling-method.revised"]


def test_a_revision_of_an_old_version_is_refused_and_keeps_what_was_typed(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    first = LabelingMethodFactory(project=project, **METHOD)
    url = reverse("data:labeling-revise", args=[project.slug, first.pk])
    sent = METHOD | {"based_on": first.pk, "change_reason": "Because."}
    client_as(owner).post(url, sent | {"labelers": "Four readers"})
    response = client_as(contributor).post(url, sent | {"labelers": "Five readers"})
    text = response.content.decode()
    assert response.status_code == 409
    assert "saved version 2 of this method in the meantime" in text
    assert "Four readers" in text
    assert "Five readers" in text
    assert LabelingMethod.objects.count() == 2


def test_a_revision_that_says_the_same_is_refused(project: Project, contributor: User, api_as: ApiAs) -> None:
    client, url = api_as(contributor), reverse("data-api:method-list", args=[project.slug])
    assert client.post(url, METHOD).status_code == 201
    again = METHOD | {"based_on": 1, "change_reason": "Because."}
    answer = client.post(url, again)
    assert answer.status_code == 409
    assert "Nothing differs" in answer.json()["detail"]
    assert client.post(url, again | {"guideline": "Two must agree."}).json()["number"] == 2
    stale = client.post(url, again | {"guideline": "Three must agree."})
    assert stale.status_code == 409
    assert client.post(url, METHOD | {"based_on": 1}).status_code == 400
