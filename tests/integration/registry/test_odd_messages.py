"""Whatever is sent about models and versions is answered, and never with a failure of ours."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from canvas.models import Project
from registry.models import ModelVersion
from tests.conftest import ApiAs
from tests.factories.logged_models import a_logged_model
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory, the_stages

ADDRESSES = (
    ("POST", "registered-models/create"), ("POST", "registered-models/rename"), ("PATCH", "registered-models/update"),
    ("POST", "registered-models/get-latest-versions"), ("POST", "registered-models/set-tag"),
    ("DELETE", "registered-models/delete-tag"), ("POST", "registered-models/alias"),
    ("DELETE", "registered-models/alias"), ("POST", "model-versions/create"), ("PATCH", "model-versions/update"),
    ("POST", "model-versions/transition-stage"), ("POST", "model-versions/set-tag"),
    ("DELETE", "model-versions/delete-tag"), ("DELETE", "model-versions/delete"), ("GET", "registered-models/get"),
    ("GET", "registered-models/alias"), ("GET", "model-versions/get"), ("GET", "model-versions/get-download-uri"),
)  # fmt: skip
FIELDS = ("name", "new_name", "description", "key", "value", "alias", "version", "stage", "source", "run_id",
          "model_id", "tags", "stages", "run_link", "archive_existing_versions")  # fmt: skip
KNOWN = ("triage", "1", "2", "9" * 30, "models:/triage/1", "models:/m-" + "0" * 32, "runs:/", "mlflow-artifacts:/0/x",
         "models:/%2e%2e/1", "Staging", "\0", "\ud800", "v1", "latest", "..", "x" * 3_000)  # fmt: skip
VALUE = st.one_of(
    st.sampled_from(KNOWN), st.text(max_size=40), st.integers(-(2**70), 2**70), st.floats(), st.booleans(), st.none(),
    st.lists(st.one_of(st.text(max_size=5), st.dictionaries(st.sampled_from(["key", "value"]), st.text(max_size=5))),
             max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.dictionaries(st.sampled_from(FIELDS), VALUE, max_size=6), is_named=st.booleans())
def test_odd_messages_are_refused_in_words(
    project: Project, contributor: User, api_as: ApiAs, method: str, path: str, sent: dict[str, Any], is_named: bool
) -> None:
    if not ModelVersion.objects.exists():
        the_stages()
        ModelVersionFactory(model=RegisteredModelFactory(project=project, name="triage"))
        a_logged_model(project)
    said = ({"name": "triage", "version": "1"} if is_named else {}) | sent
    url, client = f"/api/2.0/mlflow/{path}", api_as(contributor)
    if method == "GET":
        answer = client.get(url, {key: str(value).encode(errors="replace") for key, value in said.items()})
    else:
        answer = client.generic(method, url, json.dumps(said), content_type="application/json")
    assert answer.status_code < 500, (said, answer.content)
    if answer.status_code != 200:
        assert answer.json()["error_code"]
        assert answer.json()["message"]
