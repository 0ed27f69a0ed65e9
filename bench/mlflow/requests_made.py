"""What is asked of each server: one function per operation, over one kept connection, as MLflow's client has it."""

import http.client
import json
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import mlflow.sklearn
from mlflow.models import infer_signature
from sklearn.linear_model import LogisticRegression

from bench.mlflow.servers import Contestant

API = "/api/2.0/mlflow/"
FILES = "/api/2.0/mlflow-artifacts/artifacts/"
FIVE_MEGABYTES = bytes(range(256)) * (5 * 2**20 // 256)
PATIENCE = 60.0
"""Seconds after which a request counts as taking this long."""
_numbers = count()


class Refused(RuntimeError):
    """A server answered something else than 200."""


@dataclass
class Client:
    """One connection to one server, with what it has made so far."""

    crowd_of_tenet: ClassVar[dict[int, str]] = {}
    server: Contestant
    experiment: str = "0"
    """An experiment with few runs."""
    crowd: dict[int, str] = field(default_factory=dict)
    """Experiments with many runs, by how many."""
    run: str = ""
    filled_run: str = ""
    model: str = ""

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=PATIENCE)

    def post(self, path: str, **fields: Any) -> dict[str, Any]:
        """Send a message."""
        body = json.dumps(fields).encode()
        return json.loads(self.ask("POST", API + path, body, {"Content-Type": "application/json"}))

    def get(self, path: str, **fields: Any) -> dict[str, Any]:
        """Ask for a record."""
        return json.loads(self.ask("GET", f"{API}{path}?{urlencode(fields)}"))

    def ask(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None = None, headers: dict[str, str] | None = None
    ) -> bytes:
        """One request; raises Refused for any status but 200."""
        try:
            response, content = self._answer(method, path, body, headers or {})
        except TimeoutError:
            self._connection.close()
            raise
        except ConnectionError:
            # Closed while others had their turn, as a script's may be while it trains.
            self._connection.close()
            response, content = self._answer(method, path, body, headers or {})
        if response.status != 200:
            raise Refused(f"{self.server.name}: {method} {path} answered {response.status}: {content[:300]!r}")
        return content

    def _answer(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self._connection.request(method, path, body, headers | self.server.headers)
        response = self._connection.getresponse()
        return response, response.read()

    def prepare(self) -> None:
        """Make what the operations below need."""
        self.run = self.new_run()
        self.filled_run = self.new_run()
        self.post("runs/log-batch", run_id=self.filled_run, metrics=_metrics(20), params=_params(20))
        for name, content in {"large.bin": FIVE_MEGABYTES, **model_files()}.items():
            self._send(name, content)

    def new_run(self) -> str:
        """A run's id."""
        now = int(time.time() * 1000)
        tags = [{"key": "mlflow.user", "value": "bench"}, {"key": "mlflow.source.name", "value": "train.py"}]
        made = self.post("runs/create", experiment_id=self.experiment, start_time=now, run_name="bench", tags=tags)
        return str(made["run"]["info"]["run_id"])

    def log_batch(self) -> None:
        """Log 100 metrics at once."""
        self.post("runs/log-batch", run_id=self.run, metrics=_metrics(100))

    def log_param(self) -> None:
        """Log one parameter."""
        self.post("runs/log-parameter", run_id=self.run, key=f"p{next(_numbers)}", value="0.1")

    def get_run(self) -> None:
        """Read a run of 20 parameters and 20 metrics."""
        self.get("runs/get", run_id=self.filled_run)

    def filtered_search(self, runs: int) -> None:
        """The latest 100 runs whose accuracy is high and whose rate is one of ten."""
        self._search(runs, filter="metrics.accuracy > 0.5 and params.rate = '0.3'")

    def ordered_search(self, runs: int) -> None:
        """The 100 runs with the best accuracy."""
        self._search(runs, order_by=["metrics.accuracy DESC"])

    def create_version(self) -> None:
        """Register a version whose files lie under a run."""
        self.post(
            "model-versions/create", name=self.model, source=self.server_source, run_id=self.filled_run, description=""
        )

    def search_versions(self) -> None:
        """The versions of a model."""
        self.get("model-versions/search", filter=f"name='{self.model}'", max_results=100)

    def upload(self) -> None:
        """Send 5 MB of new bytes."""
        self._send(f"up/{next(_numbers)}.bin", f"{self.server.name}{next(_numbers)}".encode() + FIVE_MEGABYTES)

    def download(self) -> None:
        """Fetch 5 MB."""
        self.ask("GET", self._file("large.bin"))

    @property
    def server_source(self) -> str:
        """Where the filled run's model lies."""
        return f"mlflow-artifacts:/{self.experiment}/{self.filled_run}/artifacts/model"

    def _search(self, runs: int, **asked: Any) -> None:
        found = self.post("runs/search", experiment_ids=[self.crowd[runs]], max_results=100, **asked)
        # A filter that finds next to nothing would be quick for the wrong reason.
        if len(found.get("runs", [])) < 50:
            raise Refused(f"{self.server.name} found only {len(found.get('runs', []))} runs.")

    def _send(self, name: str, content: bytes) -> None:
        self.ask("PUT", self._file(name), content, {"Content-Type": "application/octet-stream"})

    def _file(self, name: str) -> str:
        return f"{FILES}{self.experiment}/{self.filled_run}/artifacts/{name}"


@dataclass(frozen=True)
class Operation:
    """Something that is asked again and again, and how often in one turn by one client."""

    name: str
    ask: Callable[[Client], object]
    times: int


OPERATIONS = (
    Operation("create run", Client.new_run, 20),
    Operation("log batch of 100 metrics", Client.log_batch, 10),
    Operation("log parameter", Client.log_param, 20),
    Operation("get run", Client.get_run, 20),
    Operation("filtered search, 2,000 runs", lambda client: client.filtered_search(2_000), 5),
    Operation("filtered search, 20,000 runs", lambda client: client.filtered_search(20_000), 2),
    Operation("ordered search, 2,000 runs", lambda client: client.ordered_search(2_000), 5),
    Operation("ordered search, 20,000 runs", lambda client: client.ordered_search(20_000), 2),
    Operation("create version", Client.create_version, 10),
    Operation("search versions", Client.search_versions, 10),
    Operation("5 MB up", Client.upload, 4),
    Operation("5 MB down", Client.download, 6),
)


@cache
def model_files() -> dict[str, bytes]:
    """The files of a small model as MLflow saves it, by path."""
    with tempfile.TemporaryDirectory(prefix="tenet-bench-model-") as folder:
        place = Path(folder) / "model"
        model = LogisticRegression().fit([[0.0, 1.0], [1.0, 0.0]], [0, 1])
        mlflow.sklearn.save_model(
            model, place, serialization_format="pickle", pip_requirements=["scikit-learn==1.7.2", "numpy==2.3.4"],
            signature=infer_signature([[0.0, 1.0]], [0]),
        )  # fmt: skip
        return {f"model/{one.name}": one.read_bytes() for one in place.iterdir() if one.is_file()}


def _metrics(number: int) -> list[dict[str, Any]]:
    now = int(time.time() * 1000)
    step = next(_numbers)
    return [{"key": f"m{n}", "value": n / 7, "timestamp": now, "step": step} for n in range(number)]


def _params(number: int) -> list[dict[str, str]]:
    return [{"key": f"q{n}", "value": str(n)} for n in range(number)]
