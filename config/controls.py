"""How a form's widget becomes a control of our look, tied to its help and its error for those who listen."""

from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, Field, FileInput, RadioSelect, Select
from django.utils.safestring import SafeString

CONTROL_CLASS = {"check": "form-check-input", "select": "form-select", "choices": "form-check-input", "hidden": ""}
REQUIRED = {
    "text": "Enter a value for “{}”.",
    "select": "Choose an option for “{}”.",
    "choices": "Choose an option for “{}”.",
    "file": "Choose a file for “{}”.",
    "check": "Tick “{}” to go on.",
}


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


def problems(bound: BoundField) -> str:
    """What is wrong with a field, naming it and what to do, where Django would only say that it is required."""
    kind = control_kind(bound)
    said = [
        REQUIRED.get(kind, REQUIRED["text"]).format(bound.label)
        if error.code == "required" and error.messages == [Field.default_error_messages["required"]]
        else " ".join(error.messages)
        for error in bound.errors.as_data()
    ]
    return " ".join(said)


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
