"""Numbers, units and verdicts in words, the same on every page."""

from __future__ import annotations

from collections.abc import Sequence

from app.models.model_document import ColumnAnalysis, ExceptionalAnalysis, SegmentAnalysis

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


def number_text(value: float, decimals: int = 1, separator: str = ",") -> str:
    """Write a number for people: at most `decimals` decimals, no trailing zeros, a real minus sign.

    Examples
    --------
    >>> number_text(1000.0), number_text(-0.25, 2), number_text(0.5)
    ('1,000', '−0.25', '0.5')
    """
    text = f"{value:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return ("0" if text == "-0" else text).replace("-", "−").replace(",", separator)


def is_scale(unit: str) -> bool:
    """Say whether a unit is only the name of a scale, such as ``1–100``, and never follows a number."""
    return not unit or unit[0].isdigit()


def with_unit(text: str, unit: str) -> str:
    """Put the unit behind a number or a range.

    Examples
    --------
    >>> with_unit("61", "k$"), with_unit("50", "1–100")
    ('61 k$', '50')
    """
    return text if is_scale(unit) else f"{text} {unit}"


def range_text(low: float, high: float, unit: str, decimals: int = 1) -> str:
    """Write a range with its unit.

    Examples
    --------
    >>> range_text(15, 137, "k$")
    '15 to 137 k$'
    """
    return with_unit(f"{number_text(low, decimals)} to {number_text(high, decimals)}", unit)


def axis_title(label: str, unit: str) -> str:
    """Name an axis or a column with its unit in brackets.

    Examples
    --------
    >>> axis_title("Annual income", "k$"), axis_title("Visits", "")
    ('Annual income (k$)', 'Visits')
    """
    return f"{label} ({unit})" if unit else label


def verdict_sentence(code: str, k: int) -> str:
    """Answer "are these groups real?" in one sentence.

    Examples
    --------
    >>> verdict_sentence("separate_groups", 5)
    'Yes: these customers form 5 separate groups.'
    """
    word, rest = VERDICTS[code]
    return f"{word}: {rest.format(k=k)}."


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
                f"({range_text(100 * low, 100 * high, '%', 0)})"
            )
        else:
            parts.append(
                f"mean {column.label.lower()} {with_unit(number_text(found.mean), column.unit)} "
                f"({range_text(low, high, '')})"
            )
    told = ", ".join(parts) or f"{numbers.size} customers"
    return f"In training: {told}. This describes the segment and places nobody in it."


def joined(words: Sequence[str]) -> str:
    """Join words for people.

    Examples
    --------
    >>> joined(["a", "b"]), joined(["a", "b", "c"])
    ('a and b', 'a, b and c')
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
