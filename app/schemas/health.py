"""What the probes answer."""

from __future__ import annotations

from typing import Literal

from app.schemas.base import Answer


class Liveness(Answer):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Health(Answer):
    """A model is loaded and answers; `warning` says which newer version was refused, and why."""

    status: Literal["ok"] = "ok"
    model_version: str
    warning: str | None = None
