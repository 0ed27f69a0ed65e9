from registry.mlflow_api.endpoints import experiments, handshake, runs, webhooks

app_name = "mlflow"

urlpatterns = [
    *handshake.ADDRESSES,
    *experiments.ADDRESSES,
    *runs.ADDRESSES,
    *webhooks.ADDRESSES,
    # The last, because it takes everything that is left.
    *handshake.UNKNOWN,
]
