from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.reverse import reverse

from docsgen.documents import DATASET, DOCUMENTS
from docsgen.models import Document


class DocumentSerializer(serializers.ModelSerializer[Document]):
    """A document and where it stands."""

    model = serializers.CharField(source="version.model.name", default="", read_only=True)
    version = serializers.IntegerField(source="version.number", default=None, read_only=True)
    dataset = serializers.IntegerField(source="dataset_id", default=None, read_only=True)
    job_state = serializers.CharField(source="job.state", read_only=True)
    error = serializers.CharField(source="job.error", read_only=True)
    pdf_url = serializers.SerializerMethodField(help_text="Where to download the PDF once it is issued.")

    class Meta:
        model = Document
        fields: ClassVar = [
            "number", "identifier", "kind", "model", "version", "dataset", "status", "job_state", "error", "facts_sha256",
            "pdf_sha256", "pdf_size", "pages", "gaps", "journal_head", "requested_at", "issued_at", "pdf_url",
        ]  # fmt: skip

    def get_pdf_url(self, document: Document) -> str:
        """The address of the PDF."""
        kwargs = {"slug": document.project.slug, "number": document.number, "form": "pdf"}
        return reverse("docsgen-api:document-file", kwargs=kwargs)


class DocumentRequestSerializer(serializers.Serializer[Any]):
    """Which document, about which version or which snapshot."""

    kind = serializers.ChoiceField(choices=list(DOCUMENTS))
    model = serializers.SlugField(required=False)
    version = serializers.IntegerField(min_value=1, required=False)
    dataset = serializers.IntegerField(min_value=1, required=False, help_text="The id of the snapshot of a datasheet.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the kind of document is about has to be named."""
        needed = ("dataset",) if DOCUMENTS[attrs["kind"]].about == DATASET else ("model", "version")
        if missing := [name for name in needed if name not in attrs]:
            raise serializers.ValidationError(dict.fromkeys(missing, "This document is about it. Name it."))
        return attrs
