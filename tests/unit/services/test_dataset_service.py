from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.errors import DatasetNotFound, UploadNotFound
from app.schemas.dataset import DatasetRead, ImportChoices
from app.services.dataset_service import DatasetService, Lineage
from app.services.storage import StoredServices
from tests.working import work_off

TABLE = "id;income\n" + "".join(f"k{n};{n},5\n" for n in range(12))
NOBODY = "6a0f4b4e-0000-4000-8000-000000000000"


@pytest.fixture
def datasets(stored: StoredServices) -> DatasetService:
    return stored.datasets


@pytest.fixture
def dataset(datasets: DatasetService, settings: Settings) -> DatasetRead:
    upload, path = datasets.make_upload()
    path.write_text(TABLE, encoding="utf-8")
    job = datasets.take_in(upload, "kunden.csv", ImportChoices(), "Kunden")
    work_off(settings)
    return datasets.get_dataset(job.id)


def test_a_dry_run_keeps_the_upload(
    datasets: DatasetService, stored: StoredServices, settings: Settings
) -> None:
    upload, path = datasets.make_upload()
    path.write_text(TABLE, encoding="utf-8")
    job = datasets.try_out(upload, "kunden.csv", ImportChoices())
    work_off(settings)
    result = stored.jobs.get_job(job.id).result or {}
    assert (result["upload"], result["accepted"]) == (upload, 12)
    assert path.exists()
    assert datasets.list_datasets(5).datasets == []


def test_what_was_taken_in(datasets: DatasetService, dataset: DatasetRead) -> None:
    assert (dataset.name, dataset.rows, dataset.source["delimiter"]) == ("Kunden", 12, ";")
    assert datasets.list_datasets(5).datasets == [dataset]
    assert datasets.read_rows(dataset.id, 0, 1, "").rows == [[1, "k0", 0.5]]
    assert [column["name"] for column in datasets.get_summary(dataset.id).columns] == ["id", "income"]
    assert datasets.rejected_rows(dataset.id)[1].read_text(encoding="utf-8").count("\n") == 1


def test_the_csv_is_the_callers_to_remove(datasets: DatasetService, dataset: DatasetRead) -> None:
    name, path = datasets.write_csv(dataset.id)
    assert (name, path.read_text(encoding="utf-8").splitlines()[1]) == ("Kunden", "k0,0.5")
    path.unlink()


def test_rename_and_delete(datasets: DatasetService, dataset: DatasetRead, settings: Settings) -> None:
    assert datasets.rename_dataset(dataset.id, "Other").name == "Other"
    datasets.delete_dataset(dataset.id)
    assert list(settings.datasets_dir.iterdir()) == []
    with pytest.raises(DatasetNotFound):
        datasets.get_dataset(dataset.id)


def test_what_is_not_there(datasets: DatasetService) -> None:
    with pytest.raises(UploadNotFound):
        datasets.try_out(NOBODY, "x", ImportChoices())
    upload, path = datasets.make_upload()
    path.touch()
    with pytest.raises(DatasetNotFound):
        datasets.take_in(upload, "x", ImportChoices(), "x", NOBODY, "appended")


@pytest.mark.parametrize("gone", ["accepted.parquet", "rejected.csv", "summary.json"])
def test_files_that_are_gone(
    datasets: DatasetService, dataset: DatasetRead, settings: Settings, gone: str
) -> None:
    Path(settings.datasets_dir / dataset.id / gone).unlink()
    ask: Callable[[], object] = {
        "accepted.parquet": lambda: datasets.read_rows(dataset.id, 0, 1, ""),
        "rejected.csv": lambda: datasets.rejected_rows(dataset.id),
        "summary.json": lambda: datasets.get_summary(dataset.id),
    }[gone]
    with pytest.raises(DatasetNotFound, match="gone"):
        ask()


def take_again(
    datasets: DatasetService, settings: Settings, content: str, parent_id: str | None = None
) -> DatasetRead:
    upload, path = datasets.make_upload()
    path.write_text(content, encoding="utf-8")
    lineage: Lineage | None = "replaced" if parent_id else None
    job = datasets.take_in(upload, "again.csv", ImportChoices(), "Again", parent_id, lineage)
    work_off(settings)
    return datasets.get_dataset(job.id)


def test_what_came_after_a_table(datasets: DatasetService, dataset: DatasetRead, settings: Settings) -> None:
    assert datasets.list_successors(dataset.id) == []
    later = take_again(datasets, settings, TABLE + "k99;99,5\n", dataset.id)
    assert datasets.list_successors(dataset.id) == [later]
