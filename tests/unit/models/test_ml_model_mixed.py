"""The model with an encoding: what it adds to the plain one."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from app.models.explanation import explain
from app.models.ml_model import MixedModel
from app.models.model_document import ModelDocument
from app.models.recipe import get_recipe
from tests.unit.models.shoppers import customers, trained_model

PREMIUM = [65_000.0, 75.0, 24.0, 450.0, 15.0, 0.0]


@pytest.fixture(scope="module")
def model(shoppers_once: Path) -> MixedModel:
    return trained_model(shoppers_once, get_recipe("lifestyle"))


class TestPlace:
    @pytest.mark.slow
    def test_nearest_by_definition(self, model: MixedModel) -> None:
        for values in customers(model, 200, seed=1):
            z = model.standardise(values)
            found = model.place(values)
            distances = [math.dist(z, point) for point in model.centroids.points]
            assert found.distances == pytest.approx(distances, abs=1e-9)
            assert found.order[0] == distances.index(min(distances))
            assert found.exceptional == (min(distances) > model.threshold)
            assert model.lands(values) == (None if found.exceptional else found.order[0])

    def test_confidence_counts_every_refit(self, model: MixedModel) -> None:
        shares = set()
        for values in customers(model, 300, seed=2):
            z, found = model.standardise(values), model.place(values)
            own = None if found.exceptional else found.order[0]
            agreeing = 0
            for refit in model.confidence.refits:
                distances = [math.dist(z, point) for point in refit]
                nearest = distances.index(min(distances))
                agreeing += (None if min(distances) > model.threshold else nearest) == own
            assert found.confidence == pytest.approx(agreeing / len(model.confidence.refits))
            shares.add(found.confidence)
        assert len(shares) > 2

    def test_a_gap_is_not_outside(self, model: MixedModel) -> None:
        assert model.place([math.nan, *PREMIUM[1:]]).outside == ()
        assert model.place([500_000.0, *PREMIUM[1:]]).outside == ("income",)
        assert model.place([*PREMIUM[:5], 4.0]).outside == ()

    def test_orders_of_words_mean_nothing(self, model: MixedModel) -> None:
        coordinates = {tuple(model.standardise([*PREMIUM[:5], place])[5:]) for place in (0.0, 1.0, 2.0, 3.0)}
        assert len(coordinates) == 4
        assert model.standardise([*PREMIUM[:5], 4.0])[5:] == [0.0] * 4


class TestReasons:
    @pytest.mark.slow
    def test_they_add_up_to_the_margin(self, model: MixedModel) -> None:
        for values in customers(model, 100, seed=3):
            found, placement = explain(model, values), model.place(values)
            assert len(found.reasons) == len(values)
            d = placement.distances
            own = d[found.own] ** 2
            expected = own - model.threshold**2 if found.is_exceptional else d[found.runner_up] ** 2 - own
            assert found.margin == pytest.approx(expected, abs=1e-9 * max(1.0, own))
            assert len(found.paths) == (3 if found.is_exceptional else 2)

    def test_a_category_has_one_reason(self, model: MixedModel) -> None:
        reason = explain(model, PREMIUM).reasons[5]
        z = model.standardise(PREMIUM)[5:]
        here, there = (model.centroids.points[j][5:] for j in model.place(PREMIUM).order[:2])
        by_hand = math.fsum((x - b) ** 2 - (x - a) ** 2 for x, a, b in zip(z, here, there, strict=True))
        assert (reason.feature, reason.standardised) == ("region", None)
        assert reason.contribution == pytest.approx(by_hand)


class TestOwnUnits:
    def test_centres_invert_the_transforms(self, model: MixedModel) -> None:
        for index in range(3):
            centre = model.centre(index)
            z = model.standardise(centre)
            assert z[:5] == pytest.approx(model.centroids.points[index][:5])
            assert centre[5] in (0.0, 1.0, 2.0, 3.0)

    def test_a_line_touches_the_transform_at_its_mean(self, model: MixedModel) -> None:
        for place in (0, 3):
            mean, scale = model.line(place)
            x = mean + 0.001 * scale
            values = [x if p == place else v for p, v in enumerate(PREMIUM)]
            assert model.standardise(values)[place] == pytest.approx(0.001, rel=1e-3)


class TestDocument:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"encoding": None, "exceptional": None}, "one number per feature"),
            ({"features": "reversed"}, "the encoding must have the features in their order"),
            ({"exceptional": "0"}, "an id of their own"),
        ],
    )
    def test_parts_that_disagree(self, model: MixedModel, change: dict[str, object], reason: str) -> None:
        content = model.document.model_dump()
        if change.get("features"):
            change = {"features": content["features"][::-1]}
        if change.get("exceptional"):
            change = {"exceptional": content["exceptional"] | {"segment_id": 0}}
        with pytest.raises(ValueError, match=reason):
            ModelDocument.model_validate(content | change)

    def test_a_transform_needs_an_encoding(self, model: MixedModel) -> None:
        content = model.document.model_dump()
        content |= {"encoding": None, "exceptional": None, "features": content["features"][:5]}
        content["segments"] = [s | {"centroid": s["centroid"][:5]} for s in content["segments"]]
        with pytest.raises(ValueError, match="without an encoding every feature is a plain number"):
            ModelDocument.model_validate(content)
