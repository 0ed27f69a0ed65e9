import platform
from importlib.metadata import version

from samples.environment import captured


def test_an_environment_names_what_is_imported_and_what_that_stands_on_with_exact_versions():
    facts = captured(["scikit-learn"], seeds={"split": 2})
    packages = {package["name"]: package["version"] for package in facts["packages"]}
    assert packages["scikit-learn"] == version("scikit-learn")
    assert packages["numpy"] == version("numpy")
    assert "django" not in packages
    assert list(packages) == sorted(packages)
    assert facts["python_version"] == platform.python_version()
    assert facts["seeds"] == {"split": 2}


def test_a_package_that_is_not_installed_is_left_out():
    assert captured(["no-such-package-here"], seeds={})["packages"] == []
