"""What lies beside the data folder, for nobody to see, and links to it from within."""

from __future__ import annotations

import hashlib
from pathlib import Path

CANARY = b"s3ntinel-canary"
# ids of the right form whose files are links to elsewhere
FILE_LINK, FOLDER_LINK = (f"6a0f4b4e-0000-4000-8000-00000000000{n}" for n in (1, 2))
FILES = (
    "secret.txt",
    "outside/mall",
    "outside/mall.toml",
    "outside/clientele.db",
    "outside/accepted.parquet",
)


def plant(folder: Path) -> None:
    for name in FILES:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"id,amount\n" + b"%s,1.5\n" % CANARY * 12)
    for place, target in (("uploads", "secret.txt"), ("datasets", "outside")):
        (folder / "data" / place).mkdir(exist_ok=True)
        (folder / "data" / place / (FILE_LINK if place == "uploads" else FOLDER_LINK)).symlink_to(
            folder / target
        )


def fingerprint(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Return what lies beside the data: each file's content, mode and time of change; each folder by name."""
    ours = {"data", "models_artifacts"}
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if name.parts[0] not in ours:
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            found[str(name)] = (content, path.stat().st_mode, path.stat().st_mtime_ns)
    return found
