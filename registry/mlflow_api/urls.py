from registry.mlflow_api.endpoints import artifacts, experiments, handshake, multipart, runs

app_name = "mlflow"

urlpatterns = [
    *handshake.ADDRESSES,
    *experiments.ADDRESSES,
    *runs.ADDRESSES,
    *artifacts.ADDRESSES,
    *multipart.ADDRESSES,
    # The last, because it takes everything that is left.
    *handshake.UNKNOWN,
]
