"""Files that survive a crash: written beside, flushed to disk, then moved into place in one step."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

_STAGED = re.compile(r"\..+\.[0-9]+\.tmp")


def write_durably(path: Path, content: bytes) -> None:
    """Write a new file and flush it to disk; the folder's entry is not yet flushed."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_durably(path: Path, content: bytes) -> None:
    """Replace a file in one step: readers see the old content or the new, and a crash leaves one of both."""
    # the number of a process would be another's too, in containers that share the folder
    staged = path.with_name(f".{path.name}.{secrets.randbits(64)}.tmp")
    try:
        write_durably(staged, content)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
    flush_folder(path.parent)


def remove_staged(folder: Path, before: float) -> int:
    """Remove what crashes left of replaced files, written before a moment, in seconds; return how many."""
    found = folder.iterdir() if folder.is_dir() else iter(())
    left = [path for path in found if _STAGED.fullmatch(path.name) and is_older(path, before)]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def is_older(path: Path, before: float) -> bool:
    """Answer whether a file, or all of a folder, was written before a moment; what is gone was not."""
    try:
        return all(found.stat().st_mtime < before for found in (path, *path.rglob("*")))
    except FileNotFoundError:  # somebody else was quicker
        return False


def flush_folder(folder: Path) -> None:
    """Flush a folder's entries to disk where the system can (Windows cannot open folders)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
