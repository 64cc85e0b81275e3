"""The files of a version: complete, in agreement, and without a customer in them."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

from app.core.config import Settings
from app.models.artifact_store import ArtifactStore, Numbering, sha256
from app.models.customer_table import CustomerTable, read_customer_table
from app.models.kmeans_fit import nearest
from app.models.ml_model import MLModel
from app.models.model_document import ANALYSIS, CONFIDENCE, KMEANS, MODEL, SCALER
from app.models.recipe import get_recipe
from app.models.training import train
from app.models.version_files import Plan


@pytest.fixture
def table(trained: Settings) -> CustomerTable:
    return read_customer_table(trained.raw_dir / "mall_customers.csv", get_recipe("mall"))


@pytest.fixture
def files(trained: Settings) -> dict[str, bytes]:
    return ArtifactStore(trained.artifacts_dir, "mall").read(1)


class TestFiles:
    def test_the_model_names_all_others_with_their_hashes(self, files: dict[str, bytes]) -> None:
        assert set(files) == {MODEL, ANALYSIS, CONFIDENCE, SCALER, KMEANS}
        named = json.loads(files[MODEL])["files"]
        assert named == {name: sha256(content) for name, content in files.items() if name != MODEL}

    def test_the_pickled_pair_places_every_customer_alike(
        self, files: dict[str, bytes], table: CustomerTable
    ) -> None:
        scaler, kmeans = pickle.loads(files[SCALER]), pickle.loads(files[KMEANS])
        model = MLModel.from_files(files)
        served = [model.place(row).order[0] for row in table.features.tolist()]
        assert kmeans.predict(scaler.transform(table.features)).tolist() == served

    def test_no_file_holds_a_row_per_customer_or_an_id(
        self, files: dict[str, bytes], table: CustomerTable
    ) -> None:
        assert not hasattr(pickle.loads(files[KMEANS]), "labels_")
        marked = replace(table, ids=tuple(f"canary-{number}" for number in table.ids))
        made = train(get_recipe("mall"), marked, Plan(5, 42, 1, 3), None, Numbering()).files
        assert all(b"canary" not in content for content in made.values())

    def test_the_same_table_and_seed_make_the_same_placements(self, table: CustomerTable) -> None:
        recipe = get_recipe("mall")
        first, second = (train(recipe, table, Plan(5, 42, 1, 3), None, Numbering()) for _ in range(2))
        assert first.row_segments == second.row_segments
        assert first.files[CONFIDENCE] == second.files[CONFIDENCE]

    def test_curves_run_from_two_to_ten_and_hold_the_fit_itself(self, files: dict[str, bytes]) -> None:
        model = MLModel.from_files(files)
        assert [point.k for point in model.analysis.curves] == list(range(2, 11))
        chosen = model.analysis.curves[3]
        assert chosen.model_dump(exclude={"k"}) == model.document.metrics.model_dump()

    def test_the_proof_stands_in_the_model(self, files: dict[str, bytes]) -> None:
        proof = MLModel.from_files(files).document.proof
        assert proof.disagreements == 0
        assert proof.points > proof.border_points > 0

    def test_rows_are_labelled_by_the_nearest_centroid(self, table: CustomerTable) -> None:
        made = train(get_recipe("mall"), table, Plan(5, 42, 1, 3), None, Numbering())
        features = made.model.document.features
        z = (table.features - [f.mean for f in features]) / [f.scale for f in features]
        centroids = [segment.centroid for segment in made.model.segments]
        ids = [segment.segment_id for segment in made.model.segments]
        labels = nearest(z, np.array(centroids))
        assert [ids[label] for label in labels.tolist()] == list(made.row_segments)
