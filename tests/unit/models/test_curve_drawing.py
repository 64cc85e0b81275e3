from __future__ import annotations

import pytest

from app.models.curve_drawing import CurveDrawing, draw_curves
from app.models.metrics import CurvePoint, MetricIntervals, SilhouetteBasis


def points(first: int = 2, last: int = 4) -> list[CurvePoint]:
    """Silhouette and Calinski-Harabasz fall with k, Davies-Bouldin rises, inertia bends at 3."""
    return [
        CurvePoint(
            k=k,
            silhouette=0.6 - 0.1 * k,
            davies_bouldin=0.3 * k,
            calinski_harabasz=90.0 - k,
            inertia=100.0 / k,
            silhouette_of=SilhouetteBasis(method="all_customers", rows=100, ci95=None),
            ci95=MetricIntervals(
                silhouette=(0.55 - 0.1 * k, 0.65 - 0.1 * k),
                davies_bouldin=(0.2 * k, 0.4 * k),
                calinski_harabasz=(80.0 - k, 100.0 - k),
                inertia=(90.0 / k, 110.0 / k),
            ),
        )
        for k in range(first, last + 1)
    ]


def drawings(chosen: int = 2, first: int = 2, last: int = 4) -> dict[str, CurveDrawing]:
    return {drawing.key: drawing for drawing in draw_curves(points(first, last), chosen)}


class TestFindings:
    def test_each_says_which_number_it_favours(self) -> None:
        found = {key: drawing.finding for key, drawing in drawings().items()}
        assert found == {
            "silhouette": "Silhouette is highest at k = 2.",
            "davies_bouldin": "Davies-Bouldin is lowest, so best, at k = 2.",
            "calinski_harabasz": "Calinski-Harabasz is highest at k = 2.",
            "inertia": "Inertia always falls; it bends most at k = 3, not at the 2 in use.",
        }


class TestCurves:
    def test_the_mark_lies_on_the_curve_at_the_number_in_use(self) -> None:
        for drawing in drawings(chosen=3).values():
            assert drawing.chosen == drawing.dots[1]
            assert f" {drawing.chosen.x:g} " in drawing.path

    def test_a_number_beyond_the_curve_marks_the_favoured_one(self) -> None:
        silhouette = drawings(chosen=2, first=3)["silhouette"]
        assert silhouette.finding == "Silhouette is highest at k = 3, not at the 2 in use."
        assert silhouette.chosen == silhouette.dots[0]

    def test_ticks_frame_the_curve(self) -> None:
        for drawing in drawings().values():
            heights = [tick.at for tick in drawing.y_axis.ticks]
            assert min(heights) <= min(dot.y for dot in drawing.dots)
            assert max(dot.y for dot in drawing.dots) <= max(heights)
            assert [tick.text for tick in drawing.x_axis.ticks] == ["2", "3", "4"]

    def test_the_band_goes_around_the_intervals(self) -> None:
        for drawing in drawings().values():
            numbers = [float(number) for number in drawing.band.strip("Mz").split()]
            corners = [*zip(numbers[::2], numbers[1::2], strict=True)]
            upper, lower = corners[:3], corners[:2:-1]
            for dot, (x, top), (same, bottom) in zip(drawing.dots, upper, lower, strict=True):
                assert x == same == dot.x
                assert top < dot.y < bottom
            assert max(y for _, y in corners) <= drawing.y_axis.ticks[0].at

    @pytest.mark.parametrize("chosen", [2, 5])
    def test_a_single_point_is_drawn(self, chosen: int) -> None:
        assert [len(drawing.dots) for drawing in drawings(chosen, last=2).values()] == [1, 1, 1, 1]
