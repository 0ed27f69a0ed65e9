from django.urls import path

from data.views import agreements, audits, checks, datasets, exchange, labeling, lists, schemas, sources

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
    path("p/<slug:slug>/data/schemas/import/", exchange.schema_import, name="schema-import"),
    path("p/<slug:slug>/data/schemas/<int:schema_id>/", schemas.schema_detail, name="schema-detail"),
    path("p/<slug:slug>/data/schemas/<int:schema_id>/diff/", schemas.schema_diff, name="schema-diff"),
    path("p/<slug:slug>/data/schemas/<int:schema_id>/export/<str:form>", exchange.schema_export, name="schema-export"),
    path("p/<slug:slug>/data/snapshots/import/", exchange.croissant_import, name="croissant-import"),
    path("p/<slug:slug>/data/snapshots/<int:dataset_id>/check/", checks.dataset_check, name="dataset-check"),
    path(
        "p/<slug:slug>/data/snapshots/<int:dataset_id>/croissant.json",
        exchange.dataset_croissant,
        name="dataset-croissant",
    ),
    path("p/<slug:slug>/data/checks/<int:check_id>/", checks.check_detail, name="check-detail"),
    path("p/<slug:slug>/data/schemas/<int:schema_id>/edit/", schemas.schema_edit, name="schema-edit"),
    path("p/<slug:slug>/data/labeling/", lists.labeling, name="labeling-list"),
    path("p/<slug:slug>/data/labeling/new/", labeling.labeling_create, name="labeling-create"),
    path("p/<slug:slug>/data/labeling/<int:method_id>/", labeling.labeling_detail, name="labeling-detail"),
    path("p/<slug:slug>/data/labeling/<int:method_id>/revise/", labeling.labeling_revise, name="labeling-revise"),
    path("p/<slug:slug>/data/labeling/<int:method_id>/guideline/", labeling.labeling_guideline, name="labeling-guideline"),
    path(
        "p/<slug:slug>/data/labeling/<int:method_id>/compare/<int:other_id>/",
        labeling.labeling_compare,
        name="labeling-compare",
    ),
    path("p/<slug:slug>/data/labeling/<int:method_id>/agreement/", agreements.agreement_create, name="agreement-create"),
    path(
        "p/<slug:slug>/data/labeling/<int:method_id>/agreement/layout/",
        agreements.agreement_layout,
        name="agreement-layout",
    ),
    path("p/<slug:slug>/data/labeling/<int:method_id>/audit/", audits.audit_create, name="audit-create"),
    path("p/<slug:slug>/data/labeling/<int:method_id>/sample/", audits.sample_create, name="sample-create"),
    path("p/<slug:slug>/data/samples/<int:sample_id>/", audits.sample_detail, name="sample-detail"),
    path("p/<slug:slug>/data/samples/<int:sample_id>/sheet/", audits.sample_sheet, name="sample-sheet"),
    path("p/<slug:slug>/data/agreements/<int:number>/", agreements.agreement_detail, name="agreement-detail"),
    path("p/<slug:slug>/data/agreements/<int:number>/rows/", agreements.disputed_list, name="disputed-list"),
    path(
        "p/<slug:slug>/data/agreements/<int:number>/rows/<int:row_id>/",
        agreements.disputed_decide,
        name="disputed-decide",
    ),
    path("p/<slug:slug>/data/agreements/<int:number>/labels/", agreements.adjudicated, name="adjudicated"),
]
