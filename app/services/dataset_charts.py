"""Drawings of a customer table, from what was counted when it was taken in."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

from app.models.geometry import Scale, nice_range, nice_ticks
from app.schemas.dataset import DatasetColumn, DatasetSummary
from app.schemas.datasets_page import (
    ChartBar,
    ColumnChart,
    HeatCell,
    HeatRow,
    HeatTable,
    ScatterPlot,
    ValueBar,
)
from app.schemas.page import Axis, Tick
from app.utils.quantities import amount_text, number_text

WIDTH, HEIGHT = 640.0, 420.0
PLOT = (64.0, 14.0, 606.0, 378.0)
YES_NO = {"true": "yes", "false": "no"}
# from each on, a correlation is coloured one level more strongly
LEVELS = (0.1, 0.3, 0.5, 0.7)
LEAST_TOLD = 0.3
LEAST_BAR, VALUES_DRAWN = 2.0, 6
# a summary's number of distinct values is an estimate, which few are not mistaken in
SURELY_COUNTED = 5
LARGEST = sys.float_info.max


def draw_column(column: DatasetColumn, told: dict[str, Any], rows: int) -> ColumnChart:
    """Draw the distribution of one column.

    Parameters
    ----------
    column : DatasetColumn
    told : dict
        Its entry in the summary's ``columns``.
    rows : int
        How many rows the table has.
    """
    values, bins = told.get("values", []), told.get("bins", [])
    is_yes_no = told["type"] == "yes/no"
    most = max((value["count"] for value in values), default=1)
    low, high = (_bound(told.get(end)) for end in ("minimum", "maximum"))
    return ColumnChart(
        name=column.name,
        kind=column.kind,
        off_because=column.off_because,
        missing=told["missing"],
        missing_share=told["missing"] / rows if rows else 0.0,
        distinct=_distinct(told, rows),
        facts=_facts(told),
        bars=_bars(told) if bins else [],
        low=low,
        high=high,
        values=[
            ValueBar(
                value=YES_NO.get(value["value"], value["value"]) if is_yes_no else value["value"],
                count=value["count"],
                share=100 * value["count"] / most,
            )
            for value in values[:VALUES_DRAWN]
        ],
        text=f"Distribution of {column.name} from {low} to {high} in {len(bins)} equal steps" if bins else "",
    )


def draw_correlations(summary: DatasetSummary) -> HeatTable | None:
    """Return the correlations as a table to colour; None with fewer than two number columns."""
    names, matrix = summary.correlations["columns"], summary.correlations["matrix"]
    if len(names) < 2:
        return None
    numbers = sum(column["type"] == "number" for column in summary.columns)
    more = f" of the first {len(names)} of {numbers} number columns" if numbers > len(names) else ""
    return HeatTable(
        columns=names,
        rows=[
            HeatRow(name=name, cells=[_heat_cell(r) for r in row])
            for name, row in zip(names, matrix, strict=True)
        ],
        finding=_strongest(names, matrix),
        note="1: they rise together; −1: one falls as the other rises; 0: no straight line; –: one never "
        f"changes. Pearson's r{more}, over the rows that hold both values.",
    )


def draw_scatter(summary: DatasetSummary, x: str | None, y: str | None) -> ScatterPlot | None:
    """Draw two number columns of the sample; unknown ones become the first two. None with fewer than two."""
    names = list(summary.sample)
    if len(names) < 2:
        return None
    across = x if x in names else next(name for name in names if name != y)
    upward = y if y in names else next(name for name in names if name != across)
    drawn = len(summary.sample[across])
    pairs = [
        (a, b)
        for a, b in zip(summary.sample[across], summary.sample[upward], strict=True)
        if a is not None and b is not None
    ]
    left, top, right, bottom = PLOT
    x_scale, x_axis = _axis(across, [a for a, _ in pairs], left, right)
    y_scale, y_axis = _axis(upward, [b for _, b in pairs], bottom, top)
    whole = f"all {number_text(summary.rows)} rows"
    sample = f"a sample of {number_text(drawn)} of {number_text(summary.rows)} rows"
    gaps = f"; {number_text(drawn - len(pairs))} of them lack one of the two" if drawn > len(pairs) else ""
    return ScatterPlot(
        columns=names,
        x=across,
        y=upward,
        width=WIDTH,
        height=HEIGHT,
        path="".join(f"M{x_scale(a):.0f} {y_scale(b):.0f}h0" for a, b in pairs),
        x_axis=x_axis,
        y_axis=y_axis,
        text=f"{upward}, upwards, over {across}: {number_text(len(pairs))} dots",
        note=f"Drawn from {whole if drawn >= summary.rows else sample}{gaps}.",
    )


def _distinct(told: dict[str, Any], rows: int) -> str:
    present = rows - told["missing"]
    values = told.get("values")
    if values == [] and present:  # none stands in it twice
        return f"{number_text(present)} distinct"
    if values and sum(value["count"] for value in values) == present:  # all are there
        return f"{len(values)} distinct"
    about = "about " if told["distinct"] > SURELY_COUNTED else ""
    return f"{about}{number_text(told['distinct'])} distinct"


def _facts(told: dict[str, Any]) -> list[tuple[str, str]]:
    if told.get("mean") is None:
        return []
    middle = told["quartiles"][1] if len(told["quartiles"]) == 3 else None
    facts = [("Mean", told["mean"]), ("Median", middle), ("Standard deviation", told["sd"])]
    return [(name, amount_text(value)) for name, value in facts if value is not None]


def _bars(told: dict[str, Any]) -> list[ChartBar]:
    bins, low = told["bins"], told["minimum"]
    # divided first: the ends may lie too far apart for their difference
    width = told["maximum"] / len(bins) - low / len(bins)
    most = max(bins)
    return [
        ChartBar(
            at=place,
            # rare and never are told apart
            height=max(100 * count / most, LEAST_BAR) if count else 0.0,
            text=f"{amount_text(low + place * width)} to {amount_text(low + (place + 1) * width)}: "
            f"{number_text(count)} {'row' if count == 1 else 'rows'}",
        )
        for place, count in enumerate(bins)
    ]


def _bound(value: Any) -> str:
    return amount_text(value) if isinstance(value, int | float) else ""


def _heat_cell(r: float | None) -> HeatCell:
    if r is None:
        return HeatCell(text="–", level=0, sign="none")
    level = sum(abs(r) >= bound for bound in LEVELS)
    return HeatCell(text=number_text(r, 2), level=level, sign="negative" if r < 0 else "positive")


def _strongest(names: Sequence[str], matrix: Sequence[Sequence[float | None]]) -> str:
    pairs = [(matrix[i][j] or 0.0, names[i], names[j]) for i, j in combinations(range(len(names)), 2)]
    r, one, other = max(pairs, key=lambda pair: abs(pair[0]))
    if abs(r) < LEAST_TOLD:
        return "No two columns go together closely."
    way = "rise together" if r > 0 else "go opposite ways"
    return f"{one} and {other} {way} most ({number_text(r, 2)})."


def _axis(
    name: str, values: Sequence[float], start: float, stop: float
) -> tuple[Callable[[float], float], Axis]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    size = max(abs(low), abs(high))
    if high / 2 - low / 2 <= 1e-9 * size:  # all but one value: it stands in the middle
        margin = max(size / 4, 0.5)
        low, high = max(low - margin, -LARGEST), min(high + margin, LARGEST)
    # in units in which no difference overflows or vanishes
    power = 10.0 ** math.floor(math.log10(max(high / 2 - low / 2, 1e-300)))
    bottom, top = nice_range(low / power, high / power, 5)
    scale = Scale(bottom, top, start, stop)
    ticks = [Tick(at=round(scale(t), 1), text=amount_text(t * power)) for t in nice_ticks(bottom, top, 5)]
    return lambda value: scale(value / power), Axis(label=name, ticks=ticks)
