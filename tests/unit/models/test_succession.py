from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.core.config import Settings
from app.models.artifact_store import ArtifactStore, Numbering
from app.models.kmeans_fit import Floats, KMeansFit, Scaling, fit_kmeans, fit_scaling
from app.models.ml_model import MLModel
from app.models.model_document import ConfidenceDocument, SegmentState
from app.models.reach import DISTANCE_SHARES
from app.models.recipe import MOST_SEGMENTS, Recipe
from app.models.succession import Succession, succeed
from tests.conftest import settings_in

PERSONAS = ("average", "vip", "trendsetter", "saver", "budget")


@pytest.fixture(scope="module")
def stored(trained_once: Path) -> MLModel:
    """The trained version, whose document lends all that these tests do not look at."""
    settings: Settings = settings_in(trained_once)
    return MLModel.from_files(ArtifactStore(settings.artifacts_dir, "mall").read(1))


class Trainings:
    """Trainings one after another without their evidence: fits, successions and the models between."""

    def __init__(self, recipe: Recipe, rows: Floats, stored: MLModel) -> None:
        self.recipe = recipe
        self._rows = rows
        self._stored = stored
        self.model: MLModel | None = None
        self.numbering = Numbering()
        self.scaling: Scaling
        self.fit: KMeansFit

    def train(self, k: int, seed: int = 0, rows: Floats | None = None) -> Succession:
        rows = self._rows if rows is None else rows
        self.scaling = fit_scaling(rows)
        fit = fit_kmeans(self.scaling.apply(rows), k, seed)
        found = succeed(self.recipe, rows, self.scaling, fit, self.model, self.numbering)
        self.fit = fit.in_order(found.order)
        self.model = self._model(found)
        self.numbering = Numbering(self.numbering.version + 1, found.next_segment_id)
        return found

    def _model(self, found: Succession) -> MLModel:
        segments = tuple(
            SegmentState(
                segment_id=segment_id,
                persona=naming.persona,
                name=naming.name,
                description=naming.description,
                strategy=naming.strategy,
                slot=naming.slot,
                centroid=tuple(centroid),
                size=1,
                reach=(0.0,) * len(DISTANCE_SHARES),
            )
            for segment_id, naming, centroid in zip(
                found.segment_ids, found.namings, self.fit.centroids.tolist(), strict=True
            )
        )
        features = tuple(
            feature.model_copy(update={"mean": mean, "scale": scale})
            for feature, mean, scale in zip(
                self._stored.document.features, self.scaling.mean, self.scaling.scale, strict=True
            )
        )
        document = self._stored.document.model_copy(
            update={"version": self.numbering.version, "segments": segments, "features": features}
        )
        refits = ConfidenceDocument(refits=(tuple(segment.centroid for segment in segments),))
        return MLModel(document, refits, self._stored.analysis)


@pytest.fixture
def trainings(mall_recipe: Recipe, mall_rows: Floats, stored: MLModel) -> Trainings:
    return Trainings(mall_recipe, mall_rows, stored)


def check(found: Succession, before: Numbering, old_ids: tuple[int, ...], k: int) -> None:
    """What must be true of every succession."""
    ids, lineage = found.segment_ids, found.lineage
    assert len(ids) == len(found.namings) == k
    assert list(ids) == sorted(set(ids))
    assert sorted(found.order.tolist()) == list(range(k))
    assert sorted((*lineage.kept, *lineage.born)) == list(ids)
    assert sorted((*lineage.kept, *lineage.retired)) == list(old_ids)
    assert sorted(lineage.born) == list(range(before.segment_id, found.next_segment_id))
    assert len({naming.name for naming in found.namings}) == k
    assert len({naming.slot for naming in found.namings}) == k
    assert all(1 <= naming.slot <= MOST_SEGMENTS for naming in found.namings)


class TestTheFirstTraining:
    @pytest.mark.parametrize("seed", range(25))
    def test_ids_are_in_the_order_of_the_recipes_personas(self, trainings: Trainings, seed: int) -> None:
        found = trainings.train(5, seed)
        check(found, Numbering(), (), 5)
        assert found.segment_ids == (0, 1, 2, 3, 4)
        assert tuple(naming.persona for naming in found.namings) == PERSONAS
        assert (found.lineage.previous, found.lineage.born) == (None, (0, 1, 2, 3, 4))

    def test_every_seed_places_the_same_customers_alike(
        self, mall_recipe: Recipe, mall_rows: Floats, stored: MLModel
    ) -> None:
        placed = set()
        for seed in range(25):
            trainings = Trainings(mall_recipe, mall_rows, stored)
            trainings.train(5, seed)
            placed.add(tuple(trainings.fit.labels.tolist()))
        assert len(placed) == 1

    @pytest.mark.parametrize("k", range(2, MOST_SEGMENTS + 1))
    def test_every_number_of_segments(self, trainings: Trainings, k: int) -> None:
        found = trainings.train(k)
        check(found, Numbering(), (), k)
        personas = tuple(naming.persona for naming in found.namings)
        assert personas == (PERSONAS if k == 5 else (None,) * k)

    def test_ids_that_were_used_before_are_not_given_again(self, trainings: Trainings) -> None:
        trainings.numbering = Numbering(version=4, segment_id=17)
        assert trainings.train(5).segment_ids == (17, 18, 19, 20, 21)


