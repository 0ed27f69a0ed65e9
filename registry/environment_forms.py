"""What people type to record an environment."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from registry import environment_files, json_values
from registry.environment_files import EnvironmentFacts, UnreadableEnvironment


class EnvironmentForm(forms.Form):
    """A training environment from a file, with what the file leaves open."""

    file = forms.FileField(
        label="Packages", help_text="requirements.txt, the output of “pip freeze”, or an environment as JSON."
    )
    python_version = forms.CharField(
        max_length=40, required=False, label="Python version", help_text="For example: 3.11.7"
    )
    seeds = forms.CharField(
        required=False,
        max_length=json_values.LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line, such as “random_state = 7”; or “none: training is not random”.",
    )
    os = forms.CharField(max_length=200, required=False, label="Operating system")
    cpu = forms.CharField(max_length=200, required=False, label="Processor")
    cpu_count = forms.IntegerField(min_value=1, max_value=1_000_000, required=False, label="Processor cores")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        upload = said.get("file")
        if isinstance(upload, UploadedFile):
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

    def _read(self, upload: UploadedFile, said: dict[str, Any]) -> EnvironmentFacts:
        content = upload.read(environment_files.SIZE_LIMIT + 1)
        facts = environment_files.read(content, name=upload.name or "The file")
        return environment_files.completed(facts, **{key: said.get(key) for key in said if key != "file"})
