"""A bucket of S3's kind on this machine, as the place where content lies."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from moto.server import ThreadedMotoServer

from config import environment

KEY = "only-for-tests"


@contextmanager
def bucket_server() -> Iterator[str]:
    """A server of buckets, by its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def bucket_settings(address: str) -> dict[str, object]:
    """The setting for a fresh bucket there, as TENET_STORAGE_URL makes it."""
    import boto3  # noqa: PLC0415  tests without a bucket need not load it

    name = f"tests-{uuid4().hex}"
    secrets = {"aws_access_key_id": KEY, "aws_secret_access_key": KEY, "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=address, **secrets).create_bucket(Bucket=name)
    query = f"endpoint_url={address}&region_name=us-east-1&access_key={KEY}&secret_key={KEY}"
    return environment.file_storage(f"s3://{name}/tenet?{query}", default=Path())
