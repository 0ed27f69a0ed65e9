"""The forms that bring a plan in."""

from typing import Any

from django import forms

from accounts.models import User
from canvas.exchange.dorard import BOX_LENGTH, BOXES
from canvas.exchange.reading import LARGEST
from canvas.forms.text import PlainText
from canvas.models import ImportedPlan, Project


class PlanFileForm(forms.Form):
    """A file to read."""

    file = forms.FileField(
        label="File", help_text=f"At most {LARGEST // 2**20} MB. You see what it holds before anything is created."
    )

    def clean_file(self) -> Any:  # Any: Django's uploaded file
        """A file that may be read into memory."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(
                f"The file has {file.size / 2**20:,.0f} MB; a plan has at most {LARGEST // 2**20} MB. Send the plan alone."
            )
        return file


class CardFileForm(PlanFileForm):
    """A negotiation card."""


class BoxesForm(forms.Form):
    """A canvas of ten boxes, typed or as a file."""

    name = forms.CharField(
        max_length=120,
        required=False,
        label="What the canvas is called",
        help_text="It becomes the project's name; you can change it on the next page.",
    )
    file = forms.FileField(
        required=False,
        label="Or a file",
        help_text="Markdown with a heading for each box, or a JSON object of box names and texts. Then leave the boxes empty.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for box in BOXES:
            self.fields[box.key] = forms.CharField(
                required=False,
                label=box.label,
                max_length=BOX_LENGTH,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=f"{box.hint} Goes to block {box.block}: {box.goes_to}.",
            )

    def clean(self) -> dict[str, Any]:
        """One of the two ways, not both."""
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if file and self.boxes:
            self.add_error("file", "Fill in the boxes or choose a file, not both.")
        if not file and not self.boxes and not self.errors:
            self.add_error(None, "Write into at least one box, or choose a file.")
        if file and file.size > LARGEST:
            self.add_error("file", f"A canvas has at most {LARGEST // 2**20} MB.")
        return cleaned

    @property
    def boxes(self) -> dict[str, str]:
        """What was typed, by box."""
        return {box.key: text for box in BOXES if (text := self.cleaned_data.get(box.key, "").strip())}


class CopyForm(forms.Form):
    """Another project that one may see."""

    project = forms.ModelChoiceField(
        queryset=Project.objects.none(), to_field_name="slug", label="Project", empty_label="Choose a project"
    )
    with_history = forms.BooleanField(
        required=False,
        label="With its history",
        help_text="Readings of KPIs, earlier revisions, comments, reviews and decisions come along. "
        "None of it is signed for the new project.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.visible_to(user).order_by("name")  # type: ignore[attr-defined]  # a ModelChoiceField


class PreviewForm(PlainText, forms.Form):
    """The new project's name, and who of the file is who here."""

    name = forms.CharField(
        max_length=120, label="Name of the project", help_text="It also makes the address, which never changes."
    )

    def __init__(self, *args: Any, plan: ImportedPlan, names_project: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        if not names_project:
            del self.fields["name"]
        for place, person in enumerate(plan.people):
            self.fields[f"person-{place}"] = forms.CharField(
                required=False,
                max_length=150,
                label=f"{person['name']} ({person['username']} in the file)",
                help_text="Username here, if it is the same person; empty keeps the name as text.",
            )

    @property
    def people(self) -> dict[str, str]:
        """Who of the file is who here, by username."""
        typed = (
            (person["username"], self.cleaned_data.get(f"person-{n}", "")) for n, person in enumerate(self.plan.people)
        )
        return {username: here for username, here in typed if here}

    def refuse_person(self, username: str, reason: str) -> None:
        """Say beside the person's field what is wrong."""
        place = next(n for n, person in enumerate(self.plan.people) if person["username"] == username)
        self.add_error(f"person-{place}", reason)
