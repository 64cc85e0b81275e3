"""What people wrote over the segments' texts, as serving reads it: a file that the database publishes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from app.core.durable_files import replace_durably


class EditedText(BaseModel):
    """A person's words for one segment; None leaves what the model version says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    slot: int | None = Field(default=None, ge=1, le=8)
    description: str | None = None
    strategy: tuple[str, ...] | None = None


_TEXTS = TypeAdapter(dict[int, EditedText])
_NONE: Mapping[int, EditedText] = {}


class EditedTexts:
    """Follows the file of one recipe; a file that cannot be read leaves the texts as they were.

    Parameters
    ----------
    path : Path
        There need not be a file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = os.fspath(path)
        self._seen: tuple[int, int, int] | None = None
        self._texts = _NONE

    def current(self) -> Mapping[int, EditedText]:
        """Return the edits by segment id, the same object until they change."""
        try:
            status = os.stat(self._name)  # noqa: PTH116 - once a request: a Path costs four times as much
            seen = (status.st_mtime_ns, status.st_ino, status.st_size)
        except OSError:
            seen = None
        if seen != self._seen:
            self._seen = seen
            self._texts = self._read() if seen else _NONE
        return self._texts

    def publish(self, texts: Mapping[int, EditedText]) -> None:
        """Put these edits in the place of all earlier ones, for every process at once."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        content = {str(segment_id): text.model_dump(exclude_none=True) for segment_id, text in texts.items()}
        replace_durably(self._path, json.dumps(content, ensure_ascii=False, indent=2).encode())

    def _read(self) -> Mapping[int, EditedText]:
        try:
            return _TEXTS.validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return self._texts
