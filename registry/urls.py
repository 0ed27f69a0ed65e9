from django.urls import path

from registry.views import environments, models, promotions, runs, selections, skeletons, versions

app_name = "registry"

MODEL = "p/<slug:slug>/models/<str:name>/"
VERSION = MODEL + "v<int:number>/"
ENVIRONMENT = "p/<slug:slug>/environments/<int:environment_id>/"
PROMOTION = "p/<slug:slug>/promotions/<int:number>/"

urlpatterns = [
    path("p/<slug:slug>/models/", models.model_list, name="model-list"),
    path("p/<slug:slug>/models/new/", models.model_create, name="model-create"),
    path(MODEL, models.model_detail, name="model-detail"),
    path(MODEL + "aliases/<str:alias>/remove/", models.alias_remove, name="alias-remove"),
    path(MODEL + "upload/", versions.version_create, name="version-create"),
    path(VERSION, versions.version_detail, name="version-detail"),
    path(VERSION + "artifact/", versions.version_artifact, name="version-artifact"),
    path(VERSION + "verify/", versions.version_verify, name="version-verify"),
    path(VERSION + "alias/", versions.version_alias, name="version-alias"),
    path(VERSION + "promote/", promotions.promotion_create, name="promotion-create"),
    path("p/<slug:slug>/skeleton/", skeletons.skeleton, name="skeleton"),
    path("p/<slug:slug>/skeleton.zip", skeletons.skeleton_file, name="skeleton-file"),
    path("p/<slug:slug>/runs/", runs.run_list, name="run-list"),
    path("p/<slug:slug>/runs/<slug:run_id>/", runs.run_detail, name="run-detail"),
    path("p/<slug:slug>/environments/", environments.environment_list, name="environment-list"),
    path("p/<slug:slug>/environments/new/", environments.environment_create, name="environment-create"),
    path("p/<slug:slug>/selections/", selections.selection_list, name="selection-list"),
    path("p/<slug:slug>/selections/<int:selection_id>/", selections.selection_detail, name="selection-detail"),
    path("p/<slug:slug>/environments/compare/", environments.environment_compare, name="environment-compare"),
    path(ENVIRONMENT, environments.environment_detail, name="environment-detail"),
    path(ENVIRONMENT + "requirements.txt", environments.environment_requirements, name="environment-requirements"),
    path(ENVIRONMENT + "environment.yaml", environments.environment_conda, name="environment-conda"),
    path("p/<slug:slug>/promotions/", promotions.promotion_list, name="promotion-list"),
    path(PROMOTION, promotions.promotion_detail, name="promotion-detail"),
    path(PROMOTION + "approve/", promotions.approve, name="promotion-approve"),
    path(PROMOTION + "reject/", promotions.reject, name="promotion-reject"),
    path(PROMOTION + "withdraw/", promotions.withdraw, name="promotion-withdraw"),
    path(PROMOTION + "evidence/", promotions.evidence, name="promotion-evidence"),
    path(PROMOTION + "evidence.json", promotions.evidence_file, name="promotion-evidence-file"),
    path("reviews/", promotions.review_list, name="review-list"),
]
