from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.customer_table import CustomerTable, read_customer_table
from app.models.labelled_table import write_labelled_table
from app.models.recipe import Recipe, get_recipe
from app.utils.safe_text import defuse
from data.generators.mall import write

NAMES = {1: "Average", 2: "VIP / Whale"}


@pytest.fixture(scope="module")
def mall() -> Recipe:
    return get_recipe("mall")


def table_of(ids: tuple[str, ...]) -> CustomerTable:
    n = len(ids)
    features = np.column_stack([np.arange(n) + 15.0, np.arange(n) + 0.5])
    profile = {"age": np.full(n, np.nan), "women": np.arange(n) % 2 * 1.0}
    return CustomerTable(ids, features, profile, "", None, {})


class TestWriteLabelledTable:
    def test_text(self, tmp_path: Path, mall: Recipe) -> None:
        path = tmp_path / "labelled.csv"
        write_labelled_table(path, table_of(("00123", "Zoë")), mall, [2, 1], NAMES)
        assert path.read_bytes().decode("utf-8") == (
            "CustomerID,Annual Income (k$),Spending Score (1-100),Age,Gender,segment_id,segment\n"
            "00123,15,0.5,,male,2,VIP / Whale\n"
            "Zoë,16,1.5,,female,1,Average\n"
        )

    def test_reads_back_as_the_same_table(self, tmp_path: Path, mall: Recipe) -> None:
        write(tmp_path / "raw.csv")
        table = read_customer_table(tmp_path / "raw.csv", mall)
        write_labelled_table(tmp_path / "labelled.csv", table, mall, [1] * 200, NAMES)
        again = read_customer_table(tmp_path / "labelled.csv", mall)
        assert (again.fingerprint, again.ids) == (table.fingerprint, table.ids)

    def test_numpy_segments(self, tmp_path: Path, mall: Recipe) -> None:
        path = tmp_path / "labelled.csv"
        write_labelled_table(path, table_of(("a", "b")), mall, list(np.array([1, 2])), NAMES)
        assert path.read_text().endswith(",female,2,VIP / Whale\n")

    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=6))
    def test_row_accounting(
        self, mall: Recipe, tmp_path_factory: pytest.TempPathFactory, ids: list[str]
    ) -> None:
        path = tmp_path_factory.mktemp("rows") / "labelled.csv"
        write_labelled_table(path, table_of(tuple(ids)), mall, [1] * len(ids), NAMES)
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
        assert [row[0] for row in rows[1:]] == [defuse(customer) for customer in ids]

    def test_replaces_in_one_step_and_leaves_nothing_beside(self, tmp_path: Path, mall: Recipe) -> None:
        path = tmp_path / "labelled.csv"
        path.write_text("old")
        write_labelled_table(path, table_of(("a",)), mall, [1], NAMES)
        assert [file.name for file in tmp_path.iterdir()] == ["labelled.csv"]
        assert path.read_text() != "old"

    def test_refused_table_leaves_the_old_file(self, tmp_path: Path, mall: Recipe) -> None:
        path = tmp_path / "labelled.csv"
        path.write_text("old")
        with pytest.raises(ValueError, match="without a name"):
            write_labelled_table(path, table_of(("a",)), mall, [9], NAMES)
        with pytest.raises(ValueError, match="2 segments for 1 rows"):
            write_labelled_table(path, table_of(("a",)), mall, [1, 1], NAMES)
        assert path.read_text() == "old"
