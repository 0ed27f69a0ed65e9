from django import template
from django.utils.safestring import SafeString

from canvas.markdown import to_html

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """A text in Markdown as safe HTML."""
    return to_html(str(text or ""))
