from registry.mlflow_api.endpoints import (
    aliases,
    artifacts,
    experiments,
    handshake,
    logged_models,
    metrics,
    model_versions,
    multipart,
    registered_models,
    run_contents,
    runs,
    searches,
    webhooks,
)

app_name = "mlflow"

urlpatterns = [
    *handshake.ADDRESSES,
    *experiments.ADDRESSES,
    *runs.ADDRESSES,
    *webhooks.ADDRESSES,
    *run_contents.ADDRESSES,
    *metrics.ADDRESSES,
    *artifacts.ADDRESSES,
    *multipart.ADDRESSES,
    # Before those that take any word at the same place for an id.
    *searches.ADDRESSES,
    *logged_models.ADDRESSES,
    *registered_models.ADDRESSES,
    *model_versions.ADDRESSES,
    *aliases.ADDRESSES,
    # The last, because it takes everything that is left.
    *handshake.UNKNOWN,
]
