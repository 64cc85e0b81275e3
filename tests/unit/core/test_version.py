"""One version, wherever it stands."""

from __future__ import annotations

import tomllib
from pathlib import Path

from app.core.version import VERSION


def test_the_project_file_says_the_same(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == VERSION
