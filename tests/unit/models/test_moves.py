from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from app.core.errors import ArtifactInvalid, VersionsDiffer
from app.models.artifact_store import Numbering
from app.models.customer_table import CustomerTable, read_customer_table
from app.models.kmeans_fit import Floats, fit_kmeans, fit_scaling
from app.models.ml_model import MixedModel, MLModel
from app.models.model_document import MOVES
from app.models.moves import compare_models, count_moves, read_moves
from app.models.moves_document import MovesDocument
from app.models.recipe import Recipe
from app.models.succession import succeed
from app.models.training import train
from app.models.version_files import Plan
from data.generators import mall
from tests.unit.services.example_mixed import mixed_model
from tests.unit.services.example_model import example_model

Move = tuple[int, int, int, int, int]


def moved(found: MovesDocument) -> list[Move]:
    return [(m.from_segment, m.to_segment, m.by_data, m.by_model, m.by_both) for m in found.moves]


def shifted(by: float, ids: tuple[int, int] = (0, 3)) -> MLModel:
    """A second version of the example model: its border moved by so much, its segments under these ids."""
    old = example_model(version=2)
    features = tuple(f.model_copy(update={"mean": f.mean + by}) for f in old.document.features)
    segments = tuple(s.model_copy(update={"segment_id": i}) for s, i in zip(old.segments, ids, strict=True))
    document = old.document.model_copy(update={"features": features, "segments": segments})
    return MLModel(document, old.confidence, old.analysis)


class TestCountMoves:
    """The example's border runs where the two features add up to 100: below is segment 0, above is 3."""

    def test_nobody(self) -> None:
        rows = {"a": [20.0, 20.0], "b": [80.0, 80.0]}
        found = count_moves(example_model(), example_model(version=2), rows, rows)
        assert (found.customers, found.moves, found.new, found.gone) == (2, (), (), ())
        assert [(count.segment_id, count.customers) for count in found.stayed] == [(0, 1), (3, 1)]
        assert (found.from_version, found.to_version) == ("example/1", "example/2")
        assert found.basis == "joined"

    @pytest.mark.parametrize(
        ("earlier", "row", "border", "expected"),
        [
            ([20.0, 20.0], [80.0, 80.0], 0.0, (0, 3, 1, 0, 0)),  # the customer earns more
            ([60.0, 60.0], [60.0, 60.0], 20.0, (3, 0, 0, 1, 0)),  # the border passes over the customer
            ([60.0, 60.0], [62.0, 62.0], 20.0, (3, 0, 0, 1, 0)),  # who changed too, but not enough to matter
            ([90.0, 90.0], [20.0, 20.0], 20.0, (3, 0, 1, 0, 0)),  # or so far that the border does not matter
            ([60.0, 60.0], [20.0, 20.0], 20.0, (3, 0, 0, 0, 1)),  # each alone would have done
            ([80.0, 80.0], [60.0, 60.0], 20.0, (3, 0, 0, 0, 1)),  # only both together do
        ],
    )
    def test_the_cause(self, earlier: list[float], row: list[float], border: float, expected: Move) -> None:
        found = count_moves(example_model(), shifted(border), {"a": earlier}, {"a": row})
        assert moved(found) == [expected]
        assert found.stayed == ()

    def test_a_change_that_the_model_follows_is_no_move(self) -> None:
        found = count_moves(example_model(), shifted(20.0), {"a": [40.0, 40.0]}, {"a": [60.0, 60.0]})
        assert found.moves == ()

    def test_who_came_and_who_left(self) -> None:
        before = {"a": [20.0, 20.0], "b": [80.0, 80.0]}
        after = {"a": [20.0, 20.0], "c": [90.0, 90.0], "d": [95.0, 95.0]}
        found = count_moves(example_model(), example_model(version=2), before, after)
        assert found.customers == 1
        assert [(count.segment_id, count.customers) for count in found.new] == [(3, 2)]
        assert [(count.segment_id, count.customers) for count in found.gone] == [(3, 1)]

    def test_segments_that_are_born_and_retired(self) -> None:
        rows = {"a": [20.0, 20.0], "b": [80.0, 80.0]}
        found = count_moves(example_model(), shifted(0.0, (0, 7)), rows, rows)
        assert (found.born, found.retired) == ((7,), (3,))
        assert moved(found) == [(3, 7, 0, 1, 0)]
        assert [segment.segment_id for segment in found.segments] == [0, 3, 7]

    def test_other_features(self) -> None:
        with pytest.raises(VersionsDiffer, match="example/1 and example/2 place customers by different"):
            count_moves(example_model(2), example_model(3, version=2), {}, {})


