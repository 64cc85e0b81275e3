from __future__ import annotations

from random import Random

import pytest

from app.core.config import Settings
from app.models.artifact_store import ArtifactStore
from app.models.cells import cell, neighbours, within
from app.models.ml_model import MLModel


@pytest.fixture
def model(trained: Settings) -> MLModel:
    store = ArtifactStore(trained.artifacts_dir, "mall")
    return MLModel.from_files(store.read(store.pointer.version()))


class TestCell:
    def test_a_place_lies_in_the_cell_of_its_segment_alone(self, model: MLModel) -> None:
        random = Random(2)
        for _ in range(300):
            values = [random.uniform(0, 150), random.uniform(1, 100)]
            z = model.standardise(values)
            inside = []
            for index in range(len(model.segments)):
                rows, limits = cell(model, index)
                sums = [sum(a * x for a, x in zip(row, z, strict=True)) for row in rows]
                if all(total >= limit for total, limit in zip(sums, limits, strict=True)):
                    inside.append(index)
            assert inside == [model.lands(values)]


class TestNeighbours:
    def test_rounded_on_both_sides_and_never_out_of_bounds(self, model: MLModel) -> None:
        score = model.document.features[1]
        assert neighbours(41.37, score, 0) == [40.0, 41.0, 42.0, 43.0]
        assert neighbours(41.37, score, 1, width=1) == [41.3, 41.4]
        assert neighbours(score.maximum, score, 0)[-1] == score.maximum == within(1e9, score)
