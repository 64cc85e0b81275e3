"""Compile the locks: `python scripts/lock.py [--upgrade]`, after a change of a `requirements*.in`.

One lock serves Linux, macOS and Windows and every supported Python. Versions that still fit are kept unless
`--upgrade` is given; the run-time lock goes first and each binds those below it, so that all hold the same
pins.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# No index, path or host may enter the locks: they must say the same wherever they are made.
OPTIONS = (
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "-q",
)
LOCKS = {
    "requirements.in": ("requirements.txt", ()),
    "requirements-postgres.in": ("requirements-postgres.txt", ("-c", "requirements.txt")),
    "requirements-dev.in": (
        "requirements-dev.txt",
        ("-c", "requirements.txt", "-c", "requirements-postgres.txt"),
    ),
}


def main() -> int:
    """Compile all locks; answer the exit code of the first that fails, else 0."""
    parser = argparse.ArgumentParser(description="Compile the locks of the requirements.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []
    for source, (lock, bounds) in LOCKS.items():
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            *OPTIONS,
            *upgrade,
            *bounds,
            source,
            "-o",
            lock,
        ]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        print(f"{lock}: {'failed' if code else 'compiled'}")
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
