"""Uploads keep the name they were sent with, so that a path in it can be refused."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser
from django.utils.datastructures import MultiValueDict


class SentNames(FileUploadHandler):
    """Has each uploaded file remember its name as it was sent.

    Django cuts everything before the last slash off a name. That is safe, and hides from us that somebody sent a path,
    which we would rather refuse than repair.
    """

    def handle_raw_input(
        self,
        input_data: Any,  # Any: a stream that Django describes nowhere in public
        META: dict[str, str],  # noqa: N803  Django calls it so
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> tuple[Any, MultiValueDict[str, UploadedFile]]:  # Any: Django's QueryDict, as its own signature has it
        """Parse the body with the other handlers, remembering names."""
        assert self.request is not None  # noqa: S101  Django makes handlers with their request
        others = [handler for handler in self.request.upload_handlers if handler is not self]
        return _Parser(META, input_data, others, encoding or settings.DEFAULT_CHARSET).parse()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Leave the data to the other handlers."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the other handlers."""


class _Parser(MultiPartParser):
    _sent = ""

    def sanitize_file_name(self, file_name: str) -> str:
        """Note the name as it came; a part whose name is nothing but dots stays a file, to be refused by its name."""
        self._sent = file_name
        return super().sanitize_file_name(file_name) or "unnamed"

    def handle_file_complete(self, old_field_name: str, counters: list[int]) -> None:
        """Give the finished file its sent name."""
        super().handle_file_complete(old_field_name, counters)
        # The parent puts each file where it returns all of them from, and has no public name for it.
        if files := self._files.getlist(old_field_name):  # type: ignore[attr-defined]
            files[-1].sent_name = self._sent


def sent_name(file: UploadedFile) -> str:
    """The name an uploaded file was sent with, path and all."""
    return str(getattr(file, "sent_name", file.name))
