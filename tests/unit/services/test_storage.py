from __future__ import annotations

from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.errors import DatabaseUnavailable
from app.core.job_process import JobProcess
from app.services.recipe_service import RecipeService
from app.services.storage import Storage


@pytest.fixture
def knocks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(JobProcess, "wake", lambda self: heard.append("knock"))
    return heard


def with_worker(settings: Settings) -> Settings:
    return settings.model_copy(update={"job_worker": True})


def test_it_is_opened_once_and_not_before_it_is_needed(settings: Settings) -> None:
    storage = Storage(settings, RecipeService(settings))
    assert not settings.database_file.exists()
    assert storage.get_services() is storage.get_services()
    assert settings.database_file.exists()
    storage.close()


def test_work_wakes_the_process(settings: Settings, knocks: list[str]) -> None:
    storage = Storage(with_worker(settings), RecipeService(settings))
    storage.get_services().jobs.submit("training", {})
    assert knocks == ["knock"]
    storage.close()


def test_work_from_before_is_taken_up(settings: Settings, knocks: list[str]) -> None:
    Storage(with_worker(settings), RecipeService(settings)).resume()
    assert knocks == []
    first = Storage(settings, RecipeService(settings))
    first.get_services()
    first.close()
    first.resume()
    assert knocks == []
    Storage(with_worker(settings), RecipeService(settings)).resume()
    assert knocks == ["knock"]


def test_a_database_that_cannot_be_used_is_tried_again(settings: Settings, tmp_path: Path) -> None:
    settings.data_dir.write_text("no folder", encoding="utf-8")
    storage = Storage(settings, RecipeService(settings))
    with pytest.raises(DatabaseUnavailable):
        storage.get_services()
    settings.data_dir.unlink()
    assert storage.get_services().jobs.list_jobs(1).jobs == []
    storage.close()
