from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class _BareNames(MultiPartParser):
    """Django cuts a path off a file's name without a word; a program that sends one should hear of it."""

    def sanitize_file_name(self, file_name: str) -> str | None:
        if "/" in file_name or "\\" in file_name or file_name in (".", ".."):
            raise MultiPartParserError(
                f"“{file_name[:80]}” is not a bare file name. Send the name without any folder, such as model.skops."
            )
        return super().sanitize_file_name(file_name)


class UploadParser(parsers.MultiPartParser):
    """Multipart whose files have bare names; anything else is refused with a sentence."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> parsers.DataAndFiles:
        """The fields and files of a request."""
        context = parser_context or {}
        request = context["request"]
        meta = request.META | {"CONTENT_TYPE": media_type}
        encoding = context.get("encoding", settings.DEFAULT_CHARSET)
        try:
            return parsers.DataAndFiles(*_BareNames(meta, stream, request.upload_handlers, encoding).parse())
        except MultiPartParserError as reason:
            raise ParseError(str(reason)) from reason
