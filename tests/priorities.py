"""What weight Linux gives to a process beside others."""

from __future__ import annotations

import os
import re
from pathlib import Path

from app.cli.worker import NICENESS


def group_niceness(pid: int) -> int | None:
    """Return that of a process's session; None where sessions are not weighed."""
    path = Path(f"/proc/{pid}/autogroup")
    found = re.search(r"nice (-?\d+)", path.read_text(encoding="ascii")) if path.exists() else None
    return int(found[1]) if found else None


def stands_back(pid: int) -> bool:
    """Answer whether a process has a worker's low weight, as one and as a session of its own."""
    own = (os.getpriority(os.PRIO_PROCESS, pid), os.getsid(pid))
    return own == (NICENESS, pid) and group_niceness(pid) in (None, NICENESS)
