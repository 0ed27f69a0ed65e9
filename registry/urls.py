from django.urls import include, path

from registry.views import (
    environments,
    imports,
    mlflow_links,
    model_settings,
    models,
    promotions,
    skeletons,
    stages,
    versions,
    webhooks,
)

app_name = "registry"

MODEL = "p/<slug:slug>/models/<str:name>/"
VERSION = MODEL + "v<int:number>/"
ENVIRONMENT = "p/<slug:slug>/environments/<int:environment_id>/"
PROMOTION = "p/<slug:slug>/promotions/<int:number>/"
SERVER = "p/<slug:slug>/imports/<int:server_id>/"
WEBHOOK = "p/<slug:slug>/webhooks/<uuid:webhook_id>/"

urlpatterns = [
    path("p/<slug:slug>/models/", models.model_list, name="model-list"),
    path("p/<slug:slug>/stages/", stages.stage_at, name="stage-at"),
    path("p/<slug:slug>/models/new/", models.model_create, name="model-create"),
    path(MODEL, models.model_detail, name="model-detail"),
    path(MODEL + "edit/", model_settings.model_edit, name="model-edit"),
    path(MODEL + "remove/", model_settings.model_remove, name="model-remove"),
    path(VERSION + "remove/", model_settings.version_remove, name="version-remove"),
    path(MODEL + "aliases/<str:alias>/remove/", models.alias_remove, name="alias-remove"),
    path(MODEL + "upload/", versions.version_create, name="version-create"),
    path(VERSION, versions.version_detail, name="version-detail"),
    path(VERSION + "artifact/", versions.version_artifact, name="version-artifact"),
    path(VERSION + "verify/", versions.version_verify, name="version-verify"),
    path(VERSION + "alias/", versions.version_alias, name="version-alias"),
    path(VERSION + "promote/", promotions.promotion_create, name="promotion-create"),
    path("p/<slug:slug>/skeleton/", skeletons.skeleton, name="skeleton"),
    path("p/<slug:slug>/skeleton.zip", skeletons.skeleton_file, name="skeleton-file"),
    path("", include("registry.version_urls")),
    path("", include("registry.run_urls")),
    path("", include("registry.outline_urls")),
    path("", include("registry.exchange_urls")),
    path("p/<slug:slug>/environments/", environments.environment_list, name="environment-list"),
    path("p/<slug:slug>/environments/new/", environments.environment_create, name="environment-create"),
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
    path("p/<slug:slug>/webhooks/", webhooks.webhook_list, name="webhook-list"),
    path("p/<slug:slug>/webhooks/new/", webhooks.webhook_create, name="webhook-create"),
    path(WEBHOOK, webhooks.webhook_detail, name="webhook-detail"),
    path(WEBHOOK + "edit/", webhooks.webhook_edit, name="webhook-edit"),
    path(WEBHOOK + "secret/", webhooks.webhook_secret, name="webhook-secret"),
    path(WEBHOOK + "test/", webhooks.webhook_test, name="webhook-test"),
    path(WEBHOOK + "remove/", webhooks.webhook_remove, name="webhook-remove"),
    path(WEBHOOK + "deliveries/<uuid:delivery_id>/retry/", webhooks.delivery_retry, name="webhook-delivery-retry"),
    path("mlflow/<path:rest>", mlflow_links.mlflow_link, name="mlflow-link"),
    path("p/<slug:slug>/imports/", imports.import_list, name="import-list"),
    path("p/<slug:slug>/imports/new/", imports.server_create, name="import-server-create"),
    path(SERVER + "choose/", imports.import_choose, name="import-choose"),
    path(SERVER + "test/", imports.server_test, name="import-server-test"),
    path(SERVER + "remove/", imports.server_remove, name="import-server-remove"),
    path("p/<slug:slug>/syncs/<int:sync_id>/", imports.sync_detail, name="sync-detail"),
    path("p/<slug:slug>/syncs/<int:sync_id>/again/", imports.sync_again, name="sync-again"),
    path("reviews/", promotions.review_list, name="review-list"),
]
