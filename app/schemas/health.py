"""What the probes answer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.schemas.base import Answer, is_absent


class Liveness(Answer):
    """The process answers."""

    status: Literal["ok"] = Field(default="ok", examples=["ok"])


class Health(Answer):
    """A model is loaded and answers; `warning` says which newer version was refused, and why."""

    status: Literal["ok"] = "ok"
    model_version: str = Field(examples=["mall/3"])
    warning: str | None = None
    recipes_left_out: dict[str, str] = Field(
        default_factory=dict,
        exclude_if=is_absent,
        description="Recipes whose file cannot be used, and why; there only while there are some.",
    )
