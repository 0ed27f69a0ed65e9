"""Render one document: reads a JSON order from standard input, writes the PDF and its page count to standard output."""

import base64
import io
import json
import resource
import struct
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

MEMORY = 2 * 2**30
TOLERANCE = 0.5


def main() -> None:
    """Read the order, close the doors, render, answer."""
    order = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"]))
    pdf, pages = render(order)
    sys.stdout.buffer.write(struct.pack(">I", pages) + pdf)


def render(order: dict[str, Any]) -> tuple[bytes, int]:
    """The PDF of an order and its number of pages; the same order gives the same bytes.

    An order whose sections have to hold their text brings smaller versions of itself along: the first that fits is
    printed, or else the last.
    """
    from weasyprint import HTML, Attachment  # noqa: PLC0415  after the limits are set
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415  as above

    fetcher = _fetcher(Path(order["fonts"]))
    fonts = FontConfiguration()
    for html in (order["html"], *order["smaller"]):
        # The fonts' folder is the only place that the document's own style sheet can name a file in.
        page = HTML(string=html, base_url=Path(order["fonts"]).as_uri() + "/", url_fetcher=fetcher)
        document = page.render(font_config=fonts)
        if not order["smaller"] or fits(document):
            break
    taken_at = datetime.fromisoformat(order["taken_at"])  # WeasyPrint would write the clock's time
    document.metadata.attachments = [
        Attachment(
            file_obj=io.BytesIO(base64.b64decode(attachment["content"])),
            name=attachment["name"],
            description=attachment["description"],
            relationship="Data",
            created=taken_at,
            modified=taken_at,
        )
        for attachment in order["attachments"]
    ]
    pdf = document.write_pdf(
        pdf_variant="pdf/a-3a", pdf_identifier=order["identifier"].encode(), pdf_tags=True, custom_metadata=True
    )
    return pdf, len(document.pages)


def fits(document: Any) -> bool:  # Any: WeasyPrint's, imported in the function above
    """Whether the document has one page, and no section on it is shorter than its text."""
    if len(document.pages) > 1:
        return False
    boxes = [box for box in document.pages[0]._page_box.descendants() if box.element_tag == "section"]
    return all(_bottom(box) <= box.position_y + box.margin_height() + TOLERANCE for box in boxes)


def _bottom(section: Any) -> float:
    lines = [box for box in section.descendants() if type(box).__name__ == "LineBox"]
    return max((line.position_y + line.height for line in lines), default=0) + section.padding_bottom / 2


def _fetcher(fonts: Path) -> Any:  # Any: a class made after the import of WeasyPrint
    from weasyprint.urls import FatalURLFetchingError, URLFetcher  # noqa: PLC0415  after the limits are set

    class OnlyOurs(URLFetcher):
        """Fonts from their folder and pictures inside the text; anything else ends the rendering."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """The resource, if it is one of ours."""
            inline = url.startswith(("data:image/svg+xml;base64,", "data:image/png;base64,"))
            bundled = url.startswith(fonts.as_uri() + "/") and ".." not in url and "%" not in url
            if not (inline or bundled):
                raise FatalURLFetchingError(f"A document fetches nothing: {url[:80]}")
            return super().fetch(url, headers)

    return OnlyOurs(allowed_protocols={"file", "data"}, allow_redirects=False, fail_on_errors=True)


if __name__ == "__main__":
    main()
