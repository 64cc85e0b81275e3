from __future__ import annotations

import doctest

import numpy as np
import pytest

from app.models.encoding import apart
from app.models.encoding.apart import Apart, find_apart, share_of
from app.models.encoding.document import MOST_TRIMMED

ROWS = 400


def columns(seed: int, *whales: float) -> list[list[float | None]]:
    """Three columns of usual customers; of the first, some whales' values."""
    table = np.random.default_rng(seed).normal(50.0, 10.0, size=(3, ROWS))
    table[0, : len(whales)] = whales
    return [list(column) for column in table.tolist()]


def test_examples_hold() -> None:
    assert doctest.testmod(apart).failed == 0


class TestFindApart:
    def test_whales_and_the_column_that_sets_them_apart(self) -> None:
        assert find_apart(columns(1, 500.0, 700.0, 300.0)) == Apart(ROWS, (0, 1, 2), 0)

    @pytest.mark.parametrize("seed", range(8))
    def test_nobody_where_nobody_is(self, seed: int) -> None:
        assert find_apart(columns(seed)).far == ()

    def test_a_second_group_is_no_exception(self) -> None:
        table = columns(2)
        table[0][:20] = [900.0 + place for place in range(20)]
        assert find_apart(table).far == ()
        table[1][30] = 9_000.0
        assert find_apart(table) == Apart(ROWS, (30,), 1)

    def test_a_missing_number_is_nowhere_far(self) -> None:
        table: list[list[float | None]] = columns(3, 600.0)
        table[2][0] = table[0][9] = None
        assert find_apart(table).far == (0,)
        assert find_apart([[None] * ROWS]).far == ()

    def test_a_column_that_is_nearly_always_the_same(self) -> None:
        nearly: list[float | None] = [*[0.0] * 398, 3.0, 4.0]
        table = [columns(5)[0], nearly]
        assert find_apart(table) == Apart(ROWS, (398, 399), 1)
        assert find_apart(table[1:]).far == ()  # without others there is nothing to be far from
        assert find_apart([[7.0] * ROWS]).far == ()

    def test_a_weight_counts(self) -> None:
        table = columns(6, 120.0)
        assert find_apart(table).far == (0,)
        assert find_apart(table, [0.3, 1.0, 1.0]).far == ()
        assert find_apart(table, [5.0, 5.0, 5.0]).far == (0,)

    def test_numbers_of_any_size(self) -> None:
        table = np.array(columns(4, 500.0, 800.0), dtype=float) * 1e300
        assert find_apart([list(column) for column in table.tolist()]).far == (0, 1)

    @pytest.mark.parametrize("rows", [0, 1, 49])
    def test_too_few_to_tell(self, rows: int) -> None:
        assert find_apart([[*range(rows - 1), 1e6][:rows]]) == Apart(rows, (), None)
        assert find_apart([]) == Apart(0, (), None)


@pytest.mark.parametrize("customers", [50, 51, 199, 400, 1_000, 77_777])
@pytest.mark.parametrize("far", [1, 2, 3])
def test_the_share_sets_all_of_them_apart_and_few_others(far: int, customers: int) -> None:
    share = share_of(far, customers, customers)
    assert share <= MOST_TRIMMED
    assert int(share * customers) >= far or share == MOST_TRIMMED
    assert share == 0.001 or int((share - 0.001) * customers) <= far
