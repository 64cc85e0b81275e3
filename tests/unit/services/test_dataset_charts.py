from __future__ import annotations

import re
from typing import Any

import pytest

from app.schemas.dataset import DatasetColumn, DatasetSummary
from app.services.dataset_charts import PLOT, draw_column, draw_correlations, draw_scatter

INCOME: dict[str, Any] = {
    "name": "income",
    "type": "number",
    "missing": 10,
    "distinct": 80,
    "minimum": 0.0,
    "maximum": 100.0,
    "mean": 50.0,
    "sd": 12.5,
    "quartiles": [25.0, 50.0, 75.0],
    "bins": [89, 1] + [0] * 18,
}


def column(name: str = "income", kind: Any = "number") -> DatasetColumn:
    return DatasetColumn(name=name, kind=kind)


def summary(sample: dict[str, list[float | None]], rows: int = 3, r: float | None = 0.5) -> DatasetSummary:
    names = list(sample)
    matrix = [[1.0 if a == b else r for a in names] for b in names]
    return DatasetSummary(
        rows=rows,
        columns=[{"name": name, "type": "number"} for name in names],
        correlations={"columns": names, "matrix": matrix},
        sample=sample,
    )


class TestColumn:
    def test_numbers(self) -> None:
        drawn = draw_column(column(), INCOME, 100)
        assert (drawn.low, drawn.high, drawn.distinct) == ("0", "100", "about 80 distinct")
        assert (drawn.missing, drawn.missing_share) == (10, 0.1)
        assert drawn.facts == [("Mean", "50"), ("Median", "50"), ("Standard deviation", "12.5")]
        assert [bar.height for bar in drawn.bars[:3]] == [100.0, 2.0, 0.0]
        assert [bar.text for bar in drawn.bars[:2]] == ["0 to 5: 89 rows", "5 to 10: 1 row"]
        assert drawn.text == "Distribution of income from 0 to 100 in 20 equal steps"

    def test_ends_that_lie_too_far_apart_to_subtract(self) -> None:
        drawn = draw_column(column(), INCOME | {"minimum": -1.7e308, "maximum": 1.7e308}, 100)
        assert drawn.bars[0].text.startswith("−1.7e+308 to −1.53e+308")

    def test_a_column_without_a_number(self) -> None:
        told = INCOME | dict.fromkeys(("minimum", "maximum", "mean", "sd")) | {"bins": [], "quartiles": []}
        drawn = draw_column(column(), told, 100)
        assert (drawn.bars, drawn.facts, drawn.low, drawn.text) == ([], [], "", "")

    def test_the_commonest_values(self) -> None:
        values: list[dict[str, Any]] = [{"value": w, "count": 10 - n} for n, w in enumerate("abcdefgh")]
        told: dict[str, Any] = {"type": "category", "missing": 0, "distinct": 9, "values": values}
        drawn = draw_column(column("town", "category"), told, sum(v["count"] for v in values))
        assert [bar.value for bar in drawn.values] == list("abcdef")
        assert (drawn.values[0].share, drawn.values[5].share) == (100.0, 50.0)
        assert drawn.distinct == "8 distinct"

    def test_yes_and_no(self) -> None:
        values = [{"value": "true", "count": 3}, {"value": "false", "count": 2}]
        told = {"type": "yes/no", "missing": 0, "distinct": 2, "values": values}
        assert [bar.value for bar in draw_column(column("news", "yes/no"), told, 5).values] == ["yes", "no"]

    @pytest.mark.parametrize(
        ("missing", "values", "text"),
        [
            (0, [], "100 distinct"),
            (100, [], "0 distinct"),
            (0, [{"value": "a", "count": 2}], "about 95 distinct"),
        ],
    )
    def test_how_many_are_distinct(self, missing: int, values: list[Any], text: str) -> None:
        told = {"type": "text", "missing": missing, "distinct": 0 if missing else 95, "values": values}
        assert draw_column(column("id", "identifier"), told, 100).distinct == text


