"""A model file is what its content says, whatever it is called."""

import gzip
import pickle
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pytest
import skops.io
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression

from evaluation.sandbox.errors import SandboxRefused
from evaluation.sandbox.formats import ensure_runnable
from evaluation.sandbox.limits import Limits
from registry.formats import ArtifactFormat, FormatKind, FormatMismatch, detect, ensure_matches
from tests import hostile


@pytest.fixture(scope="module")
def model() -> LogisticRegression:
    """A small fitted model."""
    rows = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0]], dtype=np.float32)
    return LogisticRegression().fit(rows, [0, 0, 1, 1])


@pytest.fixture
def saved(model, tmp_path):
    """Save the model in a format, under a name that gives nothing away."""

    def save(kind: str) -> Path:
        path = tmp_path / "artifact"
        if kind == "skops":
            skops.io.dump(model, path)
        elif kind == "onnx":
            path.write_bytes(to_onnx(model, np.zeros((1, 2), dtype=np.float32)).SerializeToString())
        elif kind.startswith("pickle"):
            path.write_bytes(pickle.dumps(model, protocol=int(kind[-1])))
        elif kind == "joblib":
            joblib.dump(model, path)
        else:
            joblib.dump(model, path, compress=(kind, 3))
        return path

    return save


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("skops", ArtifactFormat.SKOPS),
        ("onnx", ArtifactFormat.ONNX),
        *[(f"pickle{protocol}", ArtifactFormat.PICKLE) for protocol in range(6)],
        *[(kind, ArtifactFormat.JOBLIB) for kind in ("joblib", "zlib", "gzip", "bz2", "xz", "lzma")],
    ],
)
def test_each_format_is_recognised_by_its_content(saved, kind, expected):
    assert detect(saved(kind)) is expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"age,income\n1,2\n",
        b"Notes about the model.\nIt works.\n",
        b"PK\x03\x04 not a zip",
        gzip.compress(b"age,income\n1,2\n", mtime=0),
        bytes(range(256)) * 300,
        b"\x08\x08",
    ],
)
def test_anything_else_is_unknown(tmp_path, content):
    path = tmp_path / "artifact"
    path.write_bytes(content)

    assert detect(path) is ArtifactFormat.UNKNOWN
    with pytest.raises(SandboxRefused, match="Save the model as skops or ONNX"):
        ensure_runnable(path, Limits())


def test_a_pytorch_file_can_be_kept_but_not_run(tmp_path):
    path = tmp_path / "net.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", pickle.dumps({}))

    assert detect(path).kind is FormatKind.CODE_CARRYING
    with pytest.raises(SandboxRefused, match="PyTorch"):
        ensure_runnable(path, Limits())


def test_a_skops_file_that_is_a_pickle_is_refused_where_a_true_one_passes(saved):
    assert ensure_matches(saved("skops"), "model.skops") is ArtifactFormat.SKOPS
    with pytest.raises(FormatMismatch, match="its content is a pickle file, which can run code"):
        ensure_matches(saved("pickle5"), "model.skops")


@pytest.mark.parametrize(("kind", "name"), [("skops", "model.skops"), ("onnx", "model.onnx")])
def test_a_cut_off_file_is_called_cut_off(saved, tmp_path, kind, name):
    half = hostile.cut_off(saved(kind), tmp_path / "half")

    with pytest.raises(FormatMismatch, match="cut off or damaged"):
        ensure_matches(half, name)


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "model.bin", "model"])
def test_a_pickle_may_use_its_own_names_and_unspecific_ones(saved, name):
    assert ensure_matches(saved("pickle4"), name) is ArtifactFormat.PICKLE


def test_an_archive_that_swells_is_refused_before_it_is_opened(tmp_path, saved):
    bomb = hostile.archive_that_swells(tmp_path / "bomb.skops", megabytes=100)

    assert bomb.stat().st_size < 200_000
    assert detect(bomb) is ArtifactFormat.SKOPS
    with pytest.raises(SandboxRefused, match="would unpack to 104,857,602 bytes"):
        ensure_runnable(bomb, Limits())
    assert ensure_runnable(saved("skops"), Limits()) is ArtifactFormat.SKOPS


@pytest.mark.parametrize("build", [hostile.archive_that_lies_about_its_directory])
def test_an_archive_with_an_impossible_directory_is_not_read(tmp_path, build):
    assert detect(build(tmp_path / "model.skops")) is ArtifactFormat.UNKNOWN


def test_an_archive_of_too_many_entries_is_not_read(tmp_path):
    assert detect(hostile.archive_of_many(tmp_path / "few", entries=9_000)) is ArtifactFormat.SKOPS
    assert detect(hostile.archive_of_many(tmp_path / "many", entries=10_001)) is ArtifactFormat.UNKNOWN


def test_a_file_larger_than_allowed_is_refused(saved):
    with pytest.raises(SandboxRefused, match="at most 100 can be run here"):
        ensure_runnable(saved("onnx"), Limits(model_bytes=100))


def test_telling_a_pickle_apart_does_not_run_it(tmp_path):
    target = tmp_path / "target"
    path = hostile.pickle_that_opens(target, tmp_path / "model.pkl")

    assert detect(path) is ArtifactFormat.PICKLE
    assert not target.exists()
    pickle.loads(path.read_bytes())
    assert target.read_text() == "here"
