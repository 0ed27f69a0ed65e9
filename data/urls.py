from django.urls import path

from data.views import datasets, labeling, lists, schemas, sources

app_name = "data"
urlpatterns = [
    path("p/<slug:slug>/data/", lists.index, name="index"),
    path("p/<slug:slug>/data/snapshots/new/", datasets.dataset_upload, name="dataset-upload"),
    path("p/<slug:slug>/data/snapshots/<int:dataset_id>/", datasets.dataset_detail, name="dataset-detail"),
    path("p/<slug:slug>/data/snapshots/<int:dataset_id>/edit/", datasets.dataset_describe, name="dataset-describe"),
    path("p/<slug:slug>/data/snapshots/<int:dataset_id>/schema/", datasets.dataset_bind, name="dataset-bind"),
    path("p/<slug:slug>/data/snapshots/<int:dataset_id>/file/", datasets.dataset_file, name="dataset-file"),
    path("p/<slug:slug>/data/sources/", lists.sources, name="source-list"),
    path("p/<slug:slug>/data/sources/new/", sources.source_create, name="source-create"),
    path("p/<slug:slug>/data/sources/<int:source_id>/", sources.source_detail, name="source-detail"),
    path("p/<slug:slug>/data/sources/<int:source_id>/edit/", sources.source_edit, name="source-edit"),
    path("p/<slug:slug>/data/schemas/", lists.schemas, name="schema-list"),
    path("p/<slug:slug>/data/schemas/<int:schema_id>/", schemas.schema_detail, name="schema-detail"),
    path("p/<slug:slug>/data/schemas/<int:schema_id>/edit/", schemas.schema_edit, name="schema-edit"),
    path("p/<slug:slug>/data/labeling/", lists.labeling, name="labeling-list"),
    path("p/<slug:slug>/data/labeling/new/", labeling.labeling_create, name="labeling-create"),
    path("p/<slug:slug>/data/labeling/<int:method_id>/", labeling.labeling_detail, name="labeling-detail"),
    path("p/<slug:slug>/data/labeling/<int:method_id>/revise/", labeling.labeling_revise, name="labeling-revise"),
]
