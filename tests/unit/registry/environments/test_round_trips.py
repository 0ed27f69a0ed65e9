"""What is exported of an environment reads back to the same packages."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registry import environment_files
from registry.environment_files import EnvironmentFacts, UnreadableEnvironment
from registry.environments import exports, reading

ODD = """\
numpy==2.3.4
pandas
scipy>=1.10,<2
-e git+https://git.example/team/tool@0123456789abcdef#egg=tool
own @ file:///home/somebody/own
odd===2004d-build
torch==2.1.0+cpu
pip==24.0
"""


def written(packages: list[dict[str, str]], python: str = "3.11.7") -> EnvironmentFacts:
    return EnvironmentFacts(python_version=python, packages=packages)


def test_odd_packages_survive_both_files() -> None:
    packages = environment_files.read_requirements(ODD)
    environment = written(packages)
    assert environment_files.read_requirements(exports.requirements(environment)) == packages
    again = reading.read(exports.conda(environment).encode(), name="environment.yaml")
    assert (again.packages, again.python_version) == (packages, "3.11.7")


NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
VERSIONS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,4}){0,3}((a|b|rc)[0-9])?(\+[a-z]{1,5})?", fullmatch=True)


@given(st.dictionaries(NAMES, VERSIONS | st.just(""), max_size=30))
def test_any_list_of_packages_survives_both_files(listed: dict[str, str]) -> None:
    facts = environment_files.from_json({"packages": listed}) if listed else EnvironmentFacts()
    environment = written(facts.packages)
    assert environment_files.read_requirements(exports.requirements(environment)) == facts.packages
    assert reading.read(exports.conda(environment).encode(), name="e.yaml").packages == facts.packages


@pytest.mark.parametrize("python", ["3.11.7", "3.12", "3.13.0rc1"])
def test_pythons_version_survives_condas_file(python: str) -> None:
    assert reading.read(exports.conda(written([], python)).encode(), name="e.yaml").python_version in (
        python,
        python[:6],
    )


def test_a_version_of_python_with_words_around_it_is_cut_to_the_number() -> None:
    conda = yaml.safe_load(exports.conda(written([], "3.11.7 (main, Dec 4 2023) [GCC]")))
    assert conda["dependencies"][0] == "python=3.11.7"


def test_what_cannot_be_a_requirement_becomes_a_remark() -> None:
    text = exports.requirements(
        written([{"name": "x", "version": "1\nRUN evil"}, {"name": "y", "source": "git+https://a b"}])
    )
    assert "\nRUN" not in text
    assert all(line.startswith("#") for line in text.splitlines())


def test_condas_own_export_is_read() -> None:
    text = """
name: train
channels: [somewhere]
dependencies:
  - _libgcc_mutex=0.1=main
  - python=3.11.7=h955ad1f_0
  - channel::pandas=2.2.1=py311ha02d727_0
  - numpy=1.26
  - jpeg=9e=h166bdaf_2
  - scipy >=1.10,<2
  - pip
  - pip:
      - scikit-learn==1.7.2
prefix: /opt/conda
"""
    facts = reading.read(text.encode(), name="environment.yaml")
    assert facts.python_version == "3.11.7"
    assert {package["name"]: exports.requirement(package)[0] for package in facts.packages} == {
        "jpeg": "jpeg===9e",
        "numpy": "numpy==1.26.*",
        "pandas": "pandas==2.2.1",
        "scikit-learn": "scikit-learn==1.7.2",
        "scipy": "scipy<2,>=1.10",
    }


@pytest.mark.parametrize(
    "text",
    [
        "dependencies:\n",
        "dependencies: 3\n",
        "dependencies:\n  - [1]\n",
        "dependencies:\n  - pip: numpy\n",
        "dependencies:\n  - conda: [numpy]\n",
        "dependencies:\n  - 'a b c'\n",
        "dependencies:\n  - {\n",
        "a: &a [x, x]\nb: &b [*a, *a]\ndependencies: *b\n",
        "dependencies: !!python/object/apply:os.system [ls]\n",
        "dependencies:\n  - numpy=1.26\n  - pip:\n    - numpy==2.0\n",
        "dependencies:\n  - pip:\n    - -r other.txt\n",
        "- 1\ndependencies:\n",
    ],
)
def test_a_conda_file_that_says_no_environment_is_refused(text: str) -> None:
    with pytest.raises(UnreadableEnvironment):
        reading.read(text.encode(), name="environment.yaml")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        facts = reading.read(("dependencies:\n" + text).encode("utf-8", "replace"), name="e.yaml")
    except UnreadableEnvironment:
        return
    environment_files.read_requirements(exports.requirements(facts))
