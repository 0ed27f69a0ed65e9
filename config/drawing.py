"""Pictures that a page carries in its own HTML: icons from the icon set, and charts rendered on the server."""

import re
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

ICON_FOLDER = "@tabler/icons/icons/outline"
ICON_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# What a chart is made of. Anything else in a stored drawing is dropped before it reaches a page.
CHART_ELEMENTS = frozenset(
    {"svg", "g", "path", "line", "rect", "circle", "ellipse", "polyline", "polygon", "text", "tspan"}
    | {"defs", "clipPath", "linearGradient", "stop", "title", "desc"}
)
REFUSED_ATTRIBUTES = frozenset({"style", "class", "id"})
LOCAL_REFERENCE = re.compile(r"url\(\s*['\"]?(?!#)|javascript:", re.IGNORECASE)


class UnknownIcon(Exception):
    """A template names an icon that the icon set does not have."""


class BrokenDrawing(Exception):
    """A stored chart is not the SVG it claims to be."""


@lru_cache(maxsize=512)
def icon_paths(name: str) -> SafeString:
    """The shapes of one outline icon, without the frame around them."""
    file = Path(settings.NODE_DIR) / ICON_FOLDER / f"{name}.svg"
    if not ICON_NAME.fullmatch(name) or not file.is_file():
        raise UnknownIcon(f"There is no icon named {name!r} in the outline set of @tabler/icons.")
    root = ElementTree.fromstring(file.read_text())
    for element in root.iter():
        element.tag = _local(element.tag)
    shapes = [shape for shape in root if shape.get("stroke") != "none"]
    drawn = "".join(ElementTree.tostring(shape, encoding="unicode").strip() for shape in shapes)
    return mark_safe(drawn)  # the set's own files, not anyone's input


def icon_svg(name: str, css_class: str) -> SafeString:
    """An icon as inline SVG; decorative, so hidden from assistive technology."""
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>',
        css_class,
        icon_paths(name),
    )


@lru_cache(maxsize=128)
def chart_svg(source: str) -> SafeString:
    """A rendered chart, cleaned of everything but shapes and text, and free to grow with its column."""
    try:
        root = ElementTree.fromstring(source)
    except ElementTree.ParseError as error:
        raise BrokenDrawing("This chart cannot be shown: it is not well-formed SVG.") from error
    if _local(root.tag) != "svg":
        raise BrokenDrawing("This chart cannot be shown: it is not an SVG drawing.")
    _clean(root)
    if root.get("viewBox"):
        root.attrib.pop("width", None)
        root.attrib.pop("height", None)
    root.attrib.update({"aria-hidden": "true", "focusable": "false"})
    return mark_safe(ElementTree.tostring(root, encoding="unicode"))  # only what _clean let through


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _clean(element: ElementTree.Element) -> None:
    # Any library in this process may have given the namespace a prefix, and HTML knows only the bare names.
    element.tag = _local(element.tag)
    for name, value in list(element.attrib.items()):
        if _is_refused(_local(name), value):
            del element.attrib[name]
    for child in list(element):
        if _local(child.tag) not in CHART_ELEMENTS:
            element.remove(child)
        else:
            _clean(child)


def _is_refused(name: str, value: str) -> bool:
    # Ids stay only where a clip path needs them; roles would announce a drawing that carries one label of its own.
    if name == "id":
        return not value.startswith(("clip", "gradient"))
    return (
        name in REFUSED_ATTRIBUTES
        or name.startswith(("on", "aria-"))
        or name in {"role", "href"}
        or bool(LOCAL_REFERENCE.search(value))
    )
