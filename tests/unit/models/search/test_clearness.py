from __future__ import annotations

import pytest

from app.models.search.clearness import clearness


class TestClearness:
    @pytest.mark.parametrize(
        ("silhouette", "null", "expected"),
        [(0.3, 0.3, 0.0), (1.0, 0.3, 1.0), (0.65, 0.3, 0.5), (0.2, 0.36, -0.25), (1.0, 1.0, 0.0)],
    )
    def test_from_the_null_to_the_greatest(self, silhouette: float, null: float, expected: float) -> None:
        assert clearness(silhouette, null) == pytest.approx(expected)
