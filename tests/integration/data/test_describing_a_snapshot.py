from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from data.services import documentation_gaps
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import DataSchemaFactory, DatasetFactory, DataSourceFactory, LabelingMethodFactory


def test_gaps_close_one_by_one(project: Project) -> None:
    dataset = DatasetFactory(project=project, split_role="whole")
    assert documentation_gaps(dataset) == [
        "No data source is named.",
        "The columns are not described by a schema.",
        "No labeling method says how the label “target” was obtained.",
        "The rows have no place in the split: train, validation or test.",
    ]
    dataset.sources.add(DataSourceFactory(project=project))
    dataset.schema = DataSchemaFactory(project=project, inferred=True)
    dataset.labeling_method = LabelingMethodFactory(project=project)
    dataset.split_role = "test"
    assert documentation_gaps(dataset) == ["The schema was read off the file, and nobody has reviewed it yet."]
    dataset.schema = DataSchemaFactory(project=project)
    assert documentation_gaps(dataset) == []


def test_a_source_without_access_is_a_gap(project: Project) -> None:
    dataset = DatasetFactory(
        project=project,
        schema=DataSchemaFactory(project=project),
        labeling_method=LabelingMethodFactory(project=project),
    )
    dataset.sources.add(DataSourceFactory(project=project, name="Registry", access_status="requested"))
    assert documentation_gaps(dataset) == ["Access to the source Registry is requested, not granted."]


def test_a_description_changes_only_on_what_its_author_has_seen(
    project: Project, contributor: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    dataset, source = DatasetFactory(project=project), DataSourceFactory(project=project)
    url, client = reverse("data-api:dataset-detail", args=[project.slug, dataset.pk]), api_as(contributor)
    mark = client.get(url).json()["mark"]
    changed = client.patch(url, {"preparation": "Deduplicated.", "sources": [str(source.pk)], "based_on": mark})
    assert changed.status_code == 200, changed.content
    assert (changed.json()["preparation"], changed.json()["sources"]) == ("Deduplicated.", [source.name])
    assert client.patch(url, {"preparation": "Late.", "based_on": mark}).status_code == 409
    page = reverse("data:dataset-describe", args=[project.slug, dataset.pk])
    late = {"split_role": "test", "preparation": "Typed late.", "based_on": mark}
    response = client_as(contributor).post(page, late)
    assert response.status_code == 409
    assert "Typed late." in response.content.decode()
    assert "Deduplicated." in response.content.decode()
    dataset.refresh_from_db()
    assert (dataset.preparation, dataset.split_role) == ("Deduplicated.", "train")


def test_a_label_that_the_file_lacks_is_refused(project: Project, contributor: User, api_as: ApiAs) -> None:
    dataset = DatasetFactory(project=project)
    url, client = reverse("data-api:dataset-detail", args=[project.slug, dataset.pk]), api_as(contributor)
    mark = client.get(url).json()["mark"]
    refused = client.patch(url, {"label_column": "outcome", "based_on": mark})
    assert refused.status_code == 400
    assert "There is no column “outcome”" in refused.json()["label_column"][0]
    assert client.patch(url, {"label_column": "grade", "based_on": mark}).status_code == 200


def test_sources_of_another_project_cannot_be_named(project: Project, contributor: User, api_as: ApiAs) -> None:
    dataset, strange = DatasetFactory(project=project), DataSourceFactory()
    url, client = reverse("data-api:dataset-detail", args=[project.slug, dataset.pk]), api_as(contributor)
    for name in (strange.name, str(strange.pk)):
        answer = client.patch(url, {"sources": [name], "based_on": client.get(url).json()["mark"]})
        assert answer.status_code == 400
        assert "Register it first" in str(answer.json())


def test_a_label_cannot_be_named_while_the_file_is_lost(project: Project, contributor: User, api_as: ApiAs) -> None:
    dataset = DatasetFactory(project=project, label_column="", sha256="0" * 64)
    url, client = reverse("data-api:dataset-detail", args=[project.slug, dataset.pk]), api_as(contributor)
    sent = {"label_column": "target", "based_on": client.get(url).json()["mark"]}
    answer = client.patch(url, sent)
    assert answer.status_code == 400
    assert "Nobody can tell whether the file has this column" in answer.json()["label_column"][0]
    assert client.patch(url, sent | {"label_column": "", "description": "One row is one mass."}).status_code == 200
