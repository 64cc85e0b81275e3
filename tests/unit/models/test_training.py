from __future__ import annotations

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

from app.core.errors import TableInvalid, TrainingUnsound
from app.models import version_files
from app.models.artifact_store import Numbering, sha256
from app.models.choice_document import ChoiceDocument
from app.models.customer_table import CustomerTable, read_customer_table
from app.models.kmeans_fit import Floats, Labels, PickledPair
from app.models.ml_model import MLModel
from app.models.recipe import Recipe
from app.models.training import Trained, train
from app.models.version_files import Plan
from data.generators import mall

FEW = (3, 3)  # tables without groups, resamples
NAMES = ["Average Customer", "VIP / Whale", "Young Trendsetter", "High Earner Saver", "Budget Conscious"]


@pytest.fixture(scope="module")
def table(mall_recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> CustomerTable:
    path = tmp_path_factory.mktemp("table") / "mall_customers.csv"
    mall.write(path)
    return read_customer_table(path, mall_recipe)


@pytest.fixture(scope="module")
def first(mall_recipe: Recipe, table: CustomerTable) -> Trained:
    return train(mall_recipe, table, Plan(5, 42, *FEW), None, Numbering())


@pytest.fixture(scope="module")
def few(table: CustomerTable) -> CustomerTable:
    """The look-alike's five groups and a handful far off, which k-means gives a segment of their own."""
    away = np.array([[300.0, 99.0], [301.0, 98.0], [302.0, 99.0]])
    return replace(table, features=np.vstack([table.features, away]), profile={})


@pytest.fixture(scope="module")
def merged(mall_recipe: Recipe, few: CustomerTable) -> Trained:
    return train(mall_recipe, few, Plan(6, 42, *FEW), None, Numbering())


def table_of(table: CustomerTable, rows: list[tuple[float, float]]) -> CustomerTable:

    return replace(table, features=np.array(rows, dtype=float), profile={})


class TestTrain:
    def test_the_files_of_a_version(self, first: Trained) -> None:
        assert set(first.files) == {
            "model.json", "scaler.pkl", "kmeans_model.pkl", "analysis.json", "confidence.json", "curves.svg",
        }  # fmt: skip
        named = json.loads(first.files["model.json"])["files"]
        assert named == {name: sha256(c) for name, c in first.files.items() if name != "model.json"}

    def test_personas_are_in_their_places(self, first: Trained) -> None:
        centroids = {segment.name: segment.centroid for segment in first.model.segments}
        assert list(centroids) == NAMES
        corners = {name: tuple(np.sign(np.round(c)).tolist()) for name, c in centroids.items()}
        assert corners == dict(zip(NAMES, [(0, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)], strict=True))
        assert [segment.size for segment in first.model.segments] == [81, 39, 22, 35, 23]

    def test_every_row_has_its_segment(self, first: Trained, table: CustomerTable) -> None:
        assert len(first.row_segments) == 200
        for values, segment_id in zip(table.features.tolist(), first.row_segments, strict=True):
            assert first.model.segments[first.model.place(values).order[0]].segment_id == segment_id

    def test_the_pickled_pair_says_the_same(self, first: Trained, table: CustomerTable) -> None:
        scaler, kmeans = (pickle.loads(first.files[n]) for n in ("scaler.pkl", "kmeans_model.pkl"))
        assert kmeans.predict(scaler.transform(table.features)).tolist() == list(first.row_segments)
        assert not hasattr(kmeans, "labels_")

    def test_nobody_is_in_it(self, first: Trained) -> None:
        # of the 200 customers the maps' sample holds features and segment, in no file anything else
        analysis = json.loads(first.files["analysis.json"])
        assert set(analysis["sample"]) == {"features", "segment_ids", "is_all"}
        assert len(first.files["kmeans_model.pkl"]) < 2000
        assert b"CustomerID" not in b"".join(first.files.values())

    def test_a_chosen_number_says_no_more_than_its_scan(
        self, mall_recipe: Recipe, table: CustomerTable, first: Trained
    ) -> None:
        choice = ChoiceDocument(
            segments=5, code="nothing_to_see", p_value=0.4, text="", reasons=(), is_disputed=False,
            answers={}, alternatives=(),
        )  # fmt: skip
        found = train(mall_recipe, table, Plan(5, 42, *FEW, choice=choice), None, Numbering())
        assert first.model.document.verdict.code != "nothing_to_see"
        verdict = found.model.document.verdict
        assert (verdict.code, verdict.p_value) == ("nothing_to_see", 0.4)

    def test_the_same_again(self, mall_recipe: Recipe, table: CustomerTable, first: Trained) -> None:
        again = train(mall_recipe, table, Plan(5, 42, *FEW), None, Numbering())
        assert again.row_segments == first.row_segments
        assert {name: c for name, c in again.files.items() if name != "model.json"} == {
            name: c for name, c in first.files.items() if name != "model.json"
        }
        moment = again.model.document.trained_at
        assert first.model.document.model_copy(update={"trained_at": moment}) == again.model.document

    def test_retraining_keeps_ids(self, mall_recipe: Recipe, table: CustomerTable, first: Trained) -> None:
        again = train(mall_recipe, table, Plan(5, 7, *FEW), first.model, Numbering(2, 5))
        assert again.model.label == "mall/2"
        assert again.row_segments == first.row_segments
        assert again.model.document.lineage.previous == "mall/1"
        assert again.next_segment_id == 5

    @pytest.mark.slow
    def test_four_and_then_five(self, mall_recipe: Recipe, table: CustomerTable, first: Trained) -> None:
        four = train(mall_recipe, table, Plan(4, 42, *FEW), first.model, Numbering(2, 5))
        five = train(mall_recipe, table, Plan(5, 42, *FEW), four.model, Numbering(3, four.next_segment_id))
        for found, k in ((four, 4), (five, 5)):
            names = [segment.name for segment in found.model.segments]
            assert len(set(names)) == len(set(found.row_segments)) == k
        retired = set(four.model.document.lineage.retired)
        assert retired
        assert not retired & {segment.segment_id for segment in five.model.segments}

    @pytest.mark.parametrize("k", [2, 3, 6, 8])
    @pytest.mark.slow
    def test_another_number_of_segments(self, mall_recipe: Recipe, table: CustomerTable, k: int) -> None:
        found = train(mall_recipe, table, Plan(k, 42, *FEW), None, Numbering())
        assert len({segment.name for segment in found.model.segments}) == k
        assert not {segment.name for segment in found.model.segments} & set(NAMES)
        assert [point.k for point in found.model.analysis.curves] == list(range(2, 11))

    def test_progress_is_told(self, mall_recipe: Recipe, table: CustomerTable) -> None:
        told: list[tuple[str, float]] = []
        plan = Plan(2, 42, *FEW)
        train(mall_recipe, table, plan, None, Numbering(), lambda words, share: told.append((words, share)))
        assert told[0] == ("fitting", 0.0)
        assert told[-1] == ("trained", 1.0)
        stages = list(dict.fromkeys(words for words, _ in told))
        assert len(stages) == 5
        for stage in stages:
            shares = [share for words, share in told if words == stage]
            assert shares == sorted(shares)
            assert 0 <= shares[0] <= shares[-1] <= 1

    def test_few_customers(self, mall_recipe: Recipe, table: CustomerTable) -> None:
        rows = [(10.0, 10.0), (11.0, 10.0), (90.0, 90.0), (91.0, 90.0)]
        found = train(mall_recipe, table_of(table, rows * 3), Plan(2, 42, *FEW), None, Numbering())
        assert isinstance(found.model, MLModel)
        assert [point.k for point in found.model.analysis.curves] == [2, 3]


class TestLeastSize:
    def test_nobody_is_missing_and_no_segment_is_too_small(self, merged: Trained, few: CustomerTable) -> None:
        document = merged.model.document
        sizes = [segment.size for segment in document.segments]
        assert min(sizes) >= 5
        assert sum(sizes) == len(merged.row_segments) == len(few.features) == 203
        assert document.merged is not None
        assert (document.merged.segments, document.merged.least_size) == (6, 5)
        assert len(sizes) < 6

    def test_the_price_is_that_of_the_model_that_serves(self, merged: Trained) -> None:
        document = merged.model.document
        assert document.merged is not None
        assert document.merged.inertia == document.metrics.inertia > document.merged.inertia_before
        curve = {point.k: point.inertia for point in merged.model.analysis.curves}
        assert curve[len(document.segments)] == document.metrics.inertia

    def test_all_forms_of_the_model_say_the_same(self, merged: Trained, few: CustomerTable) -> None:
        scaler, kmeans = (pickle.loads(merged.files[n]) for n in ("scaler.pkl", "kmeans_model.pkl"))
        labels = kmeans.predict(scaler.transform(few.features))
        ids = [segment.segment_id for segment in merged.model.segments]
        assert [ids[label] for label in labels] == list(merged.row_segments)
        assert kmeans.inertia_ == merged.model.document.metrics.inertia
        for values, segment_id in zip(few.features.tolist(), merged.row_segments, strict=True):
            assert ids[merged.model.place(values).order[0]] == segment_id
        assert merged.model.document.proof.disagreements == 0

    def test_the_evidence_is_of_models_made_in_the_same_way(self, merged: Trained) -> None:
        k = len(merged.model.segments)
        refits = json.loads(merged.files["confidence.json"])["refits"]
        assert {len(refit) for refit in refits} == {k}

    def test_the_recipe_may_let_them_be(self, mall_recipe: Recipe, few: CustomerTable) -> None:
        lenient = mall_recipe.model_copy(update={"least_size": 3})
        found = train(lenient, few, Plan(6, 42, *FEW), None, Numbering())
        assert found.model.document.merged is None
        assert min(segment.size for segment in found.model.segments) == 3

    def test_the_verdict_names_the_number_that_serves(self, mall_recipe: Recipe, few: CustomerTable) -> None:
        choice = ChoiceDocument(
            segments=6, code="useful_slices", p_value=0.4, text="", reasons=(), is_disputed=False,
            answers={}, alternatives=(),
        )  # fmt: skip
        found = train(mall_recipe, few, Plan(6, 42, *FEW, choice=choice), None, Numbering())
        k = len(found.model.segments)
        assert f"These {k} segments" in found.model.document.verdict.text

    def test_two_that_cannot_both_be_large_enough(self, mall_recipe: Recipe, few: CustomerTable) -> None:
        strict = mall_recipe.model_copy(update={"least_size": 102})
        with pytest.raises(TableInvalid, match="no two segments of at least 102 customers"):
            train(strict, few, Plan(3, 42, *FEW), None, Numbering())


class TestRefusals:
    def test_fewer_than_the_segments_need(self, mall_recipe: Recipe, table: CustomerTable) -> None:
        rows = [(float(x), 50.0 + x) for x in range(9)] * 5
        with pytest.raises(TableInvalid, match=r"5 segments need at least 10 different customers; .* has 9"):
            train(mall_recipe, table_of(table, rows), Plan(5, 42, *FEW), None, Numbering())

    def test_a_feature_that_never_changes(self, mall_recipe: Recipe, table: CustomerTable) -> None:
        rows = [(float(x), 50.0) for x in range(40)]
        with pytest.raises(TableInvalid, match="Spending score is the same in every row"):
            train(mall_recipe, table_of(table, rows), Plan(5, 42, *FEW), None, Numbering())

    def test_two_forms_that_disagree(
        self, mall_recipe: Recipe, table: CustomerTable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Turned(PickledPair):
            def predict(self, rows: Floats) -> Labels:
                return 4 - super().predict(rows)

        monkeypatch.setattr(version_files, "PickledPair", Turned)
        with pytest.raises(TrainingUnsound, match="differ on"):
            train(mall_recipe, table, Plan(5, 42, *FEW), None, Numbering())
