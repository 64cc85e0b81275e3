"""Whether a recipe made of a table should keep exceptional customers apart, and what their segment says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from app.models.encoding.apart import Apart, find_apart, share_of
from app.models.encoding.document import MOST_TRIMMED
from app.models.encoding.transforms import TransformName, forward
from app.schemas.dataset import DatasetSummary
from app.schemas.recipe import ExceptionalSuggestion
from app.utils.quantities import number_text

# of the customers, where a person keeps them apart and the table does not say how many
USUAL_SHARE = 0.01
NAME, SLOT = "Exceptional", 8
DESCRIPTION = (
    "Customers unlike all others: they lie far from every segment and move none. Few, and worth a look one "
    "by one: averages say nothing about them."
)
STRATEGY = [
    "A person looks at each of them before any campaign does",
    "A contact of their own for the largest of them",
    "Find out what lies behind the unusual numbers: a business, a collector, a mistake in the data",
]


class UsedNumber(NamedTuple):
    """A number that makes segments: its column in the table, its transform and its weight."""

    column: str
    transform: TransformName
    weight: float


def suggest_exceptional(
    used: Iterable[UsedNumber], customers: int, summary: DatasetSummary
) -> ExceptionalSuggestion:
    """Judge from a table's sample, as its used numbers are transformed, whether somebody lies far off."""
    seen = {column["name"]: column for column in summary.columns}
    numbers = [number for number in used if number.column in summary.sample]
    columns = [_values(number, seen, summary) for number in numbers]
    found = find_apart(columns, [number.weight for number in numbers])
    reason = _reason(found, numbers, customers)
    if found.column is None:
        return ExceptionalSuggestion(use=False, share=USUAL_SHARE, reason=reason)
    share = share_of(len(found.far), found.rows, customers)
    return ExceptionalSuggestion(use=True, share=share, reason=reason)


def draft_exceptional(share: float) -> dict[str, Any]:
    """Return the table `exceptional` of a recipe's document."""
    texts = {"name": NAME, "slot": SLOT, "description": DESCRIPTION, "strategy": list(STRATEGY)}
    return {"share": share, "scaled_by": "others"} | texts


def _values(
    number: UsedNumber, seen: Mapping[str, Mapping[str, Any]], summary: DatasetSummary
) -> list[float | None]:
    # a table that was taken in by an earlier release has no power: 0 is the logarithm's
    power = seen[number.column].get("power", 0.0)

    def place(value: float | None) -> float | None:
        try:
            return None if value is None else forward(value, number.transform, power)
        except (ValueError, OverflowError):  # a logarithm of what has none: the recipe's own check tells it
            return None

    return [place(value) for value in summary.sample[number.column]]


def _reason(found: Apart, numbers: list[UsedNumber], customers: int) -> str:
    who = f"the {number_text(found.rows)} customers{' looked at' if found.rows < customers else ''}"
    if found.column is None:
        if int(MOST_TRIMMED * found.rows):
            return f"none of {who} lies far from all others"
        return "there are too few customers to tell whether one is unlike all others"
    far, lie = number_text(len(found.far)), "lies" if len(found.far) == 1 else "lie"
    return f"{far} of {who} {lie} far from all others, most of all by {numbers[found.column].column}"
