from registry.mlflow_api.endpoints import handshake

app_name = "mlflow"

urlpatterns = [
    *handshake.ADDRESSES,
    # The last, because it takes everything that is left.
    *handshake.UNKNOWN,
]
