"""A generated table's file, never written over a shop's own; standard library only, since setup runs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path


def write_table(path: Path, text: str, *, replace: bool = False) -> bool:
    """Write a table's text to `path` in one step; return whether anything was written.

    A file that is there already is left alone, since it may be the shop's own customers; with `replace`
    it is replaced when its bytes differ.
    """
    content = text.encode("ascii")
    if path.exists() and (not replace or path.read_bytes() == content):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with staged.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
    return True


def run(generate: Callable[[], str], default: Path) -> None:
    """Write the table to the path on the command line, else to `default`, and say what was done."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    state = "written" if write_table(target, generate()) else "is there already, left as it is"
    sys.stdout.write(f"{target}: {state}\n")
