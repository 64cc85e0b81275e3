"""Exposes `app` (``uvicorn main:app``) and runs it (``python main.py``)."""

from __future__ import annotations

import gc
import sys

from app.application import create_app
from app.core.config import load_settings
from app.core.errors import ClienteleError
from app.serving.server import serve

try:
    settings = load_settings()
    app = create_app(settings)
except ClienteleError as error:
    print(f"clientele: {error.detail}", file=sys.stderr)  # noqa: T201 - logging is not set up yet
    sys.exit(2)

# what lives as long as the process need not be looked through at every collection
gc.collect()
gc.freeze()

if __name__ == "__main__":
    serve(settings)
