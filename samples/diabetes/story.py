"""Diabetes progression: a regression with slices, whose promotion to Production waits for a visitor to decide."""

from samples import decisions
from samples.client import Record
from samples.decisions import NotAsExpected
from samples.diabetes import train
from samples.story import Story


def tell(story: Story) -> None:
    """Live through the project, from the plan to an open request."""
    story.plan()
    rows = train.split()
    training, test = story.describe_data(rows, label=train.LABEL, extension="parquet")
    chosen, portable = story.train(train.__name__, snapshot=training, model=train.MODEL)
    story.choose(chosen, metric="cv_mae", higher_is_better=False)
    found = decisions.evaluate(story.clients["validator"], chosen, dataset=test, **story.said["evaluation"])
    story.tell(f"version 1 evaluated by a worker: {decisions.verdicts(found)}")
    same = decisions.evaluate(story.clients["contributor"], portable, dataset=test, **story.said["evaluation"])
    story.tell(f"version 2 says the same, computed from ONNX: mean absolute error {_same_error(found, same):.4g}")
    _promote(story, chosen)
    story.hold_against_records()
    path = story.documents / f"{chosen['model']}-v{chosen['number']}.pdf"
    written = decisions.document(story.clients["validator"], chosen, to=path)
    story.tell(f"{written['identifier']} written, {written['pages']} pages: {path.name}")


def _same_error(one: Record, other: Record) -> float:
    """The error of both, once it is known to be the same to a hundredth of a point."""
    first, second = (
        next(found["value"] for found in record["metrics"] if (found["subject"], found["metric"]) == ("model", "mae"))
        for record in (one, other)
    )
    if abs(first - second) > 0.01:
        raise NotAsExpected(f"The ONNX file answers differently: mean absolute error {second}, not {first}.")
    return float(second)


def _promote(story: Story, version: Record) -> None:
    contributor, approver, person = story.clients["contributor"], story.clients["approver"], story.people["approver"]
    reason = "All thresholds are met, and the table of three bands is beaten; to be tried beside the visit summary."
    request = decisions.ask(contributor, version, stage="staging", reason=reason)
    comment = "Agreed for a trial in which the estimate is not shown to patients."
    decisions.sign(approver, request, person=person, comment=comment)
    story.tell(f"promotion #{request['number']} to staging approved by {person.username}")
    reason = "The trial went without complaints. The estimate may be shown to the nurse who books the next check."
    waiting = decisions.ask(contributor, version, stage="production", reason=reason)
    story.tell(f"promotion #{waiting['number']} to production requested, and left open for you to decide as approver")
