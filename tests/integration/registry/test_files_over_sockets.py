"""Files as they really arrive: over sockets, in pieces, cut off, of any size, and with paths that mean harm."""

import hashlib
import http.client
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.registry.real_server import PROXY, Served, serving

# It brings its own database along.
pytestmark = [pytest.mark.any_database, pytest.mark.django_db]

MIB = 2**20


@pytest.fixture(scope="module")
def served(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("var"), TENET_TRANSFER_SILENCE_SECONDS="2") as server:
        yield server


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def said(answer: bytes) -> str:
    return str(json.loads(answer.partition(b"\r\n\r\n")[2])["message"])


def put(served: Served, name: str, body: bytes, *headers: str) -> bytes:
    length = f"Content-Length: {len(body)}"
    return served.say(served.head("PUT", f"{PROXY}/{served.root}/{name}", length, *headers) + body)


def get(served: Served, name: str, *headers: str) -> bytes:
    return served.say(served.head("GET", f"{PROXY}/{served.root}/{name}", *headers)).partition(b"\r\n\r\n")[2]


HOSTILE = [
    "../x", "a/../../../x", "..%2fx", "%2e%2e/x", "%2e%2e%2fx", "%252e%252e%252fx", "%25252e%25252e/x", "..%5cx",
    "..\\x", "%5c%5chost%5cshare", "a%00b", "a%2500b", "/etc/passwd", "%2fetc%2fpasswd", "a//b", "./a", "a/./b", "a/",
    "a%0ab", "a%0d%0ab", "a%7fb", "a%23b", "a#b", "C:/x", "C%3a%5cx", "file:/etc/passwd", "%ff", "%c0%ae%c0%ae/x",
    "%ed%a0%80", "%e2%80%ae.txt", "e%cc%81.txt", "x" * 501, "a/" + "y" * 256, "%u002e%u002e/x/../y", "..;/x/..",
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_path_is_refused_whatever_is_done_with_it(served: Served, path: str) -> None:
    for method in ("PUT", "GET", "DELETE"):
        head = served.head(method, f"{PROXY}/{served.root}/{path}", "Content-Length: 4")
        answer = served.say(head + b"evil")
        assert status(answer) in ((400, 404) if method == "DELETE" and path == "a/" else (400,)), (method, path, answer)
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["error_code"] in (
            "INVALID_PARAMETER_VALUE",
            "RESOURCE_DOES_NOT_EXIST",
        )
    assert not any(file.read_bytes() == b"evil" for file in served.kept())


@pytest.mark.parametrize("sent", ["..%2f..", "%2e%2e", "a%5cb", "a%00", "/etc"])
def test_a_hostile_folder_is_not_listed(served: Served, sent: str) -> None:
    answer = served.say(served.head("GET", f"{PROXY}?path={sent}"))
    assert status(answer) == 400, answer


def test_a_file_in_transfer_chunks_arrives_whole(served: Served) -> None:
    body = os.urandom(300_000)
    head = served.head("PUT", f"{PROXY}/{served.root}/chunked.bin", "Transfer-Encoding: chunked")
    pieces = [body[start : start + 70_001] for start in range(0, len(body), 70_001)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    assert status(served.say(head + chunks + b"0\r\n\r\n")) == 200
    assert get(served, "chunked.bin") == body


def test_an_empty_file_arrives_in_transfer_chunks(served: Served) -> None:
    head = served.head("PUT", f"{PROXY}/{served.root}/empty", "Transfer-Encoding: chunked")
    # Two on one connection: nothing of the first is left over for the second.
    answer = served.say(head + b"0\r\n\r\n" + served.head("GET", f"{PROXY}/{served.root}/empty"))
    assert status(answer) == 200
    assert get(served, "empty") == b""
    assert b'"file_size":0' in served.say(served.head("GET", f"{PROXY}?path={served.root}"))


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Content-Length: 100", b"only this much"),
        ("Transfer-Encoding: chunked", b"20\r\nonly this much"),
        ("Transfer-Encoding: chunked", b"5\r\nwhole\r\n"),
        ("Transfer-Encoding: chunked", b"5\r\nwhole\r\nnonsense\r\n"),
        ("Transfer-Encoding: chunked", b"5\r\nwholeXX"),
    ],
)
def test_an_upload_that_is_cut_off_leaves_nothing(served: Served, header: str, body: bytes) -> None:
    before = served.kept()
    answer = served.say(served.head("PUT", f"{PROXY}/{served.root}/cut.bin", header) + body, then_close=True)
    assert status(answer) == 400
    assert "Nothing was kept" in said(answer)
    assert served.kept() == before
    assert status(served.say(served.head("GET", f"{PROXY}/{served.root}/cut.bin"))) == 404


def test_an_upload_whose_client_falls_silent_is_given_up(served: Served) -> None:
    before = served.kept()
    started = time.monotonic()
    answer = served.say(served.head("PUT", f"{PROXY}/{served.root}/silent.bin", "Content-Length: 100") + b"a while")
    assert time.monotonic() - started < 9
    assert status(answer) == 400
    assert served.kept() == before


def test_a_refusal_reaches_a_client_that_is_still_sending(served: Served) -> None:
    answer = put(served, "..%2fx", b"x" * 20 * MIB)
    assert status(answer) == 400
    assert "leaves its folder" in said(answer)


def test_odd_names_come_back_as_they_went(served: Served) -> None:
    for name in (
        "im%25step%251%25time",
        "a%20b+c&d;e=%27f%27.txt",
        "100%25.txt",
        "%E6%95%B0.csv",
        "why%3F.md",
        "%25ff",
    ):
        assert status(put(served, name, name.encode())) == 200, name
        assert get(served, name) == name.encode()
    listed = served.say(served.head("GET", f"{PROXY}?path={served.root}")).decode()
    for name in ("im%step%1%time", "a b+c&d;e='f'.txt", "100%.txt", "数.csv", "why?.md", "%ff"):
        assert f'"path":"{name}"' in listed


