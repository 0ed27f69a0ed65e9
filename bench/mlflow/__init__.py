"""Tenet's MLflow API beside `mlflow server`: the same requests to both, in turn, in one run."""
