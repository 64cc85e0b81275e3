from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.encoding.transforms import TransformName, forward, inverse

POWERS = st.floats(-2.0, 4.0)
AMOUNTS = st.floats(-1e4, 1e4)


class TestForward:
    @pytest.mark.parametrize(
        ("x", "power", "expected"),
        [
            (3.0, 2.0, 7.5),  # ((3 + 1)² - 1) / 2
            (3.0, 0.0, math.log(4.0)),
            (-3.0, 0.0, -7.5),
            (-3.0, 2.0, -math.log(4.0)),
            (-3.0, 1.0, -3.0),
            (0.0, -1.3, 0.0),
        ],
    )
    def test_yeo_johnson_by_hand(self, x: float, power: float, expected: float) -> None:
        assert forward(x, "yeo_johnson", power) == pytest.approx(expected, rel=1e-14)

    @given(st.floats(0.0, 1e6), st.sampled_from([1e-13, -1e-13, 1e-300]))
    def test_powers_beside_zero_are_logarithms(self, x: float, power: float) -> None:
        assert forward(x, "yeo_johnson", power) == pytest.approx(math.log1p(x), rel=1e-9)

    @given(AMOUNTS, AMOUNTS, POWERS)
    def test_never_falls(self, a: float, b: float, power: float) -> None:
        low, high = sorted((a, b))
        reached = forward(high, "yeo_johnson", power)
        assert forward(low, "yeo_johnson", power) <= reached + 1e-12 * abs(reached)

    def test_what_has_no_logarithm(self) -> None:
        with pytest.raises(ValueError, match=r".+"):
            forward(-1.0, "log1p")


class TestInverse:
    @given(AMOUNTS)
    def test_none(self, x: float) -> None:
        assert inverse(forward(x, "none"), "none") == x

    @given(st.floats(-0.99, 1e9))
    def test_log1p(self, x: float) -> None:
        assert inverse(forward(x, "log1p"), "log1p") == pytest.approx(x, rel=1e-13, abs=1e-13)

    @given(AMOUNTS, POWERS)
    def test_yeo_johnson(self, x: float, power: float) -> None:
        # the steeper the ceiling, the fewer digits are left below it: (1e4)² of 1e-16 at the bounds
        back = inverse(forward(x, "yeo_johnson", power), "yeo_johnson", power)
        assert back == pytest.approx(x, rel=1e-6, abs=1e-9)

    @pytest.mark.parametrize(
        ("y", "transform", "power", "expected"),
        [
            (0.5, "yeo_johnson", -2.0, math.inf),
            (-0.5, "yeo_johnson", 4.0, -math.inf),
            (1e9, "log1p", 1.0, math.inf),
            (1e9, "yeo_johnson", 0.0, math.inf),
            (-1e9, "yeo_johnson", 2.0, -math.inf),
        ],
    )
    def test_beyond_every_number(
        self, y: float, transform: TransformName, power: float, expected: float
    ) -> None:
        assert inverse(y, transform, power) == expected
