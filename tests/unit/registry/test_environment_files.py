"""Reading environments from the files that people have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.environment_files import (
    EnvironmentFacts,
    UnreadableEnvironment,
    completed,
    from_json,
    is_pinned,
    read,
    read_requirements,
    read_seeds,
    read_seeds_text,
    unpinned,
)

FREEZE = """\
# what was installed
numpy==2.3.4
Scikit_Learn==1.7.2 \\
    --hash=sha256:0123 \\
    --hash=sha256:4567
--index-url https://someone:secret@example.org/simple
pandas>=2,<3 ; python_version >= "3.11"
triage @ git+https://someone:secret@example.org/triage.git@9d41c7e8a1
tools @ file:///home/someone/tools
-e git+https://example.org/helpers.git@main#egg=helpers
"""


def test_a_freeze_is_read_without_options_hashes_or_secrets() -> None:
    packages = {package["name"]: package for package in read_requirements(FREEZE)}
    assert list(packages) == ["helpers", "numpy", "pandas", "scikit-learn", "tools", "triage"]
    assert packages["numpy"] == {"name": "numpy", "version": "2.3.4"}
    assert packages["scikit-learn"]["version"] == "1.7.2"
    assert packages["pandas"] == {"name": "pandas", "version": "", "specifier": "<3,>=2"}
    assert packages["triage"]["source"] == "git+https://example.org/triage.git@9d41c7e8a1"
    assert packages["tools"]["source"] == "a local folder"
    assert "secret" not in str(packages)


def test_a_package_listed_twice_differently_is_refused() -> None:
    once = 'numpy==1.26.4 ; python_version < "3.12"\nsix==1.17\n'
    assert len(read_requirements(once + "six==1.17\n")) == 2
    with pytest.raises(UnreadableEnvironment, match="Line 3 lists numpy again"):
        read_requirements(once + 'numpy==2.3.4 ; python_version >= "3.12"\n')


def test_only_exact_versions_and_commits_are_pinned() -> None:
    assert unpinned(read_requirements(FREEZE)) == ["helpers", "pandas", "tools"]
    assert not is_pinned(read_requirements("numpy==2.*")[0])
    assert is_pinned(read_requirements("numpy===2.3.4")[0])


def test_the_same_content_has_the_same_digest_in_any_order() -> None:
    first = EnvironmentFacts(packages=read_requirements("b==2\na==1"), seeds={"x": 1, "y": 2})
    second = EnvironmentFacts(packages=read_requirements("a==1\nB==2"), seeds={"y": 2, "x": 1})
    assert first.sha256 == second.sha256
    assert first.sha256 != EnvironmentFacts(packages=read_requirements("a==1\nb==2.1")).sha256


def test_what_a_file_says_wins_over_what_is_typed_beside_it() -> None:
    facts = read(b'{"python_version": "3.12.1"}', name="environment.json")
    assert completed(facts, python_version="3.11", os="Debian 12") == EnvironmentFacts(
        python_version="3.12.1", os="Debian 12"
    )


def test_files_of_windows_are_read_too() -> None:
    assert read("numpy==2.3.4\r\n".encode("utf-16"), name="requirements.txt").packages[0]["version"] == "2.3.4"
    assert read(b"\xef\xbb\xbfnumpy==2.3.4\r\n", name="requirements.txt").packages[0]["name"] == "numpy"


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("random_state = 7", {"random_state": 7}),
        ("a=1\nb = -2", {"a": 1, "b": -2}),
        ('{"numpy": 3}', {"numpy": 3}),
        ("none: the fit is exact", {"none": "the fit is exact"}),
        ("None", {"none": "nothing in the training is random"}),
        ("", {}),
    ],
)
def test_seeds_are_read_as_people_write_them(text: str, seeds: dict[str, object]) -> None:
    assert read_seeds_text(text) == seeds


@pytest.mark.parametrize("text", ["seven", "a=b", "=1", '{"a": 1.5}', "{", "a=1 b"])
def test_seeds_that_are_no_whole_numbers_are_refused(text: str) -> None:
    with pytest.raises(UnreadableEnvironment):
        read_seeds_text(text)


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"pakages": []},
        {"packages": 3},
        {"packages": [{"version": "1"}]},
        {"packages": [{"name": "../x", "version": "1"}]},
        {"packages": [{"name": "x", "version": ">=1"}]},
        {"python_version": 3.11},
        {"python_version": "3" * 41},
        {"cpu_count": 0},
        {"cpu_count": True},
        {"memory_bytes": 2**60},
        {"os": "a\0b"},
        {"seeds": {"a": True}},
        {"packages": [f"package-{n}==1" for n in range(5_001)]},
    ],
)
def test_json_that_is_no_environment_is_refused(value: object) -> None:
    with pytest.raises(UnreadableEnvironment):
        from_json(value)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_sentence(content: bytes) -> None:
    try:
        outcome = read(content, name="requirements.txt").sha256
    except UnreadableEnvironment as reason:
        outcome = str(reason)
    assert len(outcome) == 64 or outcome.endswith((".", "”."))


def test_seeds_may_be_stated_to_be_none() -> None:
    assert read_seeds("none: closed-form solution") == {"none": "closed-form solution"}
    with pytest.raises(UnreadableEnvironment):
        read_seeds("nothing")


def test_an_environment_that_was_recorded_is_read_back_as_it_was() -> None:
    packages = read_requirements(FREEZE + "odd===2004d-build\n")
    recorded = {"packages": packages, "os": "Debian\n12", "python_version": "3.11.7 (main)"}
    assert from_json(recorded, is_recorded=True).packages == packages
    assert from_json(recorded, is_recorded=True).os == "Debian\n12"
    with pytest.raises(UnreadableEnvironment, match="no version of Python"):
        from_json(recorded)
