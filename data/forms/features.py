from typing import Any, ClassVar

from django import forms

from canvas.forms.text import PlainText
from canvas.models import Project
from data.models import DataSchema, DataSource, FeatureDefinition, SchemaField

MOST_FIELDS = 60


class FeatureForm(PlainText, forms.ModelForm):
    """An input of a model: how it is made, and whether it may be used."""

    source_fields = forms.CharField(
        label="Source fields",
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono"}),
        help_text="The columns it is made from, one a line.",
    )

    class Meta:
        model = FeatureDefinition
        fields: ClassVar[tuple[str, ...]] = (
            "name",
            "description",
            "entity",
            "entity_key",
            "source",
            "source_fields",
            "transformation",
            "data_type",
            "order",
            "unit",
            "availability",
            "availability_note",
            "leakage",
            "leakage_note",
            "proxy",
            "proxy_note",
            "is_sensitive",
            "expert",
            "owner",
            "max_age_days",
        )
        labels: ClassVar = {
            "entity_key": "Key of the entity",
            "source": "Data source",
            "availability": "At prediction time",
            "availability_note": "When it is known",
            "leakage": "Leakage check",
            "leakage_note": "How it was checked for leakage",
            "proxy": "Proxy check",
            "proxy_note": "How it was checked for proxies",
            "is_sensitive": "Sensitive",
            "max_age_days": "Oldest value, in days",
        }
        help_texts: ClassVar = {
            "description": "What it tells, for somebody who does not know the data.",
            "entity": "What one value belongs to: a customer, a machine, a visit.",
            "entity_key": "The column that tells one from the other.",
            "transformation": "How it is computed, so that somebody else could do it again.",
            "order": "The scale of measurement.",
            "availability": "Whether the value is known when the model is asked.",
            "leakage": "Whether it gives the outcome away, because it is made from it or known only after it.",
            "proxy": "Whether it stands in for a protected trait, such as a postcode for origin.",
            "proxy_note": "For which trait, and how.",
            "is_sensitive": "Its values may not be shown to everybody who sees the rows.",
            "expert": "Who knows the subject and agreed.",
            "owner": "The person or team that keeps it right.",
            "max_age_days": "Left open when a value never grows too old.",
        }
        widgets: ClassVar = {
            "description": forms.Textarea(attrs={"rows": 2}),
            "transformation": forms.Textarea(attrs={"rows": 4}),
            "entity_key": forms.TextInput(attrs={"list": "known-columns"}),
        }

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = self.fields["source"]
        assert isinstance(source, forms.ModelChoiceField)  # noqa: S101  made from the model
        source.queryset = DataSource.objects.filter(project=project)
        source.empty_label = "None"
        for key, choices in (
            ("data_type", SchemaField.DataType.choices),
            ("order", SchemaField.Order.choices),
            ("availability", FeatureDefinition.Availability.choices),
        ):
            choice = self.fields[key]
            assert isinstance(choice, forms.ChoiceField)  # noqa: S101  made from the model
            choice.choices = [("", "Choose one"), *choices]
        if self.instance.pk:
            self.initial["source_fields"] = "\n".join(self.instance.source_fields)

    def clean_source_fields(self) -> list[str]:
        """One name a line, each once."""
        names = list(dict.fromkeys(line.strip() for line in self.cleaned_data["source_fields"].splitlines()))
        names = [name for name in names if name]
        if not names:
            raise forms.ValidationError("Name at least one column that it is made from.")
        if len(names) > MOST_FIELDS or any(len(name) > 200 for name in names):
            raise forms.ValidationError(f"Name at most {MOST_FIELDS} columns, of at most 200 characters each.")
        return names

    def clean(self) -> dict[str, Any]:
        """A finding says what was found."""
        cleaned = super().clean() or self.cleaned_data
        for key, note in (("leakage", "leakage_note"), ("proxy", "proxy_note")):
            if cleaned.get(key) not in (None, "", FeatureDefinition.Finding.NOT_CHECKED) and not cleaned.get(note):
                self.add_error(note, "Say how it was checked, and what was found.")
        return cleaned


class FeatureRevisionForm(FeatureForm):
    """The next version of a feature."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    change_reason = forms.CharField(
        max_length=300, label="Why it changes", help_text="One sentence. It stands in the history and in documents."
    )

    class Meta(FeatureForm.Meta):
        fields: ClassVar[tuple[str, ...]] = FeatureForm.Meta.fields[1:]


class DraftsForm(PlainText, forms.Form):
    """Features to define at once from what the project holds."""

    chosen = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="Features to define")
    entity = forms.CharField(
        max_length=120, help_text="What one value belongs to: a customer, a machine, a visit. The same for all of them."
    )
    owner = forms.CharField(max_length=120, help_text="The person or team that keeps them right.")

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["chosen"]
        assert isinstance(chosen, forms.MultipleChoiceField)  # noqa: S101  declared above
        chosen.choices = [(name, name) for name in names]


class ReuseForm(PlainText, forms.Form):
    """The project that a shared feature is copied into."""

    project = forms.ModelChoiceField(queryset=Project.objects.none(), empty_label="Choose a project")
    name = forms.CharField(
        max_length=120, required=False, label="Name there", help_text="Left open, it keeps its name."
    )

    def __init__(self, *args: Any, projects: Any, **kwargs: Any) -> None:  # Any: a queryset of projects
        super().__init__(*args, **kwargs)
        project = self.fields["project"]
        assert isinstance(project, forms.ModelChoiceField)  # noqa: S101  declared above
        project.queryset = projects


class CatalogueForm(forms.Form):
    """What is looked for in the catalogue."""

    q = forms.CharField(required=False, max_length=200, label="Words")
    data_type = forms.ChoiceField(
        required=False, label="Data type", choices=[("", "Any type"), *SchemaField.DataType.choices]
    )
    availability = forms.ChoiceField(
        required=False,
        label="At prediction time",
        choices=[("", "Any"), *FeatureDefinition.Availability.choices],
    )
    entity = forms.CharField(required=False, max_length=120, label="Entity")


def column_names(project: Project) -> list[str]:
    """The columns of the project's newest schemas, to choose source fields from."""
    newest = DataSchema.objects.filter(project=project).newest().values("pk")
    keys = SchemaField.objects.filter(schema__in=newest).order_by("key").values_list("key", flat=True)
    return list(dict.fromkeys(keys[:2000]))
