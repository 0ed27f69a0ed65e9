"""What the files of a model folder say, and what happens where they say it badly."""

import io
import zipfile
from pathlib import Path

import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from registry.environments import reading
from registry.indexing import estimators, mlmodel, packages, parameters


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ("-3", -3), ("0.5", 0.5), ("1e-3", 0.001), ("True", True), ("None", None), ("l2", "l2"), ("007", "007"),
     ("1_000", "1_000"), ("nan", "nan"), ("9" * 20, "9" * 20), ("", ""), ("1e999", "1e999")],
)  # fmt: skip
def test_a_parameter_gets_the_one_type_it_can_mean(text: str, value: object) -> None:
    assert parameters.typed(text) == value
    assert type(parameters.typed(text)) is type(value)


def test_seeds_are_told_by_their_names() -> None:
    said = {"random_state": "7", "model__random_state": "3", "split_seed": "11", "seed": "None", "seeding": "5",
            "best_random_state": "1", "clf.random_state": "2"}  # fmt: skip
    assert parameters.seeds(said) == {
        "random_state": 7, "model__random_state": 3, "split_seed": 11, "best_random_state": 1, "clf.random_state": 2,
    }  # fmt: skip


def test_a_random_search_counts_its_draws() -> None:
    said = {"best_C": "1.0", "n_iter": "25", "param_distributions": "{'C': <scipy.stats object>}"}
    found = parameters.search(said, method="RandomizedSearchCV", children=[])
    assert found is not None
    assert (found["candidates"], found["best"], found["space"]) == (25, {"C": 1.0}, "{'C': <scipy.stats object>}")
    assert parameters.search({"C": "1.0"}, method="LogisticRegression", children=[]) is None


def test_the_estimators_of_a_skops_file_are_read_without_loading_it(tmp_path: Path) -> None:
    rows, labels = [[0.0], [1.0]], [0, 1]
    pipeline, alone = tmp_path / "pipeline.skops", tmp_path / "alone.skops"
    skops.io.dump(make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, labels), pipeline)
    skops.io.dump(LogisticRegression().fit(rows, labels), alone)
    assert estimators.read(pipeline) == "StandardScaler → LogisticRegression"
    assert estimators.read(alone) == "LogisticRegression"


@pytest.mark.parametrize(
    "schema", [b"", b"[]", b'{"__class__": 3}', b'{"__class__": "<b>"}', b'{"__class__":"Pipeline"}']
)
def test_a_schema_of_another_shape_says_nothing_wrong(tmp_path: Path, schema: bytes) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("schema.json", schema)
    path = tmp_path / "odd.skops"
    path.write_bytes(target.getvalue())
    assert estimators.read(path) in ("", "Pipeline")


def test_an_mlmodel_that_means_more_than_it_says_is_unreadable() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
    )
    for content in (bomb.encode(), b"\xff", b"- list", b"a: b: c", b"x" * (2**20 + 1), b"!!python/name:os.system"):
        with pytest.raises(mlmodel.Unreadable):
            mlmodel.read(content)


def test_conda_packages_and_pip_lines_make_one_environment() -> None:
    conda = b"dependencies:\n- python=3.11.7\n- conda-forge::libxgboost=2.1.0=h1\n- numpy==2.3.4\n- pip:\n  - pandas==3.0.0\n"
    found = packages.read({"conda.yaml": conda, "requirements.txt": b"pandas==2.2.0\n"})
    assert found.python_version == "3.11.7"
    assert {name: one["version"] for name, one in found.packages.items()} == {
        "libxgboost": "2.1.0", "numpy": "2.3.4", "pandas": "2.2.0",
    }  # fmt: skip
    assert any("pandas" in sentence for sentence in found.unread)


def test_conda_means_the_same_from_a_model_as_from_an_upload() -> None:
    conda = (
        b"dependencies:\n- python=3.11.7=h1\n- numpy=1.26\n- jpeg=9e=h2\n- pip<=24\n- _libgcc=1=main\n"
        b"- scipy >=1.10,<2\n- pip:\n  - pandas==3.0.0\n"
    )
    found = packages.read({"conda.yaml": conda})
    assert (found.facts, found.unread) == (reading.read(conda, name="environment.yaml"), [])
    assert found.facts.packages[1] == {"name": "numpy", "version": "", "specifier": "==1.26.*"}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"python_env.yaml": b"python: 3.11.7 (main)\n"}, "The version of Python in python_env.yaml was not kept"),
        ({"python_env.yaml": b'python: "3.11\\n7"\n'}, "The version of Python in python_env.yaml was not kept"),
        ({"requirements.txt": b"six===1\0\nnumpy==2.3.4\n"}, "Line 1 of requirements.txt was not read"),
        ({"conda.yaml": b'dependencies:\n- "a\\0 b"\n- numpy=2.3.4\n'}, "which is not a package"),
        ({"conda.yaml": b"dependencies:\n- {}\n- numpy=2.3.4\n"}, "neither a package nor a list for pip"),
        ({"requirements.txt": b"numpy==2.3.4\nNumPy==1.0\n"}, "2.3.4 was said before; that was kept"),
    ],
)
def test_what_cannot_be_read_of_an_environment_is_told_and_the_rest_is_kept(files: dict[str, bytes], told: str) -> None:
    found = packages.read(files)
    assert told in found.unread[0]
    assert all(sentence.isprintable() for sentence in found.unread)
    assert found.facts.python_version == ""
    assert "python_env.yaml" in files or found.facts.packages == [{"name": "numpy", "version": "2.3.4"}]
