"""The two kinds of schema: strict bodies that come in, frozen answers that go out."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

EXAMPLE_ID = "0c9a2c8e-4b1f-4e0b-9a53-7d9d6f0f2a11"


class Body(BaseModel):
    """What a client sends: unknown fields are refused, numbers are numbers."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Answer(BaseModel):
    """What the service answers: made by us, never changed after."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def is_absent(value: object) -> bool:
    """Answer whether a field holds nothing and is left out: what only some models have, others never name."""
    return not value


def _refuse_other_kinds(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a whole number")  # noqa: TRY004 - pydantic turns it into a fault of the field
    return value


WholeNumber = Annotated[int, BeforeValidator(_refuse_other_kinds)]
"""A whole number as JSON knows it: 2.0 is one, `true` and `"2"` are none."""
