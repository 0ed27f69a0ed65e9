"""How a form's widget becomes a control of our look, tied to its help and its error for those who listen."""

from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.utils.safestring import SafeString

CONTROL_CLASS = {"check": "form-check-input", "select": "form-select", "choices": "form-check-input", "hidden": ""}


def control_kind(bound: BoundField) -> str:
    """How a field is laid out: hidden, check, choices, select, file, or text."""
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, Select):
        return "select"
    return "file" if isinstance(widget, FileInput) else "text"


def control(bound: BoundField, kind: str) -> SafeString:
    """The field's control with its class, and the ids of what describes it."""
    own = str(bound.field.widget.attrs.get("class", ""))
    state = "is-invalid" if bound.errors else ""
    attrs: dict[str, str | bool] = {
        "class": " ".join(filter(None, [CONTROL_CLASS.get(kind, "form-control"), own, state]))
    }
    described = [
        f"{bound.id_for_label or bound.auto_id}_{part}"
        for part, present in (("help", bound.help_text), ("error", bound.errors))
        if present
    ]
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    # A label above and help below it say more than words that vanish at the first key.
    bound.field.widget.attrs.pop("placeholder", None)
    return bound.as_widget(attrs=attrs)
