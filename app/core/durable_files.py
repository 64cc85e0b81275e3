"""Files that survive a crash: written beside, flushed to disk, then moved into place in one step."""

from __future__ import annotations

import os
from pathlib import Path


def write_durably(path: Path, content: bytes) -> None:
    """Write a new file and flush it to disk; the folder's entry is not yet flushed."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_durably(path: Path, content: bytes) -> None:
    """Replace a file in one step: readers see the old content or the new, and a crash leaves one of both."""
    staged = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write_durably(staged, content)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Flush a folder's entries to disk where the system can (Windows cannot open folders)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
