"""What is looked up once for all segments; the values themselves are tested with the paths."""

from __future__ import annotations

from collections.abc import Iterator

from app.models.single_change import Landings


class TestLandings:
    def test_nothing_is_tried_twice_nor_before_it_is_needed(self) -> None:
        tried: list[float] = []

        def landing() -> Iterator[tuple[float, int | None]]:
            for x, index in ((0.0, 2), (0.5, None), (-0.5, 1), (1.0, 2), (-1.0, 0)):
                tried.append(x)
                yield x, index

        landings = Landings(landing())
        assert landings.first(1) == -0.5
        assert tried == [0.0, 0.5, -0.5]
        assert landings.first(2) == 0.0  # the nearest, which was passed on the way to another segment
        assert tried == [0.0, 0.5, -0.5]
        assert landings.first(3) is None
        assert landings.first(0) == -1.0
        assert tried == [0.0, 0.5, -0.5, 1.0, -1.0]
