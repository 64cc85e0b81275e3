"""Write `docs/openapi.json`, the API's description as it is committed.

`python scripts/openapi.py` after a change of the API that is meant; a test fails while the two differ.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "openapi.json"
sys.path.insert(0, str(ROOT))

from app.application import create_app  # noqa: E402 - found from the checkout, wherever this is started
from app.core.config import Settings  # noqa: E402


def describe() -> str:
    """Return the description of the API of the shipped default recipe, whatever this machine's settings."""
    with tempfile.TemporaryDirectory() as empty:
        defaults = {name: field.default for name, field in Settings.model_fields.items()}
        settings = Settings(_env_file=None, **defaults | {"data_dir": Path(empty)})
        return json.dumps(create_app(settings).openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(describe(), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")
