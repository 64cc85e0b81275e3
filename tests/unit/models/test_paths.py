"""Paths of mixed models; those of plain ones are tested with the explanation."""

from __future__ import annotations

import math
from pathlib import Path
from random import Random

import pytest

from app.models.ml_model import MixedModel
from app.models.paths import find_paths
from app.models.recipe import get_recipe
from tests.unit.models.shoppers import customers, trained_model, with_used


@pytest.fixture(scope="module")
def model(shoppers_once: Path) -> MixedModel:
    return trained_model(shoppers_once, get_recipe("lifestyle"))


@pytest.fixture(scope="module")
def nine(shoppers_once: Path) -> MixedModel:
    """A model on all nine columns, one of them derived from two others."""
    return trained_model(shoppers_once, with_used("age", "gender", "total_spend"))


def spend_of(model: MixedModel, values: tuple[float, ...]) -> tuple[float, float]:
    by_name = dict(zip((f.name for f in model.document.features), values, strict=True))
    return by_name["total_spend"], by_name["purchase_frequency"] * by_name["avg_order_value"]


class TestTo:
    @pytest.mark.slow
    @pytest.mark.parametrize("kind", ["model", "nine"])
    def test_lands_within_the_bounds(self, kind: str, request: pytest.FixtureRequest) -> None:
        model: MixedModel = request.getfixturevalue(kind)
        found = 0
        for values in customers(model, 25, seed=3):
            for path in find_paths(model, values, {0, 1, 2} - {model.lands(values)}):
                index = path.index
                if path.to is None:
                    continue
                found += 1
                placement = model.place(path.to)
                assert (placement.order[0], placement.exceptional) == (index, False)
                assert path.cost == math.dist(model.standardise(path.to), model.standardise(values))
                for f, x, before in zip(model.document.features, path.to, values, strict=True):
                    if f.levels:
                        assert x == before or (math.isnan(x) and math.isnan(before))
                    else:
                        assert f.minimum <= x <= f.maximum
        assert found > 35

    @pytest.mark.slow
    def test_nothing_drawn_is_cheaper(self, model: MixedModel) -> None:
        random = Random(8)
        for values in customers(model, 8, seed=5):
            start = model.standardise(values)
            paths = {
                path.index: path for path in find_paths(model, values, {0, 1, 2} - {model.lands(values)})
            }
            for _ in range(1500):
                reach = random.choice((0.5, 1.0, 3.0))
                moved = {
                    place: min(max(model.own_unit(place, start[c] + random.gauss(0, reach)), 0.0), 1e5)
                    for place, c in model.changeable
                }
                other = model.changed(values, moved)
                index = model.lands(other)
                if index in paths:
                    cost = paths[index].cost
                    assert cost is not None
                    # rounded to whole dollars, days and orders
                    assert cost <= math.dist(model.standardise(other), start) + 0.25

    @pytest.mark.slow
    def test_what_is_derived_follows(self, nine: MixedModel) -> None:
        for values in customers(nine, 6, seed=6):
            for index in range(3):
                to = find_paths(nine, values, [index])[0].to
                if to is not None:
                    told, product = spend_of(nine, to)
                    assert told == product


class TestSingle:
    @pytest.mark.slow
    @pytest.mark.parametrize("kind", ["model", "nine"])
    def test_lands(self, kind: str, request: pytest.FixtureRequest) -> None:
        model: MixedModel = request.getfixturevalue(kind)
        kinds: set[str] = set()
        for values in customers(model, 25, seed=4):
            for path in find_paths(model, values, {0, 1, 2} - {model.lands(values)}):
                for place, value in enumerate(path.single):
                    feature = model.document.features[place]
                    if value is not None:
                        kinds.add(feature.kind)
                        assert not feature.derived
                        assert model.lands(model.changed(values, {place: value})) == path.index
        assert "number" in kinds

    def test_a_level_near_a_border(self, model: MixedModel) -> None:
        # walk to where the regions of one customer lie in different segments
        place = next(i for i, f in enumerate(model.document.features) if f.levels)
        for values in customers(model, 4000, seed=7):
            if math.isnan(values[place]) or model.lands(values) is None:
                continue
            landing = {
                level: model.lands(model.changed(values, {place: level})) for level in (0.0, 1.0, 2.0, 3.0)
            }
            others = {index for index in landing.values() if index is not None} - {model.lands(values)}
            if others:
                index = others.pop()
                single = find_paths(model, values, [index])[0].single[place]
                assert single is not None
                assert landing[single] == index
                return
        pytest.fail("no customer lies where a region decides")

    @pytest.mark.slow
    def test_nothing_does_where_a_scan_finds_nothing(self, model: MixedModel) -> None:
        nulls = 0
        for values in customers(model, 10, seed=9):
            for path in find_paths(model, values, {0, 1, 2} - {model.lands(values)}):
                index, single = path.index, path.single
                for place, coordinate in model.changeable:
                    if single[place] is None:
                        nulls += 1
                        low, high = model.reach(place)
                        scan = (low + (high - low) * (step / 500) ** 3 for step in range(501))
                        assert coordinate >= 0
                        assert not any(
                            model.lands(model.changed(values, {place: model.own_unit(place, z)})) == index
                            for z in scan
                        )
        assert nulls > 10


def test_an_exceptional_customer_reaches_the_ball_of_the_segment(model: MixedModel) -> None:
    values = [65_000.0, 75.0, 24.0, 5_000.0, 15.0, 0.0]
    assert model.lands(values) is None
    path = find_paths(model, values, [0])[0]
    assert path.to is not None
    distance = model.place(path.to).distances[0]
    assert distance <= model.threshold
    assert distance == pytest.approx(model.threshold, abs=0.05)


def test_no_way_where_the_fixed_part_alone_is_too_far(model: MixedModel) -> None:
    place = next(i for i, f in enumerate(model.document.features) if f.levels)
    values = [65_000.0, 75.0, 24.0, 450.0, 15.0, 0.0]
    narrow = trained_threshold(model, 0.05)
    assert values[place] == 0.0
    assert find_paths(narrow, values, [1])[0].to is None
    assert set(find_paths(narrow, values, [1])[0].single) == {None}


def trained_threshold(model: MixedModel, threshold: float) -> MixedModel:
    assert model.document.exceptional
    outlying = model.document.exceptional.model_copy(update={"threshold": threshold})
    document = model.document.model_copy(update={"exceptional": outlying})
    return MixedModel(document, model.confidence, model.analysis)
