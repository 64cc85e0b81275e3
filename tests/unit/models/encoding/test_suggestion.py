from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import skew

from app.models.encoding.suggestion import skewness, suggest_transform

RNG = np.random.default_rng(4)
NORMAL = RNG.normal(50.0, 10.0, 2_000)


class TestSuggestTransform:
    def test_an_even_column(self) -> None:
        suggestion = suggest_transform(NORMAL)
        assert suggestion.transform == "none"
        assert suggestion.reason.startswith("even enough to be left as it is (skewness ")

    def test_amounts(self) -> None:
        suggestion = suggest_transform(np.append(np.exp(NORMAL / 10.0), np.nan))
        assert suggestion.transform == "log1p"
        assert suggestion.skewness > 2.0
        assert abs(suggestion.skewness_after) < 0.2
        assert suggestion.reason.startswith(
            f"a few high values outweigh the rest (skewness {suggestion.skewness:.1f}); the logarithm"
        )

    @pytest.mark.parametrize("sign", [1.0, -1.0])
    def test_amounts_with_debts(self, sign: float) -> None:
        suggestion = suggest_transform(sign * (np.exp(NORMAL / 10.0) - 50.0))
        assert suggestion.transform == "yeo_johnson"
        assert abs(suggestion.skewness_after) < abs(suggestion.skewness) / 2.0
        assert "Yeo-Johnson, λ = " in suggestion.reason
        assert ("high values" if sign > 0 else "low values") in suggestion.reason

    def test_a_few_whales_have_no_say(self) -> None:
        suggestion = suggest_transform(np.append(np.exp(NORMAL / 20.0), [1e6] * 6))
        assert suggestion.transform == "log1p"
        assert "(0.1 without the 6 values far from all others)" in suggestion.reason
        suggestion = suggest_transform(np.append(NORMAL, [9_000.0]))
        assert suggestion.transform == "none"
        assert "without the 1 value far from all others" in suggestion.reason

    def test_beyond_help(self) -> None:
        suggestion = suggest_transform(np.repeat([0.0, 1.0], [95, 5]))
        assert suggestion.transform == "none"
        assert "no transform would halve it" in suggestion.reason

    @pytest.mark.parametrize("column", [[], [np.nan], [3.0, 3.0]])
    def test_nothing_to_go_by(self, column: list[float]) -> None:
        assert suggest_transform(np.array(column)).transform == "none"


def test_skewness() -> None:
    x = np.exp(NORMAL / 10.0)
    assert skewness(x) == pytest.approx(skew(x))
    assert skewness(np.ones(3)) == 0.0
