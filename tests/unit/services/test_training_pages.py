from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from app.core.config import Settings
from app.core.errors import JobNotFound, RecipeNotFound
from app.services.recipe_service import RecipeService
from app.services.storage import Storage
from app.services.training_pages import ADVICE, TrainingPages
from tests.working import work_off


@pytest.fixture
def storage(trained: Settings) -> Iterator[Storage]:
    storage = Storage(trained, RecipeService(trained))
    yield storage
    storage.close()


@pytest.fixture
def pages(trained: Settings, storage: Storage) -> TrainingPages:
    return TrainingPages(RecipeService(trained), storage)


def test_looking_makes_no_database(trained: Settings, pages: TrainingPages) -> None:
    mall = RecipeService(trained).get_services("mall")
    assert [table.id for table in pages.list_tables(mall)] == [""]
    assert not trained.database_file.exists()


def test_a_database_that_does_not_answer_leaves_the_own_file(trained: Settings) -> None:
    away = trained.model_copy(update={"database_url": SecretStr("postgresql://nobody@127.0.0.1:1/none")})
    recipes = RecipeService(away)
    pages = TrainingPages(recipes, Storage(away, recipes))
    assert [table.id for table in pages.list_tables(recipes.get_services("mall"))] == [""]


def test_of_a_cancelled_one(pages: TrainingPages) -> None:
    job = pages.begin("mall", "", "")
    assert pages.begin("mall", "", "").id != job.id
    shown = pages.show(job.id)
    assert (shown.title, shown.words) == ("Finding the segments", "waiting for its turn")
    pages.cancel(job.id)
    page = pages.show(job.id)
    assert (page.title, page.trained, page.advice) == ("The training was cancelled", None, "")


def test_of_a_failed_one(trained: Settings, pages: TrainingPages) -> None:
    job = pages.begin("mall", "", "")
    (trained.raw_dir / "mall_customers.csv").write_text("x\n1\n", encoding="utf-8")
    work_off(trained)
    assert pages.show(job.id).advice == ADVICE["table_invalid"]


def test_a_deleted_version_keeps_the_numbers(trained: Settings, pages: TrainingPages) -> None:
    job = pages.begin("mall", "", "")
    work_off(trained)
    recipe = RecipeService(trained).get_services("mall")
    trained_now = pages.show(job.id).trained
    assert trained_now is not None
    assert trained_now.is_active
    assert all(segment.slot for segment in trained_now.segments)
    recipe.versions.roll_back()
    recipe.versions.delete_version(2)
    later = pages.show(job.id).trained
    assert later is not None
    assert not later.is_active
    assert [(s.size, s.slot) for s in later.segments] == [(s.size, 0) for s in trained_now.segments]


def test_what_is_not_there(pages: TrainingPages) -> None:
    with pytest.raises(RecipeNotFound):
        pages.begin("none", "", "")
    with pytest.raises(JobNotFound):
        pages.show("x")
    with pytest.raises(JobNotFound):
        pages.cancel("x")
