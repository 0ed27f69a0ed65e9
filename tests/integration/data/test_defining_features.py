from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from canvas.roles import Role
from data.models import DatasetProfile, FeatureDefinition
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import BlockRevisionFactory, MembershipFactory, ProjectFactory
from tests.factories.data import DataSchemaFactory, DatasetFactory
from tests.factories.features import FeatureFactory
from tests.factories.jobs import JobFactory

FEATURE: dict[str, Any] = {
    "name": "hours_since_service",
    "entity": "pump",
    "entity_key": "pump_id",
    "source_fields": "opened_at\nread_at",
    "transformation": "Difference in hours.",
    "data_type": "number",
    "order": "ratio",
    "availability": "available",
    "leakage": "clear",
    "leakage_note": "Both moments lie before.",
    "proxy": "not-checked",
    "owner": "Plant engineering",
}


@pytest.fixture
def api(contributor: User, api_as: ApiAs) -> APIClient:
    return api_as(contributor)


@pytest.fixture
def other(contributor: User) -> Project:
    """Another project of the contributor, which nobody else of the first one sees."""
    project: Project = ProjectFactory(slug="pumps", name="Pumps in secret")
    MembershipFactory(project=project, user=contributor, role=Role.OWNER)
    return project


def test_a_feature_is_defined_revised_and_compared(project: Project, contributor: User, client_as: ClientAs) -> None:
    client = client_as(contributor)
    client.post(reverse("data:feature-create", args=[project.slug]), FEATURE)
    first = FeatureDefinition.objects.get()
    assert first.source_fields == ["opened_at", "read_at"]
    text = client.get(first.get_absolute_url()).content.decode()
    assert "Nobody has checked whether it stands in for a protected trait." in text
    url = reverse("data:feature-revise", args=[project.slug, first.pk])
    changed = FEATURE | {"transformation": "Difference in days.", "based_on": first.pk}
    assert client.post(url, changed).status_code == 422
    client.post(url, changed | {"change_reason": "Hours were too fine."})
    second = FeatureDefinition.objects.get(number=2)
    text = client.get(second.get_absolute_url()).content.decode()
    assert "Hours were too fine." in text
    assert "<del>hours.</del>" in text.replace("\n", "")
    actions = AuditEntry.objects.filter(chain=project.chain).order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["feature.defined", "feature.revised"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"source_fields": " \n "}, "Enter a value for"),
        ({"source_fields": "\n".join(f"c{n}" for n in range(61))}, "at most 60 columns"),
        ({"leakage": "found", "leakage_note": ""}, "Say how it was checked"),
        ({"data_type": ""}, "Choose an option"),
        ({"name": "x\u202ey"}, "Remove the invisible character"),
    ],
)
def test_a_feature_that_says_too_little_is_refused(
    changed: dict[str, str], words: str, project: Project, contributor: User, client_as: ClientAs
) -> None:
    answer = client_as(contributor).post(reverse("data:feature-create", args=[project.slug]), FEATURE | changed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Difference in hours." in answer.content.decode()
    assert not FeatureDefinition.objects.exists()


def test_a_revision_of_an_old_version_is_refused_and_keeps_what_was_typed(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    feature = FeatureFactory(project=project, name="hours_since_service")
    url = reverse("data:feature-revise", args=[project.slug, feature.pk])
    sent = FEATURE | {"based_on": feature.pk, "change_reason": "Because."}
    client_as(owner).post(url, sent | {"unit": "hours"})
    late = client_as(contributor).post(url, sent | {"unit": "days"})
    text = late.content.decode()
    assert late.status_code == 409
    assert "saved version 2 of this feature in the meantime" in text
    assert 'value="days"' in text
    assert FeatureDefinition.objects.count() == 2


def test_a_profile_s_warning_stands_beside_the_feature(
    project: Project, viewer: User, owner: User, client_as: ClientAs
) -> None:
    feature = FeatureFactory(project=project, source_fields=["outcome_code"])
    DatasetProfile.objects.create(
        dataset=DatasetFactory(project=project, name="Train"),
        job=JobFactory(project=project, requested_by=owner),
        requested_by=owner,
        finished_at=timezone.now(),
        warnings=[
            {"kind": "leak", "column": "outcome_code", "text": "“outcome_code” repeats the label."},
            {"kind": "leak", "column": "else", "text": "Something else."},
        ],
    )
    client = client_as(viewer)
    text = client.get(feature.get_absolute_url()).content.decode()
    assert "“outcome_code” repeats the label. (profile of Train, snapshot 1)" in text
    assert "Something else." not in text
    assert "A profile warns" in client.get(reverse("data:feature-list", args=[project.slug])).content.decode()


def test_a_feature_that_is_known_too_late_is_warned_of(project: Project, viewer: User, client_as: ClientAs) -> None:
    feature = FeatureFactory(project=project, availability="late", leakage="found", leakage_note="It is the outcome.")
    text = client_as(viewer).get(feature.get_absolute_url()).content.decode()
    assert "known only after the prediction is due" in text
    assert "It gives the outcome away. It is the outcome." in text


def test_columns_of_a_schema_become_features(project: Project, contributor: User, client_as: ClientAs) -> None:
    schema = DataSchemaFactory(project=project)
    FeatureFactory(project=project, name="age")
    client, url = client_as(contributor), reverse("data:feature-import", args=[project.slug])
    form = client.get(f"{url}?schema={schema.pk}").context["form"]
    assert form.initial["chosen"] == ["id", "grade", "target"]
    client.post(f"{url}?schema={schema.pk}", {"chosen": ["grade"], "entity": "case", "owner": "Data office"})
    grade = FeatureDefinition.objects.get(name="grade")
    assert (grade.source_fields, grade.data_type, grade.availability) == (["grade"], "string", "unknown")
    assert client.post(f"{url}?schema={schema.pk}", {"entity": "case", "owner": "x"}).status_code == 422


def test_rows_of_block_four_become_features(
    project: Project, contributor: User, client_as: ClientAs, api: APIClient
) -> None:
    row = {
        "name": "postcode", "source_fields": "street, town", "transformation": "First two digits.", "data_type": "category",
        "scale": "nominal", "available_at_prediction": "yes", "leakage_check": "Known at birth.", "sensitive_or_proxy": "proxy",
    }  # fmt: skip
    BlockRevisionFactory(project=project, block=4, number=1, answers={"features": [row]})
    url = reverse("data:feature-import", args=[project.slug])
    client_as(contributor).post(url, {"chosen": ["postcode"], "entity": "patient", "owner": "Registry"})
    feature = FeatureDefinition.objects.get()
    assert (feature.source_fields, feature.data_type, feature.order) == (["street", "town"], "string", "nominal")
    assert (feature.availability, feature.leakage) == ("available", "not-checked")
    assert feature.leakage_note == "According to the plan: Known at birth."
    assert feature.proxy_note == "The plan names it a possible proxy."
    drafts = reverse("data-api:feature-drafts", args=[project.slug])
    said = {"names": ["postcode"], "entity": "patient", "owner": "Registry"}
    assert api.post(drafts, said, format="json").json() == {"defined": [], "known": ["postcode"]}
    assert "nothing called “age”" in str(api.post(drafts, said | {"names": ["age"]}, format="json").json())


# ---------- the catalogue ----------


def test_a_shared_feature_is_reused_elsewhere_and_told_of_newer_versions(
    project: Project, owner: User, contributor: User, other: Project, client_as: ClientAs
) -> None:
    original = FeatureFactory(project=other, name="wear", is_shared=False)
    client = client_as(contributor)
    shared = reverse("data:catalogue-feature", args=[original.pk])
    assert client.get(shared).status_code == 404
    client.post(reverse("data:feature-share", args=[other.slug, original.pk]))
    client.post(shared, {"project": project.pk, "name": ""})
    copy = FeatureDefinition.objects.get(project=project)
    assert (copy.name, copy.number, copy.reused_from, copy.leakage) == ("wear", 1, original, "not-checked")
    assert FeatureDefinition.objects.filter(project=project).count() == 1
    assert "1 project uses it" in client.get(reverse("data:feature-list", args=[other.slug])).content.decode()
    changed = FEATURE | {"transformation": "Anew.", "based_on": original.pk, "change_reason": "Better."}
    client.post(reverse("data:feature-revise", args=[other.slug, original.pk]), changed)
    text = client.get(copy.get_absolute_url()).content.decode()
    assert "The original has a newer version" in text
    assert "Better." in text
    assert "Newer original" in client.get(reverse("data:feature-list", args=[project.slug])).content.decode()
    # The owner of the copy's project may not see the other project, and so not its name.
    seen = client_as(owner).get(copy.get_absolute_url()).content.decode()
    assert "of another project" in seen
    assert "Pumps in secret" not in seen


def test_the_catalogue_hides_the_name_of_a_project_from_those_who_may_not_see_it(
    outsider: User, contributor: User, other: Project, client_as: ClientAs
) -> None:
    FeatureFactory(project=other, name="wear", is_shared=True)
    FeatureFactory(project=other, name="kept_private")
    FeatureFactory(project=other, name="old", is_shared=True, retired_at=timezone.now())
    text = client_as(outsider).get(reverse("data:catalogue")).content.decode()
    assert "wear" in text
    assert "kept_private" not in text
    assert ">old " not in text
    assert "Pumps in secret" not in text
    assert "Pumps in secret" in client_as(contributor).get(reverse("data:catalogue")).content.decode()
    assert "Nothing is shared" not in text
    found = client_as(outsider).get(reverse("data:catalogue"), {"q": "secret"}).content.decode()
    assert "No shared feature fits" in found


def test_nobody_copies_into_a_project_they_may_not_write_to(
    project: Project, viewer: User, other: Project, client_as: ClientAs
) -> None:
    feature = FeatureFactory(project=other, is_shared=True)
    url = reverse("data:catalogue-feature", args=[feature.pk])
    assert client_as(viewer).post(url, {"project": project.pk}).status_code == 422
    assert not FeatureDefinition.objects.filter(project=project).exists()


def test_a_retired_feature_leaves_list_catalogue_and_export(
    project: Project, contributor: User, client_as: ClientAs, api: APIClient
) -> None:
    feature = FeatureFactory(project=project, name="wear", is_shared=True)
    client = client_as(contributor)
    client.post(reverse("data:feature-retire", args=[project.slug, feature.pk]))
    feature.refresh_from_db()
    assert feature.retired_at is not None
    assert not feature.is_shared
    listed = client.get(reverse("data:feature-list", args=[project.slug])).content.decode()
    assert feature.get_absolute_url() not in listed
    assert (
        feature.name
        in client.get(reverse("data:feature-list", args=[project.slug]), {"state": "retired"}).content.decode()
    )
    assert client.get(reverse("data:feature-feast", args=[project.slug])).status_code == 404
    detail = reverse("data-api:feature-detail", args=[project.slug, feature.pk])
    assert api.patch(detail, {"is_shared": True}, format="json").status_code == 409


def test_the_api_defines_shares_finds_and_reuses(
    project: Project, contributor: User, other: Project, api: APIClient
) -> None:
    url = reverse("data-api:feature-list", args=[project.slug])
    sent = FEATURE | {"source_fields": ["opened_at"]}
    first = api.post(url, sent, format="json").json()
    assert first["warnings"] == ["Nobody has checked whether it stands in for a protected trait."]
    assert api.post(url, sent, format="json").status_code == 409
    assert api.post(url, sent | {"based_on": 1, "change_reason": "Same."}, format="json").status_code == 409
    api.patch(reverse("data-api:feature-detail", args=[project.slug, first["id"]]), {"is_shared": True}, format="json")
    found = api.get(reverse("data-api:catalogue"), {"q": "hours", "entity": "Pump"}).json()
    assert [(each["name"], each["users"]) for each in found["results"]] == [("hours_since_service", 0)]
    assert "project" not in found["results"][0]
    foreign = FeatureFactory(project=other, name="wear", is_shared=True)
    reuse = reverse("data-api:feature-reuse", args=[project.slug])
    assert api.post(reuse, {"feature": foreign.pk}, format="json").json()["reused_from"] == foreign.pk
    assert api.post(reuse, {"feature": foreign.pk}, format="json").status_code == 409
    assert api.post(reuse, {"feature": 999}, format="json").status_code == 400
    text = api.get(reverse("data-api:feature-feast", args=[project.slug])).content.decode()
    assert "FeatureView(" in text
    compile(text, "features.py", "exec")


def test_lists_of_features_take_few_queries(
    project: Project, viewer: User, client_as: ClientAs, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for each in FeatureFactory.create_batch(3, is_shared=True):
        FeatureFactory(project=project, reused_from=each)
    FeatureFactory.create_batch(50, project=project, is_shared=True)
    client = client_as(viewer)
    with django_assert_max_num_queries(20):
        client.get(reverse("data:feature-list", args=[project.slug]))
    with django_assert_max_num_queries(10):
        client.get(reverse("data:catalogue"))
