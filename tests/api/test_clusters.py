"""GET /api/v1/clusters and /api/v1/clusters/info."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.core.palette import SEGMENT_COLOURS
from tests.api.problems import problem_of

PERSONAS = ["Average Customer", "VIP / Whale", "Young Trendsetter", "High Earner Saver", "Budget Conscious"]


class TestClusters:
    def test_every_segment(self, shared_client: TestClient) -> None:
        answer = shared_client.get("/api/v1/clusters")
        assert answer.status_code == 200
        body = answer.json()
        assert list(body) == ["model_version", "segments"]
        assert body["model_version"] == "mall/1"
        assert [segment["segment_id"] for segment in body["segments"]] == [0, 1, 2, 3, 4]
        for segment in body["segments"]:
            assert list(segment) == ["segment_id", "name", "size", "share", "stability", "columns"]
            assert 0 <= segment["stability"] <= 1
            assert list(segment["columns"]) == ["annual_income", "spending_score", "age", "women"]
            for column in segment["columns"].values():
                assert set(column) == {"n", "mean", "sd", "median", "min", "max", "ci95"}

    def test_sizes_are_the_look_alikes(self, shared_client: TestClient) -> None:
        segments = shared_client.get("/api/v1/clusters").json()["segments"]
        sizes = {segment["name"]: segment["size"] for segment in segments}
        assert sizes == dict(zip(PERSONAS, [81, 39, 22, 35, 23], strict=True))
        assert sum(segment["share"] for segment in segments) == pytest.approx(1, abs=1e-12)

    def test_numbers_are_those_of_the_labelled_table(
        self, shared_client: TestClient, trained_once: Path
    ) -> None:
        table = trained_once / "data" / "processed" / "mall_segments.csv"
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for segment in shared_client.get("/api/v1/clusters").json()["segments"]:
            own = [row for row in rows if int(row["segment_id"]) == segment["segment_id"]]
            assert len(own) == segment["size"]
            incomes = np.array([float(row["Annual Income (k$)"]) for row in own])
            told = segment["columns"]["annual_income"]
            assert (told["min"], told["max"]) == (incomes.min(), incomes.max())
            assert told["mean"] == pytest.approx(incomes.mean())
            assert told["sd"] == pytest.approx(incomes.std(ddof=1))
            assert told["ci95"][0] <= told["mean"] <= told["ci95"][1]

    def test_no_model(self, empty_client: TestClient) -> None:
        problem_of(empty_client.get("/api/v1/clusters"), 503, "model_unavailable")


class TestClustersInfo:
    def test_every_segment(self, shared_client: TestClient) -> None:
        answer = shared_client.get("/api/v1/clusters/info")
        assert answer.status_code == 200
        body = answer.json()
        assert body["model_version"] == "mall/1"
        assert [segment["name"] for segment in body["segments"]] == PERSONAS
        assert [segment["segment_id"] for segment in body["segments"]] == [0, 1, 2, 3, 4]
        for segment in body["segments"]:
            assert segment["description"]
            assert len(segment["strategy"]) >= 2
            assert segment["color"] in SEGMENT_COLOURS
        assert len({segment["color"] for segment in body["segments"]}) == 5

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("Average Customer", ["standard promotions", "loyalty"]),
            ("VIP / Whale", ["premium products", "exclusive offers"]),
            ("Young Trendsetter", ["trends", "social media"]),
            ("High Earner Saver", ["quality products", "investment"]),
            ("Budget Conscious", ["discounts", "clearance"]),
        ],
    )
    def test_strategies_fit_the_personas(
        self, shared_client: TestClient, name: str, words: list[str]
    ) -> None:
        segments = shared_client.get("/api/v1/clusters/info").json()["segments"]
        strategy = " ".join(next(s["strategy"] for s in segments if s["name"] == name)).lower()
        assert [word for word in words if word not in strategy] == []

    def test_ages_are_told_of_the_training_table_only(self, shared_client: TestClient) -> None:
        for segment in shared_client.get("/api/v1/clusters/info").json()["segments"]:
            assert re.search(r"\bmean age \d+", segment["in_training"])
            for text in (segment["description"], *segment["strategy"]):
                assert not re.search(r"\b(age|aged|young|old|years|women|men)\b", text, re.IGNORECASE)

    def test_no_model(self, empty_client: TestClient) -> None:
        problem_of(empty_client.get("/api/v1/clusters/info"), 503, "model_unavailable")
