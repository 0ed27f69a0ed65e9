from django.urls import path

from data.api import (
    agreements,
    checks,
    datasets,
    exchange,
    features,
    labeling,
    profiles,
    references,
    schemas,
    sources,
    storage,
)

app_name = "data-api"
urlpatterns = [
    path("storage/", storage.Storage.as_view(), name="storage"),
    path("projects/<slug:slug>/storage/", storage.ProjectStorage.as_view(), name="project-storage"),
    path("projects/<slug:slug>/sources/", sources.SourceList.as_view(), name="source-list"),
    path("projects/<slug:slug>/sources/<int:source_id>/", sources.SourceDetail.as_view(), name="source-detail"),
    path(
        "projects/<slug:slug>/sources/<int:source_id>/quality-checks/",
        sources.QualityCheckList.as_view(),
        name="quality-check-list",
    ),
    path("projects/<slug:slug>/datasets/references/", references.ReferenceList.as_view(), name="reference-list"),
    path(
        "projects/<slug:slug>/datasets/mlflow-inputs/", references.MlflowInputList.as_view(), name="mlflow-input-list"
    ),
    path(
        "projects/<slug:slug>/datasets/<int:dataset_id>/profile/",
        profiles.DatasetProfileView.as_view(),
        name="dataset-profile",
    ),
    path("projects/<slug:slug>/datasets/", datasets.DatasetList.as_view(), name="dataset-list"),
    path("projects/<slug:slug>/datasets/<int:dataset_id>/", datasets.DatasetDetail.as_view(), name="dataset-detail"),
    path("projects/<slug:slug>/datasets/<int:dataset_id>/file/", datasets.DatasetFile.as_view(), name="dataset-file"),
    path("projects/<slug:slug>/schemas/", schemas.SchemaList.as_view(), name="schema-list"),
    path("projects/<slug:slug>/schemas/import/", exchange.SchemaImport.as_view(), name="schema-import"),
    path("projects/<slug:slug>/schemas/<int:schema_id>/diff/", schemas.SchemaDiff.as_view(), name="schema-diff"),
    path(
        "projects/<slug:slug>/schemas/<int:schema_id>/export/<str:form>",
        exchange.SchemaExport.as_view(),
        name="schema-export",
    ),
    path(
        "projects/<slug:slug>/datasets/<int:dataset_id>/checks/", checks.DatasetChecks.as_view(), name="dataset-checks"
    ),
    path("projects/<slug:slug>/checks/<int:check_id>/", checks.CheckDetail.as_view(), name="check-detail"),
    path(
        "projects/<slug:slug>/datasets/<int:dataset_id>/croissant/",
        exchange.DatasetCroissant.as_view(),
        name="dataset-croissant",
    ),
    path("projects/<slug:slug>/croissant/", exchange.CroissantImport.as_view(), name="croissant-import"),
    path("projects/<slug:slug>/schemas/<int:schema_id>/", schemas.SchemaDetail.as_view(), name="schema-detail"),
    path("projects/<slug:slug>/labeling-methods/", labeling.MethodList.as_view(), name="method-list"),
    path(
        "projects/<slug:slug>/labeling-methods/<int:method_id>/", labeling.MethodDetail.as_view(), name="method-detail"
    ),
    path(
        "projects/<slug:slug>/labeling-methods/<int:method_id>/guideline/",
        labeling.MethodGuideline.as_view(),
        name="method-guideline",
    ),
    path("projects/<slug:slug>/label-agreements/", agreements.AgreementList.as_view(), name="agreement-list"),
    path(
        "projects/<slug:slug>/label-agreements/<int:number>/",
        agreements.AgreementDetail.as_view(),
        name="agreement-detail",
    ),
    path(
        "projects/<slug:slug>/label-agreements/<int:number>/labels/",
        agreements.AgreementLabels.as_view(),
        name="agreement-labels",
    ),
    path(
        "projects/<slug:slug>/label-agreements/<int:number>/disputed-rows/",
        agreements.DisputedRowList.as_view(),
        name="disputed-list",
    ),
    path(
        "projects/<slug:slug>/label-agreements/<int:number>/disputed-rows/<int:row_id>/",
        agreements.DisputedRowDetail.as_view(),
        name="disputed-detail",
    ),
    path("projects/<slug:slug>/label-audits/", agreements.AuditList.as_view(), name="audit-list"),
    path("projects/<slug:slug>/label-audits/sample-size/", agreements.SampleSize.as_view(), name="sample-size"),
    path("projects/<slug:slug>/label-samples/", agreements.SampleList.as_view(), name="sample-list"),
    path(
        "projects/<slug:slug>/label-samples/<int:sample_id>/sheet/",
        agreements.SampleSheet.as_view(),
        name="sample-sheet",
    ),
    path("projects/<slug:slug>/features/", features.FeatureList.as_view(), name="feature-list"),
    path("projects/<slug:slug>/features/drafts/", features.FeatureDrafts.as_view(), name="feature-drafts"),
    path("projects/<slug:slug>/features/reuse/", features.FeatureReuse.as_view(), name="feature-reuse"),
    path("projects/<slug:slug>/features/feast/", features.FeatureFeast.as_view(), name="feature-feast"),
    path("projects/<slug:slug>/features/<int:feature_id>/", features.FeatureDetail.as_view(), name="feature-detail"),
    path("features/", features.Catalogue.as_view(), name="catalogue"),
]
