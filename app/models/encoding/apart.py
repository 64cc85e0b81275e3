"""Whether a few customers of a table lie far from all others, so that they should be kept apart.

In plain Python, as the pages ask it of a table's sample. Training finds the exceptional by their distance
from the centroids (``trimmed``); here, before there are any, the distance is from the middle, and the rest of
the table is the measure: who lies beyond `FAR` times the distance within which all but the share that may be
trimmed lie. A second group, however far off, is no exception: it reaches that distance itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from app.models.encoding.document import MOST_TRIMMED

FAR = 2.0


@dataclass(frozen=True)
class Apart:
    """Who lies far from all others.

    Attributes
    ----------
    rows : int
        How many were looked at.
    far : tuple of int
        Those of them that lie far off, by their places.
    column : int or None
        Place of the column by which most of these do; None where nobody does.
    """

    rows: int
    far: tuple[int, ...]
    column: int | None


def find_apart(columns: Sequence[Sequence[float | None]], weights: Sequence[float] = ()) -> Apart:
    """Look for rows far from all others in columns of n numbers, transformed, of weight 1 unless told.

    A missing number counts as the middle. With fewer than 50 rows nobody can be told apart.

    Examples
    --------
    >>> find_apart([[float(x % 10) for x in range(198)] + [90.0, 95.0]])
    Apart(rows=200, far=(198, 199), column=0)
    """
    rows = max(map(len, columns), default=0)
    allowed = int(MOST_TRIMMED * rows)
    if not allowed:
        return Apart(rows, (), None)
    weighted = zip(columns, weights or [1.0] * len(columns), strict=True)
    places = [_standardised(column, weight) for column, weight in weighted]
    distances = [math.hypot(*point) for point in zip(*places, strict=True)]
    usual = sorted(distances)[-1 - allowed]
    far = tuple(row for row, distance in enumerate(distances) if distance > FAR * usual > 0.0)
    if not far:
        return Apart(rows, (), None)
    widest = [max(range(len(places)), key=lambda j: abs(places[j][row])) for row in far]
    return Apart(rows, far, max(sorted(set(widest)), key=widest.count))


def share_of(far: int, rows: int, customers: int) -> float:
    """Return the share to trim of a table, in thousandths, so that `far` of `rows` looked at are apart.

    Examples
    --------
    >>> share_of(3, 400, 400), share_of(1, 2_000, 50_000), share_of(1, 40, 40)
    (0.008, 0.001, 0.02)
    """
    wanted = math.ceil(far * customers / rows)
    most = round(1_000 * MOST_TRIMMED)
    steps = (step / 1_000 for step in range(1, most))
    return next((share for share in steps if int(share * customers) >= wanted), MOST_TRIMMED)


def _standardised(column: Sequence[float | None], weight: float) -> list[float]:
    """Return a column from its median, in standard deviations of its values without the farthest of them."""
    known = sorted(value for value in column if value is not None)
    if not known or known[0] == known[-1]:
        return [0.0] * len(column)
    middle, cut = median(known), math.ceil(MOST_TRIMMED * len(known))
    low, high = known[min(cut, len(known) - 1)], known[max(0, len(known) - 1 - cut)]
    # drawn in to the bounds: left out, the outermost of usual values would be missing as well
    spread = _spread([min(max(value, low), high) for value in known]) if low < high else 0.0
    # of a column that is nearly always the same, any other value is far off
    scale = (spread or _spread(known)) / weight
    return [0.0 if value is None else (value - middle) / scale for value in column]


def _spread(values: list[float]) -> float:
    """Return the standard deviation of numbers of any size, not all of them 0."""
    size = max(map(abs, values))
    parts = [value / size for value in values] if size else values
    mean = math.fsum(parts) / len(parts)
    return size * math.sqrt(math.fsum((part - mean) ** 2 for part in parts) / len(parts))