class TestTheNextTraining:
    def test_other_seeds_and_draws_keep_every_id(self, trainings: Trainings, mall_rows: Floats) -> None:
        trainings.train(5)
        rng = np.random.default_rng(1)
        for seed in range(1, 21):
            again = rng.choice(mall_rows, len(mall_rows)) if seed % 2 else mall_rows
            found = trainings.train(5, seed, again)
            assert found.segment_ids == (0, 1, 2, 3, 4)
            assert tuple(naming.persona for naming in found.namings) == PERSONAS
            assert (found.lineage.kept, found.lineage.born) == ((0, 1, 2, 3, 4), ())
        assert found.lineage.previous == "mall/20"

    def test_everybody_earns_more(self, trainings: Trainings, mall_rows: Floats) -> None:
        trainings.train(5)
        found = trainings.train(5, 1, mall_rows * np.array([1.1, 1.0]) + np.array([2.0, 0.0]))
        assert found.lineage.kept == (0, 1, 2, 3, 4)

    def test_four_and_then_five(self, trainings: Trainings) -> None:
        trainings.train(5)
        fewer = trainings.train(4)
        assert len(fewer.lineage.retired) == 5 - len(fewer.lineage.kept) >= 1
        more = trainings.train(5)
        assert min(more.lineage.born) >= 5  # a retired id does not come back
        assert not set(more.segment_ids) & set(fewer.lineage.retired)

    @pytest.mark.parametrize("before", range(2, MOST_SEGMENTS + 1))
    @pytest.mark.slow
    def test_from_every_number_to_every_number(
        self, mall_recipe: Recipe, mall_rows: Floats, stored: MLModel, before: int
    ) -> None:
        for after in range(2, MOST_SEGMENTS + 1):
            trainings = Trainings(mall_recipe, mall_rows, stored)
            old = trainings.train(before)
            numbering = trainings.numbering
            check(trainings.train(after, seed=1), numbering, old.segment_ids, after)

    def test_a_long_life_never_repeats_an_id(self, trainings: Trainings) -> None:
        ever: list[int] = []
        for step, k in enumerate((5, 8, 2, 5, 4, 7, 3, 5, 6, 5)):
            found = trainings.train(k, seed=step)
            assert not set(found.lineage.born) & set(ever)
            ever += found.lineage.born
        assert ever == list(range(len(ever)))

    def test_a_version_of_other_features_is_no_predecessor(
        self, trainings: Trainings, mall_rows: Floats
    ) -> None:
        trainings.train(5)
        assert trainings.model is not None
        features = trainings.model.document.features
        other = (features[0].model_copy(update={"name": "visits"}), features[1])
        document = trainings.model.document.model_copy(update={"features": other})
        trainings.model = MLModel(document, trainings.model.confidence, trainings.model.analysis)
        found = trainings.train(5)
        assert (found.lineage.previous, found.segment_ids) == (None, (5, 6, 7, 8, 9))


class TestTexts:
    def test_those_that_live_on_follow_the_recipe(self, trainings: Trainings, mall_recipe: Recipe) -> None:
        trainings.train(5)
        vip = mall_recipe.personas[1].model_copy(update={"name": "Our best", "slot": 8})
        personas = (mall_recipe.personas[0], vip, *mall_recipe.personas[2:])
        trainings.recipe = mall_recipe.model_copy(update={"personas": personas})
        namings = trainings.train(5, seed=1).namings
        assert (namings[1].name, namings[1].slot, namings[1].persona) == ("Our best", 8, "vip")

    def test_their_own_stay_where_the_persona_is_gone(
        self, trainings: Trainings, mall_recipe: Recipe
    ) -> None:
        before = trainings.train(5).namings
        trainings.recipe = mall_recipe.model_copy(update={"personas": mall_recipe.personas[:1]})
        assert trainings.train(5, seed=1).namings == before

    def test_two_never_share_a_colour(self, trainings: Trainings, mall_recipe: Recipe) -> None:
        before = trainings.train(5).namings
        # the recipe gives one persona the slot that another, gone from it, still holds
        average = mall_recipe.personas[0].model_copy(update={"slot": 2})
        trainings.recipe = mall_recipe.model_copy(update={"personas": (average,)})
        found = trainings.train(5, seed=1).namings
        assert found == (replace(before[0], slot=1), *before[1:])
        assert len({naming.slot for naming in found}) == 5
