"""A folder that the workers of one server share while it runs, for counters that go with it."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import stat
import tempfile
from pathlib import Path

import structlog

log = structlog.get_logger("clientele.run_folder")


def shared_folder() -> Path | None:
    """Return the folder of this worker's server, or None where one process is the server.

    It lies among the temporary files, is named after the parent process and belongs to this user alone. None
    also, with a warning, where it cannot be made or somebody else holds its name.
    """
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid is None:
        return None
    folder = _folder_of(parent.pid)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if _is_ours(folder):
            return folder
        reason = "somebody else holds its name"
    except OSError as error:
        reason = str(error)
    log.warning("run_folder_refused", detail=f"each worker counts by itself: {reason}")
    return None


def clear_run_folder() -> None:
    """Remove the folder of this process's workers: when they are gone, and what an earlier server left."""
    folder = _folder_of(os.getpid())
    if folder.exists() and _is_ours(folder):
        shutil.rmtree(folder, ignore_errors=True)


def _folder_of(pid: int) -> Path:
    return Path(tempfile.gettempdir()) / f"clientele-{pid}"


def _is_ours(folder: Path) -> bool:
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and (os.name == "nt" or found.st_uid == os.getuid())
