from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from app.core.config import Settings
from app.core.errors import DatasetNotFound
from app.models.records.job import JobRecord
from app.models.search.drafts import Draft
from app.models.search.search import Found, Trial, search_drafts
from app.models.segment_count.criteria import Measures
from app.schemas.search import SearchRead
from app.services import search_work
from app.services.dataset_files import DatasetFiles
from app.services.search_work import SearchWork, advice
from tests.unit.models.search.example_columns import groups

ROWS = 120


@pytest.fixture
def files(settings: Settings) -> DatasetFiles:
    """One table of three groups in two columns, beside a region that says nothing."""
    files = DatasetFiles(settings)
    path: Path = files.table_of("a-table")
    path.parent.mkdir(parents=True)
    rows = np.column_stack([np.asarray(column) for column in groups(ROWS).values()])
    cells = ", ".join(f"({place}, {x}, {y})" for place, (x, y) in enumerate(rows.tolist(), start=1))
    query = f'SELECT n AS "row", x::DOUBLE AS spend, y::DOUBLE AS visits FROM (VALUES {cells}) AS t(n, x, y)'
    duckdb.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return files


def job(dataset_id: str = "a-table") -> JobRecord:
    columns = [
        {"column": name, "kind": "number", "transform": "none", "weight": 1.0} for name in ("spend", "visits")
    ]
    return JobRecord(
        id="a-job", kind="search", payload={"dataset_id": dataset_id, "seed": 1, "columns": columns}
    )


class TestSearchWork:
    def test_it_reports_what_was_tried(self, files: DatasetFiles, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(search_work, "search_drafts", partial(search_drafts, most=3))
        told: list[float] = []
        outcome = SearchWork(files)(job(), lambda share, words: told.append(share))
        read = SearchRead.model_validate(outcome.result)
        assert (read.dataset_id, read.table_rows, read.sampled_rows) == ("a-table", ROWS, ROWS)
        draft = read.drafts[0]
        assert (draft.key, draft.segments, draft.verdict) == ("suggested", 3, "separate_groups")
        assert [column.column for column in draft.columns] == ["spend", "visits"]
        assert draft.clearness is not None
        assert draft.clearness > 0.4
        assert told == sorted(told)
        assert told[-1] == 1.0

    def test_whales_have_no_say(self, files: DatasetFiles, monkeypatch: pytest.MonkeyPatch) -> None:
        path = files.table_of("a-table")
        whales = 'SELECT 1000 + i AS "row", 9000.0 + i AS spend, 5.0 AS visits FROM range(2) AS r(i)'
        duckdb.execute(f"CREATE TEMP TABLE more AS SELECT * FROM '{path}' UNION ALL {whales}")
        duckdb.execute(f"COPY more TO '{path}' (FORMAT parquet)")
        duckdb.execute("DROP TABLE more")
        monkeypatch.setattr(search_work, "search_drafts", partial(search_drafts, most=3))
        asked = job()
        asked.payload = asked.payload | {"exceptional": True}
        read = SearchRead.model_validate(SearchWork(files)(asked, lambda share, words: None).result)
        assert (read.table_rows, read.sampled_rows, read.set_aside) == (ROWS + 2, ROWS, 2)
        assert read.drafts[0].rows == ROWS
        assert (read.drafts[0].segments, read.drafts[0].verdict) == (3, "separate_groups")

    def test_a_table_that_is_gone(self, files: DatasetFiles) -> None:
        with pytest.raises(DatasetNotFound):
            SearchWork(files)(job("another"), lambda share, words: None)


class TestAdvice:
    @staticmethod
    def of(chosen: int, *verdicts: str) -> str:
        trials = tuple(
            Trial(
                draft=Draft(f"key-{place}", f"Title {place}", ()),
                rows=100,
                segments=3 + place,
                code=code,
                p_value=0.01,
                clearness=0.5,
                error=0.1,
                at=Measures(3, 1.0, 1.0, 0.1, 0.3),
            )
            for place, code in enumerate(verdicts)
        )
        return advice(Found(trials, chosen, {}, 198))

    @pytest.mark.parametrize(
        ("chosen", "verdicts", "words"),
        [
            (0, ("useful_slices", "nothing_to_see"), "No combination of columns shows separate groups"),
            (0, ("separate_groups", "separate_groups"), "Keep the draft as suggested: it shows 3 separate"),
            (1, ("useful_slices", "separate_groups"), "Take “Title 1”: it shows 4 separate groups, and the"),
            (
                1,
                ("separate_groups", "separate_groups"),
                "clearly farther apart than the 3 of the suggested",
            ),
        ],
    )
    def test_words(self, chosen: int, verdicts: tuple[Any, ...], words: str) -> None:
        assert words in self.of(chosen, *verdicts)
