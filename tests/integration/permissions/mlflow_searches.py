from tests.integration.permissions.shape import Row, everyone_inside

SEARCHED = everyone_inside()

TABLE = {
    # A page's size has to be named, which is told only to those who may read.
    "mlflow:experiment-search": Row(
        get=everyone_inside(ok=400), post=SEARCHED, post_data={"max_results": 10}, api=True
    ),
    "mlflow:logged-model-search": Row(post=SEARCHED, post_data={"experiment_ids": ["0"]}, api=True),
    "mlflow:model-search": Row(get=SEARCHED, api=True),
    "mlflow:model-version-search": Row(get=SEARCHED, api=True),
    "mlflow:run-search": Row(post=SEARCHED, post_data={"experiment_ids": ["0"]}, api=True),
}
