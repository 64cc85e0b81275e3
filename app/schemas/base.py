"""The two kinds of schema: strict bodies that come in, frozen answers that go out."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """What a client sends: unknown fields are refused, numbers are numbers."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Answer(BaseModel):
    """What the service answers: made by us, never changed after."""

    model_config = ConfigDict(frozen=True, extra="forbid")
