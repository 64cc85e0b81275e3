from __future__ import annotations

import numpy as np

from app.models.evidence import NULLS
from app.models.segment_count.null_scans import NullScans
from tests.unit.models.segment_count.example_tables import cloud


class TestNullScans:
    def test_a_scan_once_made_is_kept(self) -> None:
        scans = NullScans(cloud(40), 4, seed=1)
        first = scans.first(2, "uniform")
        assert scans.first(3, "uniform")[:2] == first
        assert scans.first(1, "uniform") == first[:1]

    def test_nulls_are_drawn_apart(self) -> None:
        scans = [NullScans(cloud(40), 4, seed=1) for _ in range(2)]
        together = {null: scans[0].first(1, null)[0].inertia for null in NULLS}
        alone = scans[1].first(1, "uniform")[0].inertia
        assert np.array_equal(together["uniform"], alone)
        assert not np.array_equal(together["gaussian"], alone)

    def test_a_scan_from_one_segment_on(self) -> None:
        scan = NullScans(cloud(40), 4, seed=1).first(1, "gaussian")[0]
        assert (len(scan.inertia), len(scan.silhouette), len(scan.borders)) == (4, 3, 3)