class TestExceptional:
    """Two segments, at 20 and at 80; who lies farther than the threshold from both is in segment 7."""

    FAR = 500.0

    def test_who_becomes_so_by_changing(self) -> None:
        found = count_moves(apart(), apart(), {"a": [20.0]}, {"a": [self.FAR]})
        assert moved(found) == [(0, 7, 1, 0, 0)]
        assert [(s.segment_id, s.is_exceptional) for s in found.segments] == [
            (0, False),
            (3, False),
            (7, True),
        ]
        assert found.born == found.retired == ()

    def test_who_becomes_so_because_the_model_changed(self) -> None:
        found = count_moves(apart(40.0), apart(2.0), {"a": [self.FAR]}, {"a": [self.FAR]})
        assert moved(found) == [(3, 7, 0, 1, 0)]

    def test_who_ceases_to_be(self) -> None:
        assert moved(count_moves(apart(), apart(), {"a": [self.FAR]}, {"a": [20.0]})) == [(7, 0, 1, 0, 0)]
        model = count_moves(apart(2.0), apart(40.0), {"a": [self.FAR]}, {"a": [self.FAR]})
        assert moved(model) == [(7, 3, 0, 1, 0)]

    def test_who_stays_so_comes_and_leaves(self) -> None:
        before, after = {"a": [self.FAR], "b": [self.FAR]}, {"a": [600.0], "c": [self.FAR]}
        found = count_moves(apart(), apart(), before, after)
        assert [(n.segment_id, n.customers) for n in found.stayed] == [(7, 1)]
        assert [(n.segment_id, n.customers) for n in (*found.new, *found.gone)] == [(7, 1), (7, 1)]

    def test_the_first_and_the_last_of_them(self) -> None:
        rows = {"a": [self.FAR]}
        assert count_moves(apart(math.inf), apart(), rows, rows).born == (7,)
        assert count_moves(apart(), apart(math.inf), rows, rows).retired == (7,)

    def test_models_alone(self) -> None:
        new = apart()
        sample = new.analysis.sample.model_copy(
            update={"features": ((20.0,), (self.FAR,)), "segment_ids": (0, 3)}
        )
        new.analysis = new.analysis.model_copy(update={"sample": sample})
        assert moved(compare_models(apart(math.inf), new)) == [(3, 7, 0, 1, 0)]


def apart(threshold: float = 2.0) -> MLModel:
    return mixed_model(["none"], threshold=threshold)


class TestValuesOfAnotherModel:
    def test_levels_in_another_order_are_the_same_words(self) -> None:
        """North lies at one centroid, South at the other; the old model has them the other way round."""
        new = mixed_model(["none"], region=True, centroids=[[0.0, 1.0, -1.0], [0.0, -1.0, 1.0]])
        document = new.document
        region = document.features[1].model_copy(update={"levels": ("South", "North")})
        old = MixedModel(
            document.model_copy(update={"features": (document.features[0], region)}),
            new.confidence,
            new.analysis,
        )
        rows = {"north": [50.0, 0.0], "south": [50.0, 1.0], "other": [50.0, 2.0], "none": [50.0, math.nan]}
        found = count_moves(old, new, rows, rows)
        assert (found.moves, found.customers) == ((), 4)

    def test_a_gap_is_the_mean_to_a_model_that_knows_none(self) -> None:
        rows = {"a": [math.nan, 80.0]}
        found = count_moves(example_model(), example_model(version=2), rows, rows)
        assert [(count.segment_id, count.customers) for count in found.stayed] == [(3, 1)]

    def test_a_number_that_became_a_category(self) -> None:
        new = mixed_model(["none", "none"])
        features = (
            new.document.features[0],
            new.document.features[1].model_copy(update={"kind": "category"}),
        )
        new.document = new.document.model_copy(update={"features": features})
        with pytest.raises(VersionsDiffer):
            count_moves(mixed_model(["none", "none"]), new, {}, {})


class TestCompareModels:
    def test_on_the_rows_that_the_newer_one_keeps(self) -> None:
        found = compare_models(example_model(), shifted(40.0))
        assert found.basis == "newer_sample"
        assert found.customers == 3
        assert moved(found) == [(3, 0, 0, 1, 0)]

    def test_all_rows(self) -> None:
        model = example_model(version=2)
        sample = model.analysis.sample.model_copy(update={"is_all": True})
        model.analysis = model.analysis.model_copy(update={"sample": sample})
        assert compare_models(example_model(), model).basis == "newer_table"

    def test_other_features(self) -> None:
        with pytest.raises(VersionsDiffer):
            compare_models(example_model(2), example_model(3, version=2))


