"""A version's files as one zip archive, piece by piece."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def zipped(files: Mapping[str, bytes]) -> Iterator[bytes]:
    """Yield a zip archive file by file; the same files give the same bytes."""
    waiting = _Waiting()
    with zipfile.ZipFile(waiting, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
            yield waiting.take()
    yield waiting.take()


class _Waiting(io.RawIOBase):
    """What was written and not yet sent; nobody seeks in it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: object) -> int:
        self._parts.append(bytes(part))  # type: ignore[call-overload]
        return len(self._parts[-1])

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
