"""What comes with a form as a file: bounded before it fills memory or disk."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class BoundedUploadHandler(FileUploadHandler):
    """Keep of all files of a request just more than `settings.UPLOAD_MAX_BYTES`, drop the rest.

    The form that gets the cut file sees that it is over the bound and says so at its field, which
    it could not where the connection was closed.
    """

    def __init__(self, request=None) -> None:
        super().__init__(request)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.received > settings.UPLOAD_MAX_BYTES:
            return None  # nothing for the handlers after this one
        self.received += len(raw_data)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers after this one keep the file."""
