"""What a browser without scripts would send for a rendered form, read from the HTML alone."""

from html.parser import HTMLParser

from django.http import QueryDict
from django.template.loader import render_to_string

from canvas.forms.blocks import BlockForm


class SentByBrowser(HTMLParser):
    """Collects names and values as a browser submits them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sent: list[tuple[str, str]] = []
        self.open_name = ""
        self.open_text: list[str] = []
        self.in_template = False
        self.select = ""
        self.option: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "template":
            self.in_template = True
        if self.in_template:
            return
        if tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.sent.append((given["name"], given.get("value", "on")))
        elif tag == "textarea":
            self.open_name, self.open_text = given["name"], []
        elif tag == "select":
            self.select, self.option = given["name"], []
        elif tag == "option" and self.select:
            self.open_text = []
            value = given.get("value")
            if not self.option or "selected" in given:
                self.option = [value] if value is not None else ["by text"]

    def handle_data(self, data):
        self.open_text.append(data)

    def handle_endtag(self, tag):
        if tag == "template":
            self.in_template = False
        elif self.in_template:
            return
        elif tag == "textarea":
            # A browser drops the line break after the tag, and sends line ends as two characters.
            text = "".join(self.open_text).removeprefix("\n").replace("\n", "\r\n")
            self.sent.append((self.open_name, text))
        elif tag == "option" and self.option == ["by text"]:
            self.option = ["".join(self.open_text)]
        elif tag == "select":
            self.sent.append((self.select, self.option[0]))
            self.select = ""


def rendered(form: BlockForm) -> str:
    """All questions of the form as HTML."""
    questions = "".join(render_to_string("canvas/_field.html", {"question": question}) for question in form.questions)
    return f"{form['based_on']}{questions}"


def submitted(form: BlockForm) -> QueryDict:
    """The request data that the rendered form would send."""
    parser = SentByBrowser()
    parser.feed(rendered(form))
    parser.close()
    sent = QueryDict(mutable=True)
    for name, value in parser.sent:
        sent.appendlist(name, value)
    return sent
