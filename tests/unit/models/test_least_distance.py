"""The nearest point of a polyhedron, against scipy's solver and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize, nnls

from app.models.least_distance import nearest_in_ball, nearest_point, solve_nonnegative


class TestSolveNonnegative:
    def test_random_problems_are_solved_as_well_as_by_scipy(self) -> None:
        rng = np.random.default_rng(0)
        for _ in range(500):
            matrix = rng.normal(size=(rng.integers(2, 10), rng.integers(2, 14)))
            target = rng.normal(size=len(matrix))
            weights = np.array(solve_nonnegative(matrix.T.tolist(), target.tolist()))
            assert (weights >= 0).all()
            assert np.linalg.norm(matrix @ weights - target) == pytest.approx(
                nnls(matrix, target)[1], abs=1e-9
            )

    def test_columns_that_depend_on_each_other(self) -> None:
        weights = solve_nonnegative([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [2.0, 3.0])
        assert weights[0] + weights[1] == pytest.approx(2.0)
        assert weights[2] == pytest.approx(3.0)


class TestNearestPoint:
    def test_a_point_inside_stays(self) -> None:
        assert nearest_point([3.0, 3.0], [[1.0, 0.0]], [1.0]) == [3.0, 3.0]

    def test_onto_one_border(self) -> None:
        assert nearest_point([0.0, 0.0], [[1.0, 1.0]], [2.0]) == pytest.approx([1.0, 1.0])

    def test_into_a_corner(self) -> None:
        assert nearest_point([0.0, 0.0], [[2.0, 0.0], [0.0, 5.0]], [4.0, 5.0]) == pytest.approx([2.0, 1.0])

    def test_an_empty_polyhedron(self) -> None:
        assert nearest_point([0.0], [[1.0], [-1.0]], [2.0, -1.0]) is None

    def test_a_row_that_nothing_can_meet(self) -> None:
        assert nearest_point([0.0], [[0.0]], [1.0]) is None

    def test_a_row_that_says_nothing(self) -> None:
        assert nearest_point([0.0], [[0.0], [1.0]], [0.0, 1.0]) == pytest.approx([1.0])

    def test_random_cells_are_met_and_nothing_is_nearer(self) -> None:
        rng = np.random.default_rng(1)
        for _ in range(200):
            d = int(rng.integers(1, 6))
            rows, inside = rng.normal(size=(2 * d + 3, d)), rng.normal(size=d)
            limits = rows @ inside - rng.uniform(0, 1, size=len(rows))
            start = rng.normal(size=d) * 3
            found = nearest_point(start.tolist(), rows.tolist(), limits.tolist())
            assert found is not None
            point = np.array(found)
            assert (rows @ point - limits).min() > -1e-9
            # the nearest point of a convex set sees every other point of it at an obtuse angle from the start
            others = inside + 0.1 * rng.normal(size=(50, d))
            allowed = others[(others @ rows.T >= limits).all(axis=1)]
            assert ((allowed - point) @ (start - point) <= 1e-8).all()


class TestNearestInBall:
    def test_against_scipy(self) -> None:
        rng = np.random.default_rng(4)
        compared = 0
        for _ in range(25):
            d = int(rng.integers(2, 5))
            start, middle = rng.normal(size=d) * 5.0, rng.normal(size=d)
            rows = rng.normal(size=(4, d))
            limits = rows @ middle - rng.uniform(0.0, 0.5, 4)
            found = nearest_in_ball(start.tolist(), rows.tolist(), limits.tolist(), middle.tolist(), 1.0)
            assert found is not None
            assert (rows @ found - limits).min() > -1e-9
            assert np.linalg.norm(np.array(found) - middle) <= 1.0
            expected = minimize(
                lambda x, start=start: ((x - start) ** 2).sum(),
                middle,
                method="SLSQP",
                constraints=[
                    {"type": "ineq", "fun": lambda x, rows=rows, limits=limits: rows @ x - limits},
                    {"type": "ineq", "fun": lambda x, middle=middle: 1.0 - ((x - middle) ** 2).sum()},
                ],
                options={"ftol": 1e-12, "maxiter": 500},
            )
            if expected.success and np.linalg.norm(start - middle) > 1.0:
                compared += 1
                assert np.linalg.norm(np.array(found) - start) <= np.sqrt(expected.fun) + 1e-5
        assert compared > 15

    def test_a_ball_that_does_not_reach_the_polyhedron(self) -> None:
        assert nearest_in_ball([5.0], [[1.0]], [3.0], [0.0], 1.0) is None
        assert nearest_in_ball([5.0], [[0.0]], [3.0], [0.0], 1.0) is None
