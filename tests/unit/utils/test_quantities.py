from __future__ import annotations

import doctest

import pytest

from app.utils import quantities
from app.utils.quantities import amount_text, number_text, plain_number, range_text


def test_examples_hold() -> None:
    assert doctest.testmod(quantities).failed == 0


class TestNumberText:
    @pytest.mark.parametrize(
        ("value", "decimals", "text"),
        [
            (1234567.0, 1, "1,234,567"),
            (-3.0, 0, "−3"),
            (-0.01, 1, "0"),
            (100.0, 0, "100"),
            (2.50, 2, "2.5"),
        ],
    )
    def test_reads_well(self, value: float, decimals: int, text: str) -> None:
        assert number_text(value, decimals) == text

    def test_without_separators(self) -> None:
        assert number_text(1500.0, separator="") == "1500"


def test_a_scale_is_no_unit() -> None:
    assert range_text(1, 99, "1–100") == "1 to 99"


def test_numbers_for_inputs_have_no_separator_and_a_plain_hyphen() -> None:
    assert plain_number(-1234.5, 7) == "-1234.5"


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (1000.5, "1,000.5"), (-0.5, "−0.5"), (1e-9, "1e−09"), (1e-300, "1e−300")]
)
def test_amounts_of_any_size(value: float, text: str) -> None:
    assert amount_text(value) == text
