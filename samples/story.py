"""What both sample projects have in common: who works in them, and the way to a plan and described data."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from samples.client import Client, Record
from samples.decisions import NotAsExpected
from samples.documentation import (
    bind_schema,
    read_yaml,
    record_labeling,
    register_sources,
    review_schema,
    upload_snapshot,
)
from samples.people import Person
from samples.plan import (
    agree_on,
    agree_on_kpis,
    classify,
    count_the_money,
    decide,
    fill_in_canvas,
    link_evidence,
)

# The field of each block that a record of the story can prove, and the kind of that record.
EVIDENCE = [
    (1, "business_kpi_links", "kpi"),
    (2, "sources", "source"),
    (5, "test_dataset_rule", "snapshot"),
    (5, "primary_metric", "evaluation"),
    (7, "labelling_method", "labeling-method"),
    (8, "reproducibility_needs", "run"),
]


class Rows(Protocol):
    """Rows to learn from, and rows kept for the test."""

    training: pd.DataFrame
    test: pd.DataFrame


@dataclass(frozen=True)
class Story:
    """One sample project while it is worked in."""

    folder: Path
    clients: dict[str, Client]
    people: dict[str, Person]
    documents: Path
    tell: Callable[[str], None]

    def plan(self) -> None:
        """The owner says what the project is, fills in the canvas and agrees on KPIs."""
        owner = self.clients["owner"]
        settings = dict(self.said["project"])
        settings.pop("name")
        owner.patch("", **settings)
        members = len(owner.listed("members/"))
        self.tell(f"project of {members} members set up as {settings['risk_tier']} risk")
        complete = fill_in_canvas(owner, read_yaml(self.folder, "canvas.yaml"))
        kpis = agree_on_kpis(owner, read_yaml(self.folder, "kpis.yaml"))
        self.tell(f"canvas filled in, {complete} of 10 blocks complete, {len(kpis)} KPIs agreed before any result")
        estimate = count_the_money(owner, read_yaml(self.folder, "money.yaml"), kpis)
        self.tell(f"costs and benefits counted, expected return {estimate['roi_likely']:.0%} over the horizon")
        self._weigh(owner, read_yaml(self.folder, "risk.yaml"))

    def _weigh(self, owner: Client, risk: Record) -> None:
        """The owner classifies the project and lists its risks; owner and approver decide that it goes ahead."""
        password = self.people["owner"].password
        signed = classify(owner, risk["classification"], password=password)
        for one in risk["risks"]:
            owner.post("risks/", **one)
        self.tell(f"classified as {signed['legal_tier']} risk with {len(risk['risks'])} risks on the register")
        passwords = (password, self.people["approver"].password)
        decided = decide(owner, self.clients["approver"], risk["decision"], passwords=passwords)
        names = " and ".join(signature["user"] for signature in decided["signatures"])
        self.tell(f"{decided['outcome']} signed by {names}; the records suggested {decided['suggestion']}")

    def describe_data(self, rows: Rows, *, label: str, extension: str) -> tuple[Record, Record]:
        """The contributor uploads training and test rows, and the owner reviews their schema."""
        contributor = self.clients["contributor"]
        origin: dict[str, Any] = {
            "sources": register_sources(contributor, self.said["sources"]),
            "labeling": record_labeling(contributor, self.said["labeling"]),
            "label": label,
        }
        held = []
        for split, table in (("training", rows.training), ("test", rows.test)):
            said = self.said["snapshots"][split]
            held.append(upload_snapshot(contributor, table, file_name=f"{split}.{extension}", said=said, **origin))
            self.tell(f"{held[-1]['rows']} {split} rows uploaded as {extension}, SHA-256 {held[-1]['sha256'][:12]}…")
        training, test = held
        schema = review_schema(self.clients["owner"], training, **self.said["schema"])
        test = bind_schema(contributor, test, schema)
        self.tell(f"schema reviewed, version {schema['number']}, {len(schema['fields'])} columns")
        return training, test

    def train(self, script: str, *, snapshot: Record, model: str) -> list[Record]:
        """The contributor runs an MLflow script, told nothing but where to log; returns the versions it registered."""
        contributor = self.clients["contributor"]
        address = f"{contributor.url}/api/v1/projects/{contributor.project}/datasets/{snapshot['id']}/file/"
        ours = ("TENET_", "DJANGO_", "MLFLOW_")
        told = {"MLFLOW_TRACKING_URI": contributor.url, "MLFLOW_TRACKING_TOKEN": contributor.token}
        ended = subprocess.run(
            [sys.executable, "-m", script, "--snapshot", address],
            cwd=Path(__file__).parent.parent,
            env={name: value for name, value in os.environ.items() if not name.startswith(ours)} | told,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise NotAsExpected(f"{script} failed: {ended.stderr.strip()[-2000:]}")
        runs, versions = contributor.listed("runs/"), contributor.listed(f"models/{model}/versions/")
        registered = ", ".join(f"version {one['number']} as {one['artifact_format']}" for one in reversed(versions))
        self.tell(f"an unmodified MLflow script logged {len(runs)} runs and registered {registered}")
        return sorted(versions, key=lambda one: int(one["number"]))

    def choose(self, chosen: Record, *, metric: str, higher_is_better: bool) -> None:
        """The contributor records which runs were compared, by what, and why this one was taken."""
        contributor = self.clients["contributor"]
        runs = [run["run_id"] for run in contributor.listed("runs/")]
        held = contributor.post(
            "selections/", chosen=chosen["run"], candidates=runs, metric=metric, higher_is_better=higher_is_better,
            reason=chosen["selection_note"],
        )  # fmt: skip
        self.tell(
            f"{held['candidates'][0]['name']} is the best of {len(held['candidates'])} runs by {metric}; the choice is recorded"
        )

    def hold_against_records(self) -> None:
        """The owner links the records that prove the plan, and the validator accepts what they did not write."""
        owner = self.clients["owner"]
        linked = link_evidence(owner, EVIDENCE)
        accepted = [1, 2, 3, 5]
        agree_on(owner, self.clients["validator"], accepted)
        self.tell(f"{linked} fields of the canvas linked to their records, {len(accepted)} blocks accepted")

    @property
    def said(self) -> Record:
        """What the sample's people say about its data."""
        return dict(read_yaml(self.folder, "data.yaml"))