def test_a_range_is_sent_by_the_kernel_as_by_us(served: Served) -> None:
    body = os.urandom(3 * MIB)
    put(served, "range.bin", body)
    assert get(served, "range.bin", "Range: bytes=1000000-1999999") == body[1_000_000:2_000_000]
    assert get(served, "range.bin", "Range: bytes=-5") == body[-5:]
    assert get(served, "range.bin") == body


def blocks(size: int) -> Iterator[bytes]:
    block = os.urandom(MIB)
    for number in range(size // MIB):
        yield number.to_bytes(8, "big") + block[8:]


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_large_file_passes_both_ways_in_little_memory(served: Served, is_chunked: bool) -> None:
    size = int(os.environ.get("TENET_TEST_LARGE_FILE_MB", "192")) * MIB
    sent, came = hashlib.sha256(), hashlib.sha256()

    def sending() -> Iterator[bytes]:
        for block in blocks(size):
            sent.update(block)
            yield block

    path, signed = f"{PROXY}/{served.root}/large.bin", {"Authorization": f"Bearer {served.secret}"}
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=300)
    headers = signed if is_chunked else signed | {"Content-Length": str(size)}
    connection.request("PUT", path, body=sending(), headers=headers, encode_chunked=is_chunked)
    assert connection.getresponse().read() == b"{}"
    connection.request("GET", path, headers=signed)
    response = connection.getresponse()
    while piece := response.read(MIB):
        came.update(piece)
    assert came.digest() == sent.digest()
    assert served.peak() <= 150


def test_nothing_arriving_is_left_lying_about(served: Served) -> None:
    assert [path for path in served.kept() if "incoming" in path.parts or "parts" in path.parts] == []
    assert Path(served.folder / "content" / "incoming").is_dir()


def test_a_message_in_transfer_chunks_is_read_and_a_broken_one_is_refused(served: Served) -> None:
    def send(body: bytes) -> bytes:
        headers = ("Content-Type: application/json", "Transfer-Encoding: chunked")
        head = served.head("POST", "/api/2.0/mlflow/runs/create", *headers)
        return served.say(head + body, then_close=True)

    said_whole = json.dumps({"experiment_id": served.root.split("/")[0], "run_name": "in pieces"}).encode()
    pieces = [said_whole[:9], said_whole[9:]]
    answer = send(b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n")
    assert status(answer) == 200
    assert b'"run_name":"in pieces"' in answer
    for broken in (b"zz\r\n{}\r\n0\r\n\r\n", b"20\r\n{}", b"2\r\n{}\r\n", b"2\r\n{}XX"):
        refused = send(broken)
        assert status(refused) == 400, broken
        assert "Nothing was kept" in said(refused)
    large = b"%x\r\n" % MIB + b" " * MIB + b"\r\n"
    assert "exceeded" in said(send(large * 17 + b"0\r\n\r\n"))


def post(served: Served, path: str, kind: str, header: str, body: bytes) -> bytes:
    return served.say(served.head("POST", path, f"Content-Type: {kind}", header) + body, then_close=True)


MODELS = "/api/v1/projects/triage/models/"


def test_json_in_transfer_chunks_is_read_by_the_api_and_a_broken_one_is_refused(served: Served) -> None:
    chunked = "Transfer-Encoding: chunked"
    whole = json.dumps({"name": "in-pieces"}).encode()
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (whole[:7], whole[7:]))
    answer = post(served, MODELS, "application/json", chunked, pieces + b"0\r\n\r\n")
    assert status(answer) == 201
    assert b'"name":"in-pieces"' in answer
    for broken in (b"zz\r\n{}\r\n0\r\n\r\n", b"20\r\n{}", b"2\r\n{}\r\n"):
        refused = post(served, MODELS, "application/json", chunked, broken)
        assert status(refused) == 400, broken
        assert b"Nothing was kept" in refused
    large = b"%x\r\n" % MIB + b" " * MIB + b"\r\n"
    assert status(post(served, MODELS, "application/json", chunked, large * 17 + b"0\r\n\r\n")) == 413
    form = post(served, f"{MODELS}in-pieces/versions/", "multipart/form-data; boundary=B", chunked, b"0\r\n\r\n")
    assert status(form) == 411


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        (MODELS, "application/json", b'{"name": "cut-off"}'),
        (
            MODELS,
            "multipart/form-data; boundary=B",
            b'--B\r\nContent-Disposition: form-data; name="name"\r\n\r\ncut\r\n',
        ),
        ("/api/2.0/mlflow/registered-models/create", "application/json", b'{"name": "cut-off"}'),
    ],
)
def test_a_body_that_ends_early_is_refused_even_where_what_came_could_be_read(
    served: Served, path: str, kind: str, body: bytes
) -> None:
    answer = post(served, path, kind, f"Content-Length: {len(body) + 20}", body)
    assert status(answer) == 400
    assert b"The body ended 20 bytes early. Nothing was kept." in answer
    listed = served.say(served.head("GET", MODELS))
    assert b"cut" not in listed.partition(b"\r\n\r\n")[2]


def test_a_client_that_falls_silent_in_a_message_is_given_up(served: Served) -> None:
    started = time.monotonic()
    answer = served.say(served.head("POST", MODELS, "Content-Type: application/json", "Content-Length: 90") + b'{"na')
    assert status(answer) == 400
    assert time.monotonic() - started < 9
