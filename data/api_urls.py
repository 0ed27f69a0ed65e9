from django.urls import path

from data.api import datasets, labeling, schemas, sources

app_name = "data-api"
urlpatterns = [
    path("projects/<slug:slug>/sources/", sources.SourceList.as_view(), name="source-list"),
    path("projects/<slug:slug>/sources/<int:source_id>/", sources.SourceDetail.as_view(), name="source-detail"),
    path("projects/<slug:slug>/datasets/", datasets.DatasetList.as_view(), name="dataset-list"),
    path("projects/<slug:slug>/datasets/<int:dataset_id>/", datasets.DatasetDetail.as_view(), name="dataset-detail"),
    path("projects/<slug:slug>/datasets/<int:dataset_id>/file/", datasets.DatasetFile.as_view(), name="dataset-file"),
    path("projects/<slug:slug>/schemas/", schemas.SchemaList.as_view(), name="schema-list"),
    path("projects/<slug:slug>/schemas/<int:schema_id>/", schemas.SchemaDetail.as_view(), name="schema-detail"),
    path("projects/<slug:slug>/labeling-methods/", labeling.MethodList.as_view(), name="method-list"),
    path(
        "projects/<slug:slug>/labeling-methods/<int:method_id>/", labeling.MethodDetail.as_view(), name="method-detail"
    ),
]
