"""What was measured of labels: agreement between labelers, and audits."""

from typing import Any

from data.models import LabelingMethod
from docsgen.facts.ledger import Ledger, Snapshot

MOST_LISTED = 60


def agreement_facts(method: LabelingMethod, ledger: Ledger) -> list[Snapshot]:
    """How far labelers agreed, each time it was measured."""
    held = method.agreements.select_related("measured_by").order_by("number")
    return [
        {
            "ref": ledger.cite(
                agreement, revision=agreement.number, sha256=agreement.sha256, at=agreement.measured_at,
                by=agreement.measured_by,
            ),
            "number": agreement.number,
            "rows": agreement.rows,
            "labelers": len(agreement.labelers),
            "disputed": agreement.disputed,
            "figures": _figures(agreement.results),
        }
        for agreement in held[:MOST_LISTED]
        if agreement.results
    ]  # fmt: skip


def _figures(results: Any) -> list[Snapshot]:  # Any: what data.agreement measured
    told = [*results.get("alpha", []), *([results["fleiss"]] if results.get("fleiss") else [])]
    keys = ("name", "value", "n", "reason", "method")
    return [
        {key: figure.get(key) for key in keys} | {"low": figure.get("lower"), "high": figure.get("upper")}
        for figure in told
    ]


def audit_facts(method: LabelingMethod, ledger: Ledger) -> list[Snapshot]:
    """How many labels were wrong, each time a sample was audited."""
    keys = ("sample_size", "errors", "rate", "lower", "upper", "drawn")
    found = []
    for audit in method.audits.select_related("recorded_by").order_by("audited_on", "pk")[:MOST_LISTED]:
        said = {key: getattr(audit, key) for key in keys} | {"audited_on": audit.audited_on.isoformat()}
        ref = ledger.cite(audit, label=str(audit), at=audit.recorded_at, by=audit.recorded_by, said=said)
        found.append(said | {"ref": ref})
    return found
