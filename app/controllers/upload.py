"""Reads a form with a file from the request as it comes: the file goes to disk, never into memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from app.core.errors import BodyNotForm, UploadMalformed

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_FIELDS, MOST_FIELD_BYTES, MOST_HEADER_BYTES = 20, 262_144, 8_192
WRITE_BYTES = 1_048_576
FILE_FIELD = "file"


@dataclass
class UploadForm:
    """The fields of a form, and the name of the file if there was one; its content lies at the path given."""

    fields: dict[str, str] = field(default_factory=dict)
    file_name: str | None = None


async def read_form(request: Request, path: Path) -> UploadForm:
    """Read the form; the content of its field ``file`` is written to `path`.

    Raises
    ------
    BodyNotForm
        If it is no ``multipart/form-data``.
    UploadMalformed
        If the form is torn, holds two files or too many or too long fields. Nothing is left at `path`.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise BodyNotForm("send the file as a form: multipart/form-data with a field called file")
    parts = _Parts(path)
    try:
        parser = MultipartParser(options[b"boundary"], parts.callbacks())
        async for chunk in request.stream():
            parser.write(chunk)
            if len(parts.waiting) >= WRITE_BYTES:
                await anyio.to_thread.run_sync(parts.write_out)
        parser.finalize()
        await anyio.to_thread.run_sync(parts.write_out)
        parts.refuse_torn()
    except (FormParserError, ClientDisconnect, UnicodeDecodeError) as error:
        parts.remove()
        raise UploadMalformed("the form cannot be read: send it as multipart/form-data") from error
    except BaseException:
        parts.remove()
        raise
    return parts.form


class _Parts:
    """Takes what the parser finds."""

    def __init__(self, path: Path) -> None:
        self.form = UploadForm()
        self.waiting = bytearray()
        self._is_complete = False
        self._path = path
        self._has_file = False
        self._name = ""
        self._is_file = False
        self._value = bytearray()
        self._header_name, self._header_value = bytearray(), bytearray()
        self._headers: dict[bytes, bytes] = {}

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._grow(self._header_name, data[start:end]),
            "on_header_value": lambda data, start, end: self._grow(self._header_value, data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._look,
            "on_part_data": self._take,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def write_out(self) -> None:
        if self._has_file:
            with self._path.open("ab") as file:
                file.write(self.waiting)
        self.waiting.clear()

    def refuse_torn(self) -> None:
        if not self._is_complete:
            raise UploadMalformed("the form ends before it is complete: send it again")

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)

    def _begin(self) -> None:
        self._headers.clear()
        self._value.clear()

    @staticmethod
    def _grow(text: bytearray, more: bytes) -> None:
        text += more
        if len(text) > MOST_HEADER_BYTES:
            raise UploadMalformed("a header of the form is too long")

    def _end_header(self) -> None:
        self._headers[bytes(self._header_name).lower()] = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _look(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8")
        self._is_file = b"filename" in options
        if self._is_file:
            if self._name != FILE_FIELD or self._has_file:
                raise UploadMalformed(f"the form may hold one file, in the field called {FILE_FIELD}")
            # the name is shown and never used as a path
            self.form.file_name = Path(options[b"filename"].decode("utf-8", "replace")).name[:200] or "file"
            self._has_file = True
        elif len(self.form.fields) >= MOST_FIELDS or self._name in self.form.fields:
            raise UploadMalformed(f"the form may hold {MOST_FIELDS} fields, each once")

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.waiting += data[start:end]
            return
        self._value += data[start:end]
        if len(self._value) > MOST_FIELD_BYTES:
            raise UploadMalformed(f"a field of the form may hold {MOST_FIELD_BYTES} bytes")

    def _end(self) -> None:
        if not self._is_file:
            self.form.fields[self._name] = bytes(self._value).decode("utf-8")

    def _finish(self) -> None:
        self._is_complete = True
