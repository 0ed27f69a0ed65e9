import json
import os
from pathlib import Path
from typing import Any

import pytest

from registry.environments.vulnerabilities import report_on

OSV = {
    "id": "PYSEC-2021-856",
    "summary": "Buffer overflow in numpy",
    "affected": [
        {
            "package": {"name": "NumPy", "ecosystem": "PyPI"},
            "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.19.0"}]},
                {"type": "ECOSYSTEM", "events": [{"introduced": "1.20.0"}, {"last_affected": "1.21.2"}]},
            ],
            "versions": ["1.30.0"],
        },
        {
            "package": {"name": "numpy", "ecosystem": "npm"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
        },
    ],
}
AUDIT = {
    "dependencies": [
        {
            "name": "jinja2",
            "version": "3.1.2",
            "vulns": [{"id": "CVE-2024-22195", "fix_versions": ["3.1.3"], "description": "XSS"}],
        },
        {"name": "numpy", "version": "2.3.4", "vulns": []},
        {"name": "skipped", "skip_reason": "not found"},
    ]
}
LIST = [{"name": "Scikit_Learn", "affected": "<1.5.0", "id": "CVE-2024-5206", "summary": "Leak", "fixed_in": "1.5.0"}]


def supplied(folder: Path, value: Any, name: str = "known.json") -> str:
    file = folder / name
    file.write_text(value if isinstance(value, str) else json.dumps(value))
    return str(file)


def found(path: str, **packages: str) -> list[tuple[str, str]]:
    report = report_on([{"name": name, "version": version} for name, version in packages.items()], path=path)
    assert not report.problem, report.problem
    return [(hit.name, hit.weakness.id) for hit in report.hits]


@pytest.mark.parametrize(
    ("version", "is_affected"),
    [
        ("1.18.5", True), ("1.19.0", False), ("1.19.5", False), ("1.20.0", True), ("1.21.2", True), ("1.21.3", False),
        ("1.30", True), ("2.3.4", False), ("1.19.0rc1", True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("shape", [lambda record: record, lambda record: [record], lambda record: {"vulns": [record]}])
def test_osv_records_are_held_against_versions(tmp_path: Path, version: str, is_affected: bool, shape: Any) -> None:
    assert bool(found(supplied(tmp_path, shape(OSV)), numpy=version)) is is_affected


def test_a_report_of_an_audit_concerns_exactly_what_it_audited(tmp_path: Path) -> None:
    path = supplied(tmp_path, AUDIT)
    assert found(path, jinja2="3.1.2", numpy="2.3.4") == [("jinja2", "CVE-2024-22195")]
    assert found(path, jinja2="3.1.3") == []


def test_a_plain_list_is_read(tmp_path: Path) -> None:
    path = supplied(tmp_path, LIST)
    report = report_on([{"name": "scikit-learn", "version": "1.4.2"}, {"name": "loose", "version": ""}], path=path)
    assert [(hit.weakness.id, hit.weakness.fixed_in) for hit in report.hits] == [("CVE-2024-5206", "1.5.0")]
    assert report.unjudged == ["loose"]
    assert "known.json of" in report.sentence
    assert "1 without an exact version could not be judged" in report.sentence


def test_without_a_file_nothing_is_claimed() -> None:
    report = report_on([{"name": "numpy", "version": "1.0"}], path="")
    assert report.sentence.startswith("No file of known vulnerabilities was supplied")
    assert report.hits == []


@pytest.mark.parametrize(
    "value",
    ["not json", "[" * 100_000, "7", '[["x"]]', '[{"name": "x"}]', '{"id": "x"}', '[{"name": "x", "affected": "about two"}]',
     '{"id": "x", "affected": [{"package": 3}, {"package": {"name": "x", "ecosystem": "Go"}}]}'],
)  # fmt: skip
def test_a_file_that_says_nothing_is_named_as_such(tmp_path: Path, value: str) -> None:
    report = report_on([{"name": "x", "version": "1.0"}], path=supplied(tmp_path, value))
    assert report.problem
    assert "could not be used" in report.sentence
    assert report.hits == []


def test_a_file_that_is_gone_is_named_as_such(tmp_path: Path) -> None:
    assert "could not be used" in report_on([], path=str(tmp_path / "none.json")).sentence
    assert "could not be used" in report_on([], path=str(tmp_path)).sentence


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    path = supplied(tmp_path, LIST)
    assert found(path, **{"scikit-learn": "1.4.2"})
    Path(path).write_text(json.dumps([{"name": "other", "affected": "<9", "id": "X-1"}]))
    os.utime(path, ns=(10**18, 10**18))
    assert found(path, **{"scikit-learn": "1.4.2"}) == []
