"""What the files of a model folder say, and what happens where they say it badly."""

import io
import zipfile
from pathlib import Path

import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

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
