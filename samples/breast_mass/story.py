"""Breast-mass triage: one candidate is refused for a reason the page shows, the other goes to Production."""

from samples import decisions
from samples.breast_mass import train
from samples.client import Record
from samples.decisions import NotAsExpected
from samples.story import Story


def tell(story: Story) -> None:
    """Live through the project, from the plan to the document."""
    story.plan()
    rows = train.split()
    training, test = story.describe_data(rows, label=train.LABEL, extension="csv")
    simple, chosen = story.train(train.__name__, snapshot=training, model=train.MODEL)
    story.choose(chosen, metric="cv_roc_auc", higher_is_better=True)
    _refuse(story, simple, test)
    _promote(story, chosen, test)
    story.hold_against_records()
    path = story.documents / f"{chosen['model']}-v{chosen['number']}.pdf"
    written = decisions.document(story.clients["validator"], chosen, to=path)
    story.tell(f"{written['identifier']} written, {written['pages']} pages: {path.name}")


def _refuse(story: Story, version: Record, test: Record) -> None:
    contributor = story.clients["contributor"]
    found = decisions.evaluate(contributor, version, dataset=test, **story.said["evaluation"])
    story.tell(f"version {version['number']} evaluated by a worker: {decisions.verdicts(found)}")
    reason = "Is one question enough? It would be the easiest model to explain."
    request = decisions.ask(contributor, version, stage="production", reason=reason)
    comment = "One question misses thresholds that were agreed before. The model may be easy, but not at this price."
    why = decisions.refuse(story.clients["approver"], request, person=story.people["approver"], comment=comment)
    if "kpi" not in why.lower():
        raise NotAsExpected(f"The approval was refused for another reason than its KPIs: {why}")
    story.tell(f"promotion #{request['number']} refused and rejected. {why}")


def _promote(story: Story, version: Record, test: Record) -> None:
    contributor, approver, person = story.clients["contributor"], story.clients["approver"], story.people["approver"]
    # The validator did not train the model, and looks for themselves.
    found = decisions.evaluate(story.clients["validator"], version, dataset=test, **story.said["evaluation"])
    story.tell(f"version {version['number']} evaluated by a worker: {decisions.verdicts(found)}")
    asked = {
        "staging": "All thresholds are met on the test rows; to be watched in a shadow list first.",
        "production": "All thresholds are met with their intervals, and the fixed cut on the radius is beaten.",
    }
    comments = {
        "staging": "Read the evaluation and its slices; small nuclei stay named as a limit.",
        "production": "Agreed for ordering the list only. Every sample is still read by a cytopathologist.",
    }
    for stage, reason in asked.items():
        request = decisions.ask(contributor, version, stage=stage, reason=reason)
        signed = decisions.sign(approver, request, person=person, comment=comments[stage])
        story.tell(
            f"promotion #{request['number']} to {stage} requested by {request['requested_by']}, approved by "
            f"{signed['votes'][0]['by']}, evidence {signed['evidence_sha256'][:12]}…"
        )
