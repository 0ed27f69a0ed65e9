"""Print a poster: always exactly one page, and the same bytes for the same facts."""

import hashlib
from collections.abc import Callable

from django.conf import settings

from audit.services import canonical
from docsgen.poster.facts import Facts
from docsgen.poster.layout import versions
from docsgen.printing.client import Attachment, Printed, PrintingFailed, print_html


def print_poster(facts: Facts, *, is_wanted: Callable[[], bool] = lambda: True) -> Printed:
    """The poster as an archivable, tagged PDF of one A3 page; raises PrintingFailed and PrintingStopped."""
    first, *smaller = versions(facts)
    printed = print_html(
        first,
        identifier=digest_of(facts)[:32],
        taken_at=facts["changed_at"],
        fonts=settings.FONTS_DIR,
        attachments=(Attachment("poster.json", "What this poster shows", canonical(facts).encode()),),
        is_wanted=is_wanted,
        smaller=smaller,
    )
    if printed.pages != 1:
        raise PrintingFailed("The poster did not fit on one page.")
    return printed


def digest_of(facts: Facts) -> str:
    """The SHA-256 of the facts' RFC 8785 text, in hex."""
    return hashlib.sha256(canonical(facts).encode()).hexdigest()
