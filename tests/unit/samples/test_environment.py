from importlib.metadata import version

from samples.environment import pinned


def test_an_environment_names_what_is_imported_and_what_that_stands_on_with_exact_versions():
    lines = pinned(["scikit-learn"])
    assert f"scikit-learn=={version('scikit-learn')}" in lines
    assert f"numpy=={version('numpy')}" in lines
    assert not any(line.startswith("django==") for line in lines)
    assert lines == sorted(lines)


def test_a_package_that_is_not_installed_is_left_out():
    assert pinned(["no-such-package-here"]) == []
