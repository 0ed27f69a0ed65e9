"""Reads whose SQL is built once say the same as those that are built each time."""

import pytest

import statements
from canvas.models import Project
from registry.models import Run
from statements import Statement
from tests.factories.registry import ExperimentFactory, RunFactory


def runs_of(project: int, name: str) -> statements.Rows:
    found = Run.objects.filter(experiment__project=project, name=name, deleted_at=None)
    return found.order_by("pk").values_list(*statements.columns(Run))


def test_a_statement_gives_what_its_query_gives(project: Project) -> None:
    statement = Statement(runs_of, -1, "a name")
    experiment = ExperimentFactory(project=project)
    first, second, _ = (RunFactory(experiment=experiment, name=name) for name in ("tree", "tree", "forest"))
    for name in ("tree", "forest", "nowhere", "a name"):
        assert statement.all(project.pk, name) == list(runs_of(project.pk, name))
    assert statement.first(project.pk, "nowhere") is None
    found = [statements.record(Run, row) for row in statement.all(project.pk, "tree")]
    assert found == [first, second]
    assert found[0].created_at == first.created_at
    assert Statement(runs_of, -1, "a name").all(project.pk + 1, "tree") == []


def test_an_example_that_the_query_does_not_hold_is_a_mistake(project: Project) -> None:
    with pytest.raises(ValueError, match="another"):
        Statement(lambda project, other: runs_of(project, "tree"), -1, "another").all(1, "tree")
