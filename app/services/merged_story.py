"""Segments that were merged because they would have been too small, in words."""

from __future__ import annotations

from app.models.choice_document import MergedState
from app.models.model_document import ModelDocument
from app.schemas.model_version import MergedRead
from app.utils.quantities import amount_text, number_text


def read_merged(document: ModelDocument) -> MergedRead | None:
    """Return what a version says of merged segments, None where none were."""
    found = document.merged
    if found is None:
        return None
    text = merged_text(found, len(document.segments))
    return MergedRead.model_validate({"text": text} | found.model_dump())


def merged_text(merged: MergedState, k: int) -> str:
    """Say why k segments serve and not as many as were asked for, and what that costs.

    Examples
    --------
    >>> merged_text(MergedState(segments=5, least_size=10, inertia_before=400.0, inertia=450.0), 4)[:53]
    '4 segments serve instead of 5: one held fewer than 10'
    """
    gone = merged.segments - k
    one = "one held" if gone == 1 else f"{gone} held"
    was = "was" if gone == 1 else "were"
    price = f"{amount_text(merged.inertia)} instead of {amount_text(merged.inertia_before)}"
    change = merged.inertia / merged.inertia_before - 1.0 if merged.inertia_before else 0.0
    return (
        f"{k} segments serve instead of {merged.segments}: {one} fewer than {number_text(merged.least_size)} "
        f"customers and {was} merged with the neighbour where that costs least. The inertia is "
        f"{number_text(100.0 * abs(change))} % {'lower' if change < 0.0 else 'higher'} for it ({price})."
    )
