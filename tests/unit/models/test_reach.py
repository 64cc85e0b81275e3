from __future__ import annotations

import pytest

from app.models.reach import DISTANCE_SHARES, share_nearer

REACH = [0.1, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3, 1.9, 2.1]


@pytest.mark.parametrize(
    ("distance", "share"),
    [(0.0, 0.0), (0.1, 0.0), (0.3, 0.25), (0.4, 0.375), (0.5, 0.5), (2.0, 0.9995), (2.1, 1.0), (9.0, 1.0)],
)
def test_between_the_kept_quantiles(distance: float, share: float) -> None:
    assert share_nearer(REACH, distance) == pytest.approx(share)


def test_of_customers_all_in_one_place() -> None:
    nowhere = [0.0] * len(DISTANCE_SHARES)
    assert (share_nearer(nowhere, 0.0), share_nearer(nowhere, 1e-9)) == (0.0, 1.0)
