from __future__ import annotations

import time
from typing import Any

import pytest

from app.core.config import Settings
from app.core.database import Database
from app.core.errors import TableInvalid
from app.models.records.column_mapping import ColumnMappingStore
from app.models.records.dataset import DatasetStore
from app.models.records.job import JobRecord, JobStore
from app.services.dataset_files import DatasetFiles
from app.services.dataset_work import DryRunWork, ImportWork
from app.services.job_worker import Outcome

TABLE = "id;income\n" + "".join(f"k{n:02d};{n},5\n" for n in range(12))
DOUBTFUL = "id,income\n" + "".join(f"k{n},1.{n}\n" for n in range(100, 120))
FIRST, SECOND = (f"6a0f4b4e-0000-4000-8000-00000000000{n}" for n in (1, 2))


def job(settings: Settings, content: str, job_id: str = FIRST, **changed: Any) -> JobRecord:
    upload, path = DatasetFiles(settings).make_upload()
    path.write_text(content, encoding="utf-8")
    asked: dict[str, Any] = {
        "upload": upload,
        "file_name": "a.csv",
        "choices": {},
        "name": "A",
        "parent_id": None,
        "lineage": None,
    }
    return JobRecord(id=job_id, kind="import", payload=asked | changed)


def publish(database: Database, outcome: Outcome) -> None:
    with database.writing() as session:
        outcome.publish(session)


def test_progress_goes_up(settings: Settings, database: Database) -> None:
    told: list[tuple[float, str]] = []
    work = ImportWork(settings, database)
    work(job(settings, TABLE), lambda share, words: told.append((share, words)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert told[0][1] == "looking at the columns: 12 rows"
    assert "taking in: 12 of 12 rows" in [words for _, words in told]


def test_begun_again_it_begins_anew(settings: Settings, database: Database) -> None:
    work, asked = ImportWork(settings, database), job(settings, TABLE)
    work(asked, lambda share, words: None)
    outcome = work(asked, lambda share, words: None)
    assert DatasetFiles(settings).list_unlisted(time.time() + 60) == [FIRST]
    publish(database, outcome)
    outcome.afterwards()
    with database.reading() as session:
        (dataset,) = DatasetStore(session).list_datasets(5).rows
    assert (dataset.id, dataset.rows, outcome.result) == (FIRST, 12, {"dataset_id": FIRST})
    assert [path.name for path in settings.datasets_dir.iterdir()] == [FIRST]
    assert list(settings.uploads_dir.iterdir()) == []


def test_an_upload_that_another_job_waits_for_stays(settings: Settings, database: Database) -> None:
    asked = job(settings, TABLE)
    with database.writing() as session:
        JobStore(session).enqueue("dry_run", asked.payload)
    outcome = ImportWork(settings, database)(asked, lambda share, words: None)
    publish(database, outcome)
    outcome.afterwards()
    assert DatasetFiles(settings).get_upload(asked.payload["upload"]).is_file()


def test_open_questions_and_files_without_a_good_row(settings: Settings, database: Database) -> None:
    work = ImportWork(settings, database)
    with pytest.raises(TableInvalid) as doubt:
        work(job(settings, DOUBTFUL), lambda share, words: None)
    assert [fault.pointer for fault in doubt.value.faults] == ["/choices/decimals/income"]
    with pytest.raises(TableInvalid, match="no row"):
        work(job(settings, 'a,b\n"1,2\n'), lambda share, words: None)


def test_choices_are_remembered_by_the_header(settings: Settings, database: Database) -> None:
    chosen = {"decimals": {"income": "."}}
    publish(
        database, ImportWork(settings, database)(job(settings, DOUBTFUL, choices=chosen), lambda s, w: None)
    )
    with database.reading() as session:
        assert ColumnMappingStore(session).find_mapping("none") is None
    result = DryRunWork(settings, database)(job(settings, DOUBTFUL), lambda s, w: None).result
    assert (result["is_settled"], result["remembered"]) == (True, True)


def test_few_rows_are_read_like_the_many_before_them(settings: Settings, database: Database) -> None:
    work = ImportWork(settings, database)
    publish(database, work(job(settings, TABLE), lambda s, w: None))
    # alone, these ids would be numbers
    more = job(settings, "income;id\n7,5;90\n8,5;91\n", SECOND, parent_id=FIRST, lineage="appended")
    publish(database, work(more, lambda s, w: None))
    with database.reading() as session:
        assert DatasetStore(session).get_dataset(SECOND).rows == 14


def test_other_columns_cannot_be_appended(settings: Settings, database: Database) -> None:
    work = ImportWork(settings, database)
    publish(database, work(job(settings, TABLE), lambda s, w: None))
    more = job(settings, TABLE.replace("income", "spend"), SECOND, parent_id=FIRST, lineage="appended")
    with pytest.raises(TableInvalid, match="same columns"):
        work(more, lambda s, w: None)