class TestReadMoves:
    def test_none(self) -> None:
        assert read_moves({}) is None

    def test_what_was_written(self) -> None:
        found = compare_models(example_model(), shifted(40.0))
        assert read_moves({MOVES: found.model_dump_json().encode()}) == found

    def test_another_format(self) -> None:
        with pytest.raises(ArtifactInvalid, match=r"moves\.json"):
            read_moves({MOVES: b"{}"})


@pytest.fixture(scope="module")
def table(mall_recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> CustomerTable:
    path = tmp_path_factory.mktemp("table") / "mall.csv"
    mall.write(path)
    return read_customer_table(path, mall_recipe)


@pytest.fixture(scope="module")
def first(mall_recipe: Recipe, table: CustomerTable) -> MLModel:
    return train(mall_recipe, table, Plan(5, 42, 2, 2), None, Numbering()).model


class TestTrainings:
    @pytest.mark.slow
    def test_unchanged_data_and_a_hundred_seeds_move_nobody(
        self, mall_recipe: Recipe, mall_rows: Floats, first: MLModel
    ) -> None:
        scaling = fit_scaling(mall_rows)
        z = scaling.apply(mall_rows)
        rows = {str(i): row for i, row in enumerate(mall_rows.tolist())}
        raw_numbers = set()
        for seed in range(100):
            fit = fit_kmeans(z, 5, seed)
            found = succeed(mall_recipe, mall_rows, scaling, fit, first, Numbering(2, 5))
            assert (found.segment_ids, found.lineage.born) == ((0, 1, 2, 3, 4), ())
            raw_numbers.add(tuple(fit.labels[:50].tolist()))
            refitted = with_centroids(first, fit.in_order(found.order).centroids)
            moves = count_moves(first, refitted, rows, rows)
            assert (moves.customers, moves.moves) == (200, ()), seed
        assert len(raw_numbers) > 20  # k-means itself numbers them anew each time

    def test_a_training_counts_who_moved(
        self, mall_recipe: Recipe, first: MLModel, table: CustomerTable
    ) -> None:
        features = table.features.copy()
        average = next(i for i, row in enumerate(features) if abs(row - [55.0, 50.0]).max() < 6)
        features[average] = [88.0, 85.0]
        changed = replace(table, features=features)
        trained = train(mall_recipe, changed, Plan(5, 42, 2, 2), first, Numbering(2, 5), earlier=table)
        moves = read_moves(trained.files)
        assert moves is not None
        assert moves.customers == 200
        assert moved(moves) == [(0, 1, 1, 0, 0)]
        assert MOVES in trained.model.document.files
        assert b"CustomerID" not in trained.files[MOVES]

    def test_ids_that_a_spreadsheet_would_run_are_joined_too(
        self, mall_recipe: Recipe, first: MLModel, table: CustomerTable
    ) -> None:
        now = replace(table, ids=tuple(f"={customer}" for customer in table.ids))
        labelled = replace(table, ids=tuple(f"'={customer}" for customer in table.ids))
        trained = train(mall_recipe, now, Plan(5, 42, 2, 2), first, Numbering(2, 5), earlier=labelled)
        moves = read_moves(trained.files)
        assert moves is not None
        assert (moves.customers, moves.moves, moves.new, moves.gone) == (200, (), (), ())

    def test_without_ids_nobody_can_be_followed(
        self, mall_recipe: Recipe, first: MLModel, table: CustomerTable
    ) -> None:
        nameless = replace(table, headers={})
        trained = train(mall_recipe, nameless, Plan(5, 42, 2, 2), first, Numbering(2, 5), earlier=table)
        assert MOVES not in trained.files
        assert trained.model.document.data.has_ids is False
        assert first.document.data.has_ids is True


def with_centroids(model: MLModel, centroids: Floats) -> MLModel:
    segments = tuple(
        segment.model_copy(update={"centroid": tuple(point)})
        for segment, point in zip(model.segments, np.asarray(centroids).tolist(), strict=True)
    )
    document = model.document.model_copy(update={"segments": segments, "version": 2})
    return MLModel(document, model.confidence, model.analysis)
