"""The exceptional on the pages of versions: counted beside the others, and followed from one to the next."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from app.services.training_service import TrainingService
from tests.conftest import settings_in
from tests.views.page_text import text_of

CHANGED = 5
MOVES = "/api/v1/recipes/lifestyle/versions/2/moves"


@pytest.fixture(scope="module")
def client(shoppers_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with two versions: before the second, some exceptional shoppers became like all others."""
    folder = tmp_path_factory.mktemp("exceptional")
    shutil.copytree(shoppers_once, folder, dirs_exist_ok=True)
    settings = settings_in(folder)
    TrainingService(settings, 1, 3).train("lifestyle", calmed(settings))
    with TestClient(create_app(settings)) as client:
        yield client


def calmed(settings: Settings) -> Path:
    with (settings.processed_dir / "lifestyle_segments.csv").open(encoding="utf-8", newline="") as file:
        labelled = list(csv.DictReader(file))
    apart = [row["Customer ID"] for row in labelled if row["segment"] == "Exceptional"]
    usual = next(row["Customer ID"] for row in labelled if row["segment"] != "Exceptional")
    with (settings.raw_dir / "lifestyle_customers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (like,) = (row for row in rows if row["Customer ID"] == usual)
    for row in rows:
        if row["Customer ID"] in apart[:CHANGED]:
            row.update(like | {"Customer ID": row["Customer ID"]})
    path = settings.raw_dir / "calmed.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def card(client: TestClient) -> Any:
    return client.get("/api/v1/recipes/lifestyle/versions/2").json()


class TestSizes:
    def test_on_the_page_of_the_versions(self, client: TestClient, card: Any) -> None:
        text = text_of(client.get("/models?recipe=lifestyle").text)
        assert "Customers 988 of 1,000" in text
        assert "Exceptional 12 1 %" in text
        size = card["exceptional"]["size"]
        assert f"Customers {1000 - size} of 1,000" in text
        assert sum(segment["size"] for segment in card["segments"]) + size == 1000

    def test_on_the_model_card(self, client: TestClient, card: Any) -> None:
        size = card["exceptional"]["size"]
        told = f"{1000 - size} of 1,000 make the segments; the other {size} are the segment Exceptional"
        assert told in text_of(client.get("/recipes/lifestyle/about").text)


class TestMoves:
    def test_who_changed_and_whom_the_model_let_in_are_told_apart(
        self, client: TestClient, card: Any
    ) -> None:
        moves = client.get(MOVES).json()
        assert moves["basis"] == "joined"
        assert moves["customers"] == 1000
        (apart,) = (s["segment_id"] for s in moves["segments"] if s.get("is_exceptional"))
        assert apart == card["exceptional"]["segment_id"]
        left = [c for c in moves["cells"] if c["from_segment"] == apart != c["to_segment"]]
        assert sum(c["by_data"] + c["by_both"] for c in left) == CHANGED
        came = [c for c in moves["cells"] if c["to_segment"] == apart != c["from_segment"]]
        assert sum(c["by_data"] + c["by_both"] for c in came) == 0
        stayed = next(c for c in moves["cells"] if c["from_segment"] == c["to_segment"] == apart)
        arrived = sum(c["customers"] for c in came)
        assert stayed["customers"] + arrived == card["exceptional"]["size"]
        assert stayed["customers"] + sum(c["customers"] for c in left) == 12

    def test_on_the_page(self, client: TestClient) -> None:
        text = text_of(client.get("/models?recipe=lifestyle&moves=2").text)
        assert "ceased to be exceptional: 5 because they changed" in text
        assert client.get(MOVES).json()["text"] in text
