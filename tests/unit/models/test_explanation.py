"""Why, and what if: exact against the definition, brute force and the model itself."""

from __future__ import annotations

import math
from itertools import product
from random import Random

import pytest

from app.core.config import Settings
from app.models.artifact_store import ArtifactStore
from app.models.explanation import explain
from app.models.ml_model import MLModel
from app.models.model_document import ModelDocument

CASES = 10_000


@pytest.fixture
def model(trained: Settings) -> MLModel:
    store = ArtifactStore(trained.artifacts_dir, "mall")
    return MLModel.from_files(store.read(store.pointer.version()))


def customers(count: int, seed: int) -> list[list[float]]:
    """Draw customers over the whole of the bounds, half of them where customers are."""
    random = Random(seed)
    drawn = []
    for row in range(count):
        decimals = random.choice((0, 1, 6))
        most = 1000.0 if row % 2 else 150.0
        drawn.append([round(random.uniform(0, most), decimals), round(random.uniform(1, 100), decimals)])
    return drawn


class TestReasons:
    @pytest.mark.slow
    def test_they_add_up_to_the_margin_and_the_margin_is_the_definition(self, model: MLModel) -> None:
        for values in customers(500, seed=1):
            found = explain(model, values)
            distances = model.place(values).distances
            assert math.fsum(r.contribution for r in found.reasons) == pytest.approx(found.margin, abs=1e-9)
            defined = distances[found.runner_up] ** 2 - distances[found.own] ** 2
            assert found.margin == pytest.approx(defined, abs=1e-9 * max(1.0, distances[found.own] ** 2))

    @pytest.mark.slow
    def test_the_own_segment_and_the_runner_up_are_the_placements(self, model: MLModel) -> None:
        for values in customers(200, seed=2):
            found = explain(model, values)
            assert (found.own, found.runner_up) == model.place(values).order[:2]


class TestPaths:
    @pytest.mark.slow
    def test_every_path_of_ten_thousand_cases_lands_in_its_segment(self, model: MLModel) -> None:
        misses = paths = 0
        for values in customers(CASES // 4, seed=3):
            for path in explain(model, values).paths:
                assert path.to is not None
                paths += 1
                misses += model.place(path.to).order[0] != path.index
                misses += any(
                    not f.minimum <= x <= f.maximum
                    for f, x in zip(model.document.features, path.to, strict=True)
                )
        assert (paths, misses) == (CASES, 0)

    def test_only_the_wanted_ones_are_sought(self, model: MLModel) -> None:
        for values in customers(20, seed=5):
            every = explain(model, values)
            for index in range(len(model.segments)):
                found = explain(model, values, [index])
                assert found.reasons == every.reasons
                assert found.paths == tuple(path for path in every.paths if path.index == index)
            assert explain(model, values, []).paths == ()

    @pytest.mark.slow
    def test_every_single_feature_answer_lands_in_its_segment(self, model: MLModel) -> None:
        for values in customers(500, seed=4):
            for path in explain(model, values).paths:
                for place, value in enumerate(path.single):
                    if value is not None:
                        moved = [*values[:place], value, *values[place + 1 :]]
                        assert model.place(moved).order[0] == path.index

    @pytest.mark.slow
    def test_nothing_on_a_grid_is_cheaper(self, model: MLModel) -> None:
        grid = [[float(x), float(y)] for x, y in product(range(0, 1001, 4), range(1, 101, 3))]
        grid += [[float(x), float(y)] for x, y in product(range(0, 151, 2), range(1, 101, 2))]
        standardised = [(model.standardise(point), model.place(point).order[0]) for point in grid]
        step = math.dist(
            (0.1 / model.document.features[0].scale, 0.1 / model.document.features[1].scale), (0, 0)
        )
        for values in customers(12, seed=5):
            z = model.standardise(values)
            for path in explain(model, values).paths:
                assert path.cost is not None
                best = min(math.dist(point, z) for point, index in standardised if index == path.index)
                # the answer is rounded to one decimal, so it may lie one step of that inside the border
                assert path.cost <= best + step

    @pytest.mark.slow
    def test_a_null_means_that_no_value_of_that_feature_does(self, model: MLModel) -> None:
        scans = ([x / 2 for x in range(2001)], [1 + y / 4 for y in range(397)])
        nulls = 0
        for values in customers(12, seed=6):
            for path in explain(model, values).paths:
                for place in (0, 1):
                    if path.single[place] is None:
                        nulls += 1
                        moved = ([*values[:place], x, *values[place + 1 :]] for x in scans[place])
                        assert all(
                            model.centroids.nearest(model.standardise(point)) != path.index for point in moved
                        )
        assert nulls > 0

    def test_a_segment_beyond_the_bounds_has_no_path(self, model: MLModel) -> None:
        features = [
            feature.model_copy(update={"minimum": 0.0, "maximum": 40.0}) if place == 0 else feature
            for place, feature in enumerate(model.document.features)
        ]
        narrowed = ModelDocument.model_validate(
            {**model.document.model_dump(), "features": [feature.model_dump() for feature in features]}
        )
        narrow = MLModel(narrowed, model.confidence, model.analysis)
        by_name = {narrow.segments[path.index].name: path for path in explain(narrow, [20.0, 20.0]).paths}
        assert by_name["VIP / Whale"].to is None
        assert by_name["VIP / Whale"].cost is None
        assert by_name["Average Customer"].to is not None