class TestCorrelations:
    def test_levels_and_signs(self) -> None:
        drawn = draw_correlations(summary({"a": [1.0], "b": [2.0], "c": [3.0]}, r=-0.55))
        assert drawn is not None
        cell = drawn.rows[0].cells[1]
        assert (cell.text, cell.level, cell.sign) == ("−0.55", 3, "negative")
        assert drawn.finding == "a and b go opposite ways most (−0.55)."

    @pytest.mark.parametrize(
        ("r", "finding"),
        [
            (0.7, "a and b rise together most (0.7)."),
            (0.2, "No two columns go together closely."),
            (None, "No two columns go together closely."),
        ],
    )
    def test_the_finding(self, r: float | None, finding: str) -> None:
        drawn = draw_correlations(summary({"a": [1.0], "b": [2.0]}, r=r))
        assert drawn is not None
        assert drawn.finding == finding
        if r is None:
            assert drawn.rows[0].cells[1].text == "–"

    def test_more_columns_than_are_correlated(self) -> None:
        told = summary({"a": [1.0], "b": [2.0]})
        more = told.model_copy(update={"columns": [*told.columns, {"name": "c", "type": "number"}]})
        drawn = draw_correlations(more)
        assert drawn is not None
        assert "of the first 2 of 3 number columns" in drawn.note

    def test_a_single_column_goes_with_nothing(self) -> None:
        assert draw_correlations(summary({"a": [1.0]})) is None


class TestScatter:
    def test_dots_of_rows_that_hold_both(self) -> None:
        drawn = draw_scatter(summary({"a": [0.0, 10.0, None], "b": [0.0, 5.0, 1.0]}), None, None)
        assert drawn is not None
        left, top, right, bottom = PLOT
        assert drawn.path == f"M{left:.0f} {bottom:.0f}h0M{right:.0f} {top:.0f}h0"
        assert [tick.text for tick in drawn.x_axis.ticks] == ["0", "2", "4", "6", "8", "10"]
        assert drawn.note == "Drawn from all 3 rows; 1 of them lack one of the two."
        assert drawn.text == "b, upwards, over a: 2 dots"

    def test_a_sample_says_so(self) -> None:
        drawn = draw_scatter(summary({"a": [1.0, 2.0], "b": [1.0, 2.0]}, rows=50_000), None, None)
        assert drawn is not None
        assert drawn.note == "Drawn from a sample of 2 of 50,000 rows."

    @pytest.mark.parametrize(
        ("asked", "drawn"),
        [
            ((None, None), ("a", "b")),
            (("c", "a"), ("c", "a")),
            ((None, "a"), ("b", "a")),
            (("b", "nothing"), ("b", "a")),
            (("a", "a"), ("a", "a")),
        ],
    )
    def test_which_columns(self, asked: tuple[str | None, str | None], drawn: tuple[str, str]) -> None:
        plot = draw_scatter(summary({"a": [1.0], "b": [2.0], "c": [3.0]}), *asked)
        assert plot is not None
        assert (plot.x, plot.y) == drawn

    @pytest.mark.parametrize(
        "values",
        [
            [5.0, 5.0],
            [0.0, 0.0],
            [None, None],
            [1e308, -1e308],
            [1.7976931348623157e308, 1.7976931348623157e308],
            [5e-324, 0.0],
            [1e20, 1e20 + 16_384],
            [-1e-9, 1e12],
        ],
    )
    def test_values_of_any_size_stay_in_the_drawing(self, values: list[float | None]) -> None:
        drawn = draw_scatter(summary({"a": values, "b": [1.0, 2.0]}), None, None)
        assert drawn is not None
        left, _, right, _ = PLOT
        places = [float(x) for x in re.findall(r"M(-?[\d.]+) ", drawn.path)]
        assert len(places) == sum(value is not None for value in values)
        assert all(left <= place <= right for place in places)
        assert all(left <= tick.at <= right for tick in drawn.x_axis.ticks)

    def test_a_single_number_column(self) -> None:
        assert draw_scatter(summary({"a": [1.0]}), None, None) is None
