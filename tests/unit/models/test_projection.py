from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from app.models.projection import project


def shares(rows: np.ndarray) -> np.ndarray:
    """Shares of the variance of rows (n, d) along its principal directions, largest first."""
    values = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False) ** 2
    return np.asarray(values / values.sum())


class TestProject:
    @pytest.mark.slow
    @pytest.mark.parametrize("d", [2, 3, 4, 7, 20])
    @pytest.mark.parametrize("k", [3, 5, 8])
    def test_no_plane_shows_more_of_the_centroids(self, d: int, k: int) -> None:
        rng = np.random.default_rng([d, k])
        for _ in range(20):
            centroids, customers = rng.normal(size=(k, d)), rng.normal(size=(50, d))
            plane = project(centroids.tolist(), customers.tolist())
            assert plane.between == pytest.approx(shares(centroids)[:2].sum(), rel=1e-6)
            assert plane.by_centroids == (k > 2)

    @pytest.mark.parametrize("k", [2, 3, 8])
    def test_directions_are_orthonormal(self, k: int) -> None:
        rng = np.random.default_rng(k)
        for d in (2, 3, 6, 20):
            plane = project(rng.normal(size=(k, d)).tolist(), rng.normal(size=(30, d)).tolist())
            both = np.array([plane.across, plane.upward])
            assert np.allclose(both @ both.T, np.eye(2), atol=1e-12)
            assert all(max(v, key=abs) > 0 for v in both.tolist())

    def test_equal_axes_share_the_plane(self) -> None:
        corners = [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0]]
        plane = project(corners, [*corners, [0.0, 0.0, 2.0]])
        assert plane.between == pytest.approx(1.0)
        assert plane(np.array([0.0, 0.0, 9.0]).tolist()) == pytest.approx((0.0, 0.0))

    def test_two_centroids_leave_the_second_direction_to_the_customers(self) -> None:
        rng = np.random.default_rng(1)
        customers = rng.normal(size=(400, 4)) * [1.0, 1.0, 4.0, 0.5]
        plane = project([[1.0, 0.0, 0.0, 0.0], [-1.0, 0.0, 0.0, 0.0]], customers.tolist())
        assert not plane.by_centroids
        assert plane.across == pytest.approx((1.0, 0.0, 0.0, 0.0))
        assert plane.upward[2] > 0.99
        assert plane.between == pytest.approx(1.0)

    def test_customers_on_one_line_are_no_crash(self) -> None:
        line = [[x, 2 * x, 3 * x] for x in (-1.0, 0.0, 1.0, 4.0)]
        plane = project(line[:2], line)
        assert plane.overall == pytest.approx(1.0)
        assert plane(line[3])[1] == pytest.approx(plane(line[0])[1])

    def test_the_shares_are_those_of_the_projected_rows(self) -> None:
        rng = np.random.default_rng(2)
        centroids, customers = rng.normal(size=(4, 5)), rng.normal(size=(300, 5)) * [1, 2, 3, 4, 5]
        plane = project(centroids.tolist(), customers.tolist())
        for rows, share in ((centroids, plane.between), (customers, plane.overall)):
            flat = np.array([plane(row) for row in rows.tolist()])
            assert flat.var(axis=0).sum() / rows.var(axis=0).sum() == pytest.approx(share)

    def test_distances_are_never_longer_than_the_true_ones(self) -> None:
        rng = np.random.default_rng(3)
        plane = project(rng.normal(size=(5, 6)).tolist(), rng.normal(size=(40, 6)).tolist())
        for a, b in rng.normal(size=(200, 2, 6)):
            flat = np.subtract(plane(a.tolist()), plane(b.tolist()))
            assert np.hypot(*flat) <= np.linalg.norm(a - b) + 1e-12

    def test_turned_data_turn_the_plane_and_nothing_else(self) -> None:
        rng = np.random.default_rng(4)
        centroids, customers = rng.normal(size=(5, 4)), rng.normal(size=(60, 4))
        turn = np.linalg.qr(rng.normal(size=(4, 4)))[0]
        plain = project(centroids.tolist(), customers.tolist())
        turned = project((centroids @ turn).tolist(), (customers @ turn).tolist())
        assert (turned.between, turned.overall) == pytest.approx((plain.between, plain.overall))


def test_it_needs_no_numpy() -> None:
    code = (
        "import sys, app.models.projection; print(sorted({'numpy', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
