from __future__ import annotations

from pathlib import Path

from app.models.records import tables


def test_no_table_is_forgotten(repository: Path) -> None:
    """A module whose import is missing here would have no migration asked of it."""
    folder = repository / "app" / "models" / "records"
    texts = (path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    written = {
        line.split('"')[1] for text in texts for line in text.splitlines() if "    __tablename__ = " in line
    }
    assert written == tables.metadata.tables.keys()
