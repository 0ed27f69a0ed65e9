from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from data.schema_forms import MOST_EDITABLE
from registry.models import VersionDataset
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import DataSchemaFactory, DatasetFactory
from tests.factories.registry import ModelVersionFactory


def test_the_snapshot_names_the_versions_that_learned_from_it(
    project: Project, viewer: User, client_as: ClientAs
) -> None:
    dataset, version = DatasetFactory(project=project), ModelVersionFactory(model__project=project)
    VersionDataset.objects.create(version=version, dataset=dataset)
    text = client_as(viewer).get(dataset.get_absolute_url()).content.decode()
    assert "Versions that learned from it" in text
    assert version.get_absolute_url() in text


def test_its_role_and_label_stay_while_its_words_may_change(project: Project, contributor: User, api_as: ApiAs) -> None:
    dataset = DatasetFactory(project=project)
    VersionDataset.objects.create(version=ModelVersionFactory(model__project=project), dataset=dataset)
    url, client = reverse("data-api:dataset-detail", args=[project.slug, dataset.pk]), api_as(contributor)
    mark = client.get(url).json()["mark"]
    refused = client.patch(url, {"split_role": "test", "based_on": mark})
    assert refused.status_code == 409
    assert "its split role and label stay" in refused.json()["detail"]
    assert client.patch(url, {"description": "One row is one mass.", "based_on": mark}).status_code == 200
    dataset.refresh_from_db()
    assert (dataset.split_role, dataset.description) == ("train", "One row is one mass.")


def test_a_lost_file_is_said_and_not_a_crash(project: Project, viewer: User, client_as: ClientAs) -> None:
    dataset = DatasetFactory(project=project)
    dataset.sha256 = "0" * 64
    dataset.save()
    client = client_as(viewer)
    page = client.get(dataset.get_absolute_url())
    assert page.status_code == 200
    assert "The file is missing" in page.content.decode()
    assert client.get(reverse("data:dataset-file", args=[project.slug, dataset.pk])).status_code == 404


def test_a_schema_too_wide_for_a_form_points_to_the_api(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    schema = DataSchemaFactory(project=project, columns={f"c{n}": "integer" for n in range(MOST_EDITABLE + 1)})
    page = client_as(contributor).get(reverse("data:schema-edit", args=[project.slug, schema.pk]))
    assert page.status_code == 200
    assert f"at most {MOST_EDITABLE} columns" in page.content.decode()
