from django.urls import path

from data import api

app_name = "data-api"
urlpatterns = [
    path("projects/<slug:slug>/sources/", api.SourceList.as_view(), name="source-list"),
    path("projects/<slug:slug>/sources/<int:source_id>/", api.SourceDetail.as_view(), name="source-detail"),
    path("projects/<slug:slug>/datasets/", api.DatasetList.as_view(), name="dataset-list"),
    path("projects/<slug:slug>/datasets/<int:dataset_id>/", api.DatasetDetail.as_view(), name="dataset-detail"),
    path("projects/<slug:slug>/datasets/<int:dataset_id>/file/", api.DatasetFile.as_view(), name="dataset-file"),
    path("projects/<slug:slug>/schemas/", api.SchemaList.as_view(), name="schema-list"),
    path("projects/<slug:slug>/schemas/<int:schema_id>/", api.SchemaDetail.as_view(), name="schema-detail"),
    path("projects/<slug:slug>/labeling-methods/", api.MethodList.as_view(), name="method-list"),
    path("projects/<slug:slug>/labeling-methods/<int:method_id>/", api.MethodDetail.as_view(), name="method-detail"),
]
