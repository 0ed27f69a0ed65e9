"""How long a worker takes for the samples' documents."""

from bench.lines import Line
from docsgen.models import Document


def lines() -> list[Line]:
    """A line for each document that the main path had written."""
    issued = Document.objects.filter(status="issued").select_related("job", "version__model").order_by("pk")
    return [
        Line(
            f"document of {document.version}, in the worker",
            (document.job.finished_at - document.job.started_at).total_seconds(),
            "s",
            4,
            f"{document.pages} pages, {(document.pdf_size or 0) / 1e3:.0f} kB, while the other sample was at work",
        )
        for document in issued
        if document.job.finished_at and document.job.started_at
    ]
