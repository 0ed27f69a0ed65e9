"""What people type to record an environment, and to say where a version is served in it."""

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from canvas.models import Project
from registry import environment_files, json_values
from registry.environment_files import EnvironmentFacts, UnreadableEnvironment
from registry.environments import reading
from registry.models import TrainingEnvironment
from registry.services import serving

GIB = 2**30


class EnvironmentForm(forms.Form):
    """An environment from a file, with what the file leaves open."""

    file = forms.FileField(
        label="Packages",
        help_text="requirements.txt, the output of “pip freeze”, conda’s environment.yaml, or an environment as JSON.",
    )
    python_version = forms.CharField(
        max_length=40, required=False, label="Python version", help_text="For example: 3.11.7"
    )
    os = forms.CharField(max_length=200, required=False, label="Operating system")
    cpu = forms.CharField(max_length=200, required=False, label="Processor")
    cpu_count = forms.IntegerField(min_value=1, max_value=1_000_000, required=False, label="Processor cores")
    gpu = forms.CharField(
        max_length=200, required=False, label="Graphics processor", help_text="Leave it open where none was used."
    )
    memory = forms.FloatField(min_value=0.001, max_value=8_000_000, required=False, label="Memory in GiB")
    container_image = forms.CharField(
        max_length=400, required=False, label="Container image", help_text="With its digest, where it is known."
    )
    seeds = forms.CharField(
        required=False,
        max_length=json_values.LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line, such as “random_state = 7”; or “none: training is not random”.",
    )
    random_sources = forms.CharField(
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Sources of chance",
        help_text="What draws random numbers, one a line, such as “numpy” or “GPU kernels”, seeded or not.",
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for key in environment_files.TEXT_LENGTHS.keys() & said.keys():
            try:
                said[key] = environment_files.ensure_text(said[key], key)
            except UnreadableEnvironment as reason:
                self.add_error(key, str(reason))
        upload = said.get("file")
        if isinstance(upload, UploadedFile) and not self.errors:
            try:
                self.facts = self._read(upload, said)
            except UnreadableEnvironment as reason:
                self.add_error("file", str(reason))
        return said

    def clean_seeds(self) -> dict[str, Any]:
        try:
            return environment_files.read_seeds_text(self.cleaned_data["seeds"])
        except UnreadableEnvironment as reason:
            raise forms.ValidationError(str(reason)) from None

    def clean_random_sources(self) -> list[str]:
        sources = [one.strip() for one in re.split(r"[\n,]", self.cleaned_data["random_sources"]) if one.strip()]
        try:
            return environment_files.from_json({"random_sources": sources}).random_sources
        except UnreadableEnvironment as reason:
            raise forms.ValidationError(str(reason)) from None

    def _read(self, upload: UploadedFile, said: dict[str, Any]) -> EnvironmentFacts:
        content = upload.read(environment_files.SIZE_LIMIT + 1)
        facts = reading.read(content, name=upload.name or "The file")
        memory = said.get("memory")
        known = {key: said.get(key) for key in said if key not in ("file", "memory")}
        return environment_files.completed(facts, **known, memory_bytes=round(memory * GIB) if memory else None)


class ServingForm(forms.Form):
    """A statement of where a version is served."""

    place = forms.CharField(max_length=120, help_text="A cluster, a site or a device, such as “ward 3, bedside”.")
    environment = forms.ModelChoiceField(
        TrainingEnvironment.objects.none(),
        empty_label=None,
        label="Served in",
        help_text="Record the environment first if the list lacks it.",
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["environment"].queryset = TrainingEnvironment.objects.filter(project=project)
        fields["environment"].label_from_instance = named
        # Anything typed with the statement's form is told beside it, and the version's page has other forms.
        self.auto_id = "serving_%s"


class ServingEndForm(forms.Form):
    """Why a version is no longer served somewhere."""

    reason = forms.CharField(max_length=serving.LONGEST_REASON, label="Why it is no longer served there")

    def __init__(self, *args: Any, statement_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.statement_id = statement_id
        # There is one of these beside each statement.
        self.auto_id = f"serving_{statement_id}_%s"


def named(environment: TrainingEnvironment) -> str:
    """An environment in a menu: what it is, where it was read, and the beginning of its digest."""
    return f"{environment}, from {environment.captured_from} ({environment.sha256[:8]})"
