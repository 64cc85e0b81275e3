"""Verdicts and what else is true of a segment in words, the same on every page."""

from __future__ import annotations

from collections.abc import Sequence

from app.models.model_document import ColumnAnalysis, ExceptionalAnalysis, SegmentAnalysis
from app.utils.quantities import number_text, range_text, with_unit

VERDICTS = {
    "separate_groups": ("Yes", "these customers form {k} separate groups"),
    "useful_slices": (
        "Partly",
        "these are {k} useful slices of a whole without gaps, and their borders are a choice",
    ),
    "nothing_to_see": (
        "No",
        "these customers show no groups, and the {k} segments are cuts through one crowd",
    ),
}


def verdict_sentence(code: str, k: int) -> str:
    """Answer "are these groups real?" in one sentence.

    Examples
    --------
    >>> verdict_sentence("separate_groups", 5)
    'Yes: these customers form 5 separate groups.'
    """
    word, rest = VERDICTS[code]
    return f"{word}: {rest.format(k=k)}."


def ordinary_text(rows: int, exceptional: int) -> str:
    """Count the customers that make the segments, beside the total where some are set apart.

    Examples
    --------
    >>> ordinary_text(1000, 24), ordinary_text(200, 0)
    ('976 of 1,000', '200')
    """
    if not exceptional:
        return number_text(rows)
    return f"{number_text(rows - exceptional)} of {number_text(rows)}"


def training_note(numbers: SegmentAnalysis | ExceptionalAnalysis, columns: Sequence[ColumnAnalysis]) -> str:
    """Say what else was true of a segment's customers in the training table; it places nobody."""
    parts = []
    for column in columns:
        found = numbers.columns.get(column.name)
        if column.is_feature or found is None:
            continue
        low, high = found.ci95
        if column.unit == "share":
            parts.append(
                f"{number_text(100 * found.mean, 0)} % {column.label.lower()} "
                f"({range_text(100 * low, 100 * high, '%', 0)}; {number_text(found.n)} customers)"
            )
        else:
            parts.append(
                f"mean {column.label.lower()} {with_unit(number_text(found.mean), column.unit)} "
                f"({range_text(low, high, '')}; {number_text(found.n)} customers)"
            )
    told = ", ".join(parts) or f"{numbers.size} customers"
    return f"In training: {told}. This describes the segment and places nobody in it."
