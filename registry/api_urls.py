from django.urls import include, path

from registry.api import environments, imports, models, promotions, skeletons, stages, versions, webhooks

app_name = "registry-api"

MODEL = "projects/<slug:slug>/models/<str:name>/"
VERSION = MODEL + "versions/<int:number>/"
ENVIRONMENT = "projects/<slug:slug>/environments/<int:environment_id>/"
PROMOTION = "projects/<slug:slug>/promotions/<int:number>/"
SERVER = "projects/<slug:slug>/mlflow-servers/<int:server_id>/"
SYNC = "projects/<slug:slug>/mlflow-syncs/<int:sync_id>/"
WEBHOOK = "projects/<slug:slug>/webhooks/<uuid:webhook_id>/"

urlpatterns = [
    path("stages/", models.StageList.as_view(), name="stage-list"),
    path("projects/<slug:slug>/stages/<slug:stage>/", stages.StageAt.as_view(), name="stage-at"),
    path("projects/<slug:slug>/models/", models.ModelList.as_view(), name="model-list"),
    path(MODEL, models.ModelDetail.as_view(), name="model-detail"),
    path(MODEL + "tags/<path:key>/", models.ModelTag.as_view(), name="model-tag"),
    path(MODEL + "stages/", models.StageHistory.as_view(), name="stage-history"),
    path(MODEL + "aliases/", models.AliasList.as_view(), name="alias-list"),
    path(MODEL + "aliases/<str:alias>/", models.AliasDetail.as_view(), name="alias-detail"),
    path(MODEL + "versions/", versions.VersionList.as_view(), name="version-list"),
    path(VERSION, versions.VersionDetail.as_view(), name="version-detail"),
    path(VERSION + "tags/<path:key>/", versions.VersionTag.as_view(), name="version-tag"),
    path(VERSION + "artifact/", versions.VersionArtifact.as_view(), name="version-artifact"),
    path(VERSION + "checks/", versions.VersionChecks.as_view(), name="version-checks"),
    path(VERSION + "verify/", versions.VersionVerify.as_view(), name="version-verify"),
    path("projects/<slug:slug>/skeleton/", skeletons.SkeletonFile.as_view(), name="skeleton"),
    path("", include("registry.version_api_urls")),
    path("", include("registry.run_api_urls")),
    path("", include("registry.outline_api_urls")),
    path("", include("registry.exchange_api_urls")),
    path("projects/<slug:slug>/environments/", environments.EnvironmentList.as_view(), name="environment-list"),
    path(
        "projects/<slug:slug>/environments/compare/",
        environments.EnvironmentComparison.as_view(),
        name="environment-compare",
    ),
    path("projects/<slug:slug>/mlflow-servers/", imports.ServerList.as_view(), name="mlflow-server-list"),
    path(SERVER, imports.ServerDetail.as_view(), name="mlflow-server-detail"),
    path(SERVER + "contents/", imports.ServerContents.as_view(), name="mlflow-server-contents"),
    path(SERVER + "syncs/", imports.SyncList.as_view(), name="mlflow-sync-list"),
    path(SYNC, imports.SyncDetail.as_view(), name="mlflow-sync-detail"),
    path(SYNC + "again/", imports.SyncAgain.as_view(), name="mlflow-sync-again"),
    path("projects/<slug:slug>/webhooks/", webhooks.WebhookList.as_view(), name="webhook-list"),
    path(WEBHOOK, webhooks.WebhookDetail.as_view(), name="webhook-detail"),
    path(WEBHOOK + "secret/", webhooks.WebhookSecret.as_view(), name="webhook-secret"),
    path(WEBHOOK + "test/", webhooks.WebhookTest.as_view(), name="webhook-test"),
    path(WEBHOOK + "deliveries/", webhooks.DeliveryList.as_view(), name="webhook-deliveries"),
    path(
        WEBHOOK + "deliveries/<uuid:delivery_id>/retry/",
        webhooks.DeliveryRetry.as_view(),
        name="webhook-delivery-retry",
    ),
    path(ENVIRONMENT, environments.EnvironmentDetail.as_view(), name="environment-detail"),
    path(
        ENVIRONMENT + "requirements.txt",
        environments.EnvironmentRequirements.as_view(),
        name="environment-requirements",
    ),
    path(ENVIRONMENT + "environment.yaml", environments.EnvironmentConda.as_view(), name="environment-conda"),
    path("projects/<slug:slug>/promotions/", promotions.PromotionList.as_view(), name="promotion-list"),
    path(PROMOTION, promotions.PromotionDetail.as_view(), name="promotion-detail"),
    path(PROMOTION + "approve/", promotions.PromotionApprove.as_view(), name="promotion-approve"),
    path(PROMOTION + "reject/", promotions.PromotionReject.as_view(), name="promotion-reject"),
    path(PROMOTION + "withdraw/", promotions.PromotionWithdraw.as_view(), name="promotion-withdraw"),
    path(PROMOTION + "evidence/", promotions.PromotionEvidence.as_view(), name="promotion-evidence"),
]
