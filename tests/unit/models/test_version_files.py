from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.models.artifact_store import Numbering, sha256
from app.models.customer_table import CustomerTable, read_customer_table
from app.models.evidence import compare_with_nulls, resample
from app.models.kmeans_fit import fit_kmeans, fit_scaling
from app.models.recipe import Recipe
from app.models.succession import succeed
from app.models.version_files import Findings, Plan, version_files

PLAN = Plan(3, 42, null_draws=2, refits=3)


@pytest.fixture(scope="module")
def table(mall_recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> CustomerTable:
    """Twelve customers in three groups."""
    path = tmp_path_factory.mktemp("table") / "table.csv"
    rng = np.random.default_rng(1)
    centres = np.repeat([(20, 20), (60, 80), (90, 30)], 4, axis=0)
    rows = (centres + rng.uniform(-5, 5, size=centres.shape)).round(1).tolist()
    lines = [f"C{n:03},{income},{score}" for n, (income, score) in enumerate(rows)]
    path.write_text("\n".join(["id,income,score", *lines]), encoding="utf-8")
    return read_customer_table(path, mall_recipe)


@pytest.fixture(scope="module")
def files(mall_recipe: Recipe, table: CustomerTable) -> dict[str, bytes]:
    scaling = fit_scaling(table.features)
    z = scaling.apply(table.features)
    fit = fit_kmeans(z, PLAN.k, PLAN.seed)
    succession = succeed(mall_recipe, table.features, scaling, fit, None, Numbering(9, 40))
    fit = fit.in_order(succession.order)
    null = compare_with_nulls(z, fit, PLAN.seed, PLAN.null_draws)
    stability = resample(z, fit, PLAN.seed, PLAN.refits)
    every = np.arange(len(z))
    found = Findings(mall_recipe, table, PLAN, scaling, z, fit, every, succession, None, null, stability)
    return version_files(found, 9)


@pytest.fixture
def model(files: dict[str, bytes]) -> Any:
    return json.loads(files["model.json"])


class TestVersionFiles:
    def test_the_model_names_the_others_by_their_hashes(self, files: dict[str, bytes], model: Any) -> None:
        others = {name: content for name, content in files.items() if name != "model.json"}
        assert model["files"] == {name: sha256(content) for name, content in others.items()}
        assert set(others) == {
            "scaler.pkl",
            "kmeans_model.pkl",
            "analysis.json",
            "confidence.json",
            "curves.svg",
        }

    def test_what_and_when_and_by_what(self, model: Any, table: CustomerTable) -> None:
        assert (model["format"], model["recipe"], model["version"], model["seed"]) == (1, "mall", 9, 42)
        assert model["trained_at"].endswith("Z")
        assert model["libraries"]["python"] == platform.python_version()
        assert model["libraries"]["numpy"] == version("numpy")
        assert model["data"] == {
            "title": "a table of mall customers", "rows": 12, "fingerprint": table.fingerprint,
            "has_ids": True,
        }  # fmt: skip

    def test_features_hold_bounds_and_what_was_learned(self, model: Any, table: CustomerTable) -> None:
        income, score = model["features"]
        assert (income["name"], income["minimum"], income["maximum"]) == ("annual_income", 0.0, 1000.0)
        assert income["mean"] == pytest.approx(table.features[:, 0].mean())
        assert score["scale"] == pytest.approx(table.features[:, 1].std())
        assert (score["training_min"], score["training_max"]) == (
            table.features[:, 1].min(), table.features[:, 1].max(),
        )  # fmt: skip

    def test_segments_carry_the_ids_that_follow(self, model: Any) -> None:
        assert [segment["segment_id"] for segment in model["segments"]] == [40, 41, 42]
        assert [segment["size"] for segment in model["segments"]] == [4, 4, 4]
        assert model["lineage"]["born"] == [40, 41, 42]

    def test_curves_go_as_far_as_the_customers_do(self, files: dict[str, bytes]) -> None:
        analysis = json.loads(files["analysis.json"])
        assert [point["k"] for point in analysis["curves"]] == list(range(2, 11))
        assert (analysis["refits"], analysis["null_test"]["draws"]) == (3, 2)

    def test_refits_are_in_the_shape_of_the_centroids(self, files: dict[str, bytes]) -> None:
        assert np.array(json.loads(files["confidence.json"])["refits"]).shape == (3, 3, 2)

    def test_the_proof_is_told(self, model: Any) -> None:
        assert model["proof"]["disagreements"] == 0

    def test_no_customer_can_be_named(self, files: dict[str, bytes]) -> None:
        assert b"C00" not in b"".join(files.values())

    def test_it_is_text_that_people_can_read(self, files: dict[str, bytes], tmp_path: Path) -> None:
        assert files["model.json"].startswith(b'{\n  "format": 1,')
