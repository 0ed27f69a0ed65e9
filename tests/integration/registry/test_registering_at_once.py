"""Many scripts register versions of one model in the same instant, on a database that really has to choose."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from registry.models import AliasMove, ModelVersion, RegisteredModel, StageAssignment, TrainingEnvironment
from tests.conftest import ApiAs
from tests.factories.logged_models import a_logged_model
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory, the_stages

AT_ONCE = 8
ROOT = "/api/2.0/mlflow"


def all_at_once(tries: list[Callable[[], tuple[int, dict[str, object]]]]) -> list[tuple[int, dict[str, object]]]:
    """What each is answered when nobody waits for anybody."""
    start = Barrier(len(tries))

    def one(attempt: Callable[[], tuple[int, dict[str, object]]]) -> tuple[int, dict[str, object]]:
        start.wait(timeout=60)
        try:
            return attempt()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(tries)) as scripts:
        return list(scripts.map(one, tries))


@pytest.mark.django_db(transaction=True)
def test_versions_registered_at_once_get_a_number_each(project: Project, contributor: User, api_as: ApiAs) -> None:
    the_stages()
    client = api_as(contributor)
    sources = [f"models:/{a_logged_model(project).model_id}" for _ in range(AT_ONCE)]

    def register(source: str) -> tuple[int, dict[str, object]]:
        for path, sent in (
            ("registered-models/create", {"name": "triage"}),
            ("model-versions/create", {"name": "triage", "source": source}),
        ):
            answer = client.generic("POST", f"{ROOT}/{path}", json.dumps(sent), content_type="application/json")
        return answer.status_code, answer.json()

    answers = all_at_once([lambda source=source: register(source) for source in sources])
    assert [status for status, _ in answers] == [200] * AT_ONCE, answers
    numbers = ModelVersion.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, AT_ONCE + 1))
    assert RegisteredModel.objects.count() == TrainingEnvironment.objects.count() == 1
    assert AuditEntry.objects.filter(action="version.registered").count() == AT_ONCE
    assert StageAssignment.objects.filter(until_at=None).count() == AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_an_alias_that_many_move_at_once_keeps_a_whole_history(
    project: Project, contributor: User, api_as: ApiAs
) -> None:
    the_stages()
    model = RegisteredModelFactory(project=project, name="triage")
    for _ in range(AT_ONCE):
        ModelVersionFactory(model=model)
    client = api_as(contributor)

    def move(number: int) -> tuple[int, dict[str, object]]:
        sent = json.dumps({"name": "triage", "alias": "shadow", "version": str(number)})
        answer = client.generic("POST", f"{ROOT}/registered-models/alias", sent, content_type="application/json")
        return answer.status_code, answer.json()

    answers = all_at_once([lambda number=number: move(number) for number in range(1, AT_ONCE + 1)])
    assert [status for status, _ in answers] == [200] * AT_ONCE, answers
    moves = list(AliasMove.objects.order_by("pk").values_list("from_version__number", "to_version__number"))
    assert [before for before, _ in moves] == [None, *(after for _, after in moves[:-1])]
    assert model.aliases.get().version.number == moves[-1][1]
