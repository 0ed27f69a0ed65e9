import pytest

from registry.environment_files import EnvironmentFacts
from registry.environments.comparison import Step, compare, step_between


def facts(python: str = "3.11.7", **packages: str) -> EnvironmentFacts:
    return EnvironmentFacts(
        python_version=python, packages=[{"name": name, "version": version} for name, version in packages.items()]
    )


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        ("1.7.2", "2.0.0", Step.MAJOR),
        ("1.7.2", "1.8.0", Step.MINOR),
        ("1.7.2", "1.7.3", Step.PATCH),
        ("1.7", "1.7.1", Step.PATCH),
        ("1.7.2", "1.7.2.post1", Step.OTHER),
        ("2.0.0", "1.9.9", Step.MAJOR),
        ("1!1.0", "1.0", Step.MAJOR),
        ("", "1.0", Step.OTHER),
        ("no version recorded", "1.0", Step.OTHER),
    ],
)
def test_how_far_two_versions_lie_apart(before: str, after: str, step: Step) -> None:
    assert step_between(before, after) == step


def test_packages_that_came_went_and_moved_are_told_apart() -> None:
    found = compare(facts(numpy="1.26.4", pandas="2.2.0", gone="1.0"), facts(numpy="2.0.0", pandas="2.2.0", come="3.1"))
    assert [(change.name, change.step) for change in found.packages] == [
        ("come", Step.ADDED),
        ("gone", Step.REMOVED),
        ("numpy", Step.MAJOR),
    ]
    assert found.shared == 1
    assert found.sentence == "3 packages differ (1 added, 1 removed, 1 by a major version)."


def test_machine_and_chance_are_compared_too() -> None:
    first = EnvironmentFacts(python_version="3.11.7", seeds={"random_state": 7}, gpu="A100")
    found = compare(first, EnvironmentFacts(python_version="3.12.0", seeds={"random_state": 8}))
    assert [(change.label, change.before, change.after) for change in found.facts] == [
        ("Python", "3.11.7", "3.12.0"),
        ("Graphics processor", "A100", "not recorded"),
        ("Seeds", "random_state 7", "random_state 8"),
    ]
    assert found.sentence.startswith("Packages are the same; Python, Graphics processor and Seeds differ")


def test_equal_environments_differ_in_nothing() -> None:
    found = compare(facts(numpy="1.0"), facts(numpy="1.0"))
    assert found.is_nothing
    assert found.sentence == "The two are alike in everything that is recorded."
