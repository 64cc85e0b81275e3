from __future__ import annotations

import math
import random

import pytest

from app.models.geometry import Point
from app.models.ml_model import MLModel
from app.services.map_territories import find_territories
from app.services.map_view import MapView, choose_view
from tests.unit.services.example_mixed import mixed_model
from tests.unit.services.example_model import example_model


def holds(corners: list[Point], at: Point) -> bool:
    """Answer whether a convex polygon, whichever way round, holds a place."""
    sides = zip(corners, [*corners[1:], *corners[:1]], strict=True)
    turns = [(bx - ax) * (at[1] - ay) - (by - ay) * (at[0] - ax) for (ax, ay), (bx, by) in sides]
    return bool(turns) and (min(turns) >= 0 or max(turns) <= 0)


def check_places(view: MapView, tolerance: float) -> int:
    """Compare territories with the model on random places; return how many lie in none."""
    chance, model, cells = random.Random(1), view.model, find_territories(view)
    outside = 0
    for _ in range(500):
        at = (
            chance.uniform(0.0, view.x.scale.high),  # below are no customers: it is the margin
            chance.uniform(view.y.scale.low, view.y.scale.high),
        )
        values = list(at)[: len(model.document.features)]
        if is_near_a_border(model, values, tolerance):
            continue
        own = [index for index, cell in enumerate(cells) if holds(cell, at)]
        assert own == ([] if model.lands(values) is None else [model.lands(values)])
        outside += not own
    return outside


def is_near_a_border(model: MLModel, values: list[float], tolerance: float) -> bool:
    distances = model.place(values).distances
    nearest, second = sorted(distances)[:2]
    return second - nearest < tolerance or abs(nearest - model.threshold) < tolerance


@pytest.mark.parametrize("features", [1, 2])
def test_plain_models(features: int) -> None:
    assert check_places(choose_view(example_model(features)), 1e-9) == 0


@pytest.mark.parametrize("transform", ["none", "log1p"])
def test_a_strip_is_exact_whatever_the_transform_and_ends_with_the_reach(transform: str) -> None:
    view = choose_view(mixed_model([transform], threshold=0.8))
    assert view.kind == "strip"
    assert check_places(view, 1e-6) > 0


def test_a_plane_ends_with_the_reach() -> None:
    view = choose_view(mixed_model(["none", "none"], threshold=0.9, weight=0.5))
    assert view.kind == "plane"
    assert check_places(view, 2e-3) > 0


def test_a_plane_whose_reach_ends_outside_is_whole() -> None:
    assert check_places(choose_view(mixed_model(["none", "none"], threshold=50.0)), 2e-3) == 0


def test_who_has_no_reach_on_the_map_has_no_territory() -> None:
    view = choose_view(mixed_model(["none", "none"], threshold=0.1, centroids=[[-1.0, -1.0], [9.0, 9.0]]))
    assert [bool(cell) for cell in find_territories(view)] == [True, False]
    strip = choose_view(mixed_model(["none"], threshold=0.1, centroids=[[-1.0], [9.0]]))
    assert [bool(cell) for cell in find_territories(strip)] == [True, False]


def test_a_projection_has_none() -> None:
    assert find_territories(choose_view(example_model(3))) == [[], []]
    transformed = choose_view(mixed_model(["none", "log1p"]))
    assert transformed.kind == "projection"
    assert math.isinf(transformed.model.threshold)
