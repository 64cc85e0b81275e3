from __future__ import annotations

import shutil
import threading
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.errors import RecipeExists, RecipeInvalid, RecipeNotFound
from app.models.recipe import SHIPPED, recipe_names
from app.schemas.page import Frame
from app.services import recipe_service
from app.services.recipe_service import RecipeService
from tests.own_recipes import train_own, write_own


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.recipes_dir.mkdir(parents=True)
    return settings


def add_recipe(settings: Settings, name: str) -> None:
    text = (SHIPPED / "mall.toml").read_text(encoding="utf-8")
    path = settings.recipes_dir / f"{name}.toml"
    path.write_text(text.replace('name = "mall"', f'name = "{name}"', 1), encoding="utf-8")


class TestGetServices:
    def test_they_are_made_once(self, settings: Settings) -> None:
        service = RecipeService(settings)
        assert service.get_services("mall") is service.get_services("mall")

    def test_there_is_no_such_recipe(self, settings: Settings) -> None:
        with pytest.raises(RecipeNotFound, match="nothing"):
            RecipeService(settings).get_services("nothing")

    def test_a_recipe_added_later_is_found(self, settings: Settings) -> None:
        service = RecipeService(settings)
        add_recipe(settings, "outlet")
        assert service.get_services("outlet").recipe.name == "outlet"

    def test_threads_that_ask_at_once_all_get_an_answer(self, settings: Settings) -> None:
        service, answers = RecipeService(settings), []
        threads = [
            threading.Thread(target=lambda: answers.append(service.get_services("mall").recipe.name))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == ["mall"] * 8


class TestFindFaults:
    def test_each_is_found_and_told_of_once(self, settings: Settings) -> None:
        told: list[tuple[str, str]] = []
        service = RecipeService(settings, lambda event, detail: told.append((event, detail)))
        assert service.find_faults() == {}
        path = settings.recipes_dir / "broken.toml"
        path.write_text("name = ", encoding="utf-8")
        for _ in range(2):
            faults = service.find_faults()
        assert list(faults) == ["broken"]
        assert told == [("recipe_refused", faults["broken"])]
        with pytest.raises(RecipeInvalid, match="broken"):
            service.get_services("broken")

    def test_mended_it_is_none(self, settings: Settings) -> None:
        service = RecipeService(settings)
        (settings.recipes_dir / "broken.toml").write_text("name = ", encoding="utf-8")
        assert list(service.find_faults()) == ["broken"]
        add_recipe(settings, "broken")
        assert service.find_faults() == {}

    def test_one_that_is_gone_since_the_folder_was_listed(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(recipe_service, "recipe_names", lambda folder: ["gone", "mall"])
        service = RecipeService(settings)
        assert list(service.find_faults()) == ["gone"]
        assert [recipe.fault is None for recipe in service.list_recipes().recipes] == [False, True]


def test_what_came_is_made_whatever_the_own_file_says(settings: Settings) -> None:
    (settings.recipes_dir / "lifestyle.toml").write_text("name = ", encoding="utf-8")
    assert RecipeService(settings).make_shipped("lifestyle").recipe.name == "lifestyle"


class TestListRecipes:
    def test_a_broken_file_is_listed_with_its_fault(self, settings: Settings) -> None:
        add_recipe(settings, "outlet")
        (settings.recipes_dir / "broken.toml").write_text("name = ", encoding="utf-8")
        listed = {recipe.name: recipe for recipe in RecipeService(settings).list_recipes().recipes}
        assert list(listed) == sorted(listed)
        assert "TOML" in (listed["broken"].fault or "")
        assert listed["outlet"].fault is None
        assert listed["outlet"].model_version is None

    def test_files_with_other_names_are_no_recipes(self, settings: Settings) -> None:
        (settings.recipes_dir / "Not A Recipe.toml").write_text("", encoding="utf-8")
        names = [recipe.name for recipe in RecipeService(settings).list_recipes().recipes]
        assert "Not A Recipe" not in names

    def test_those_that_a_table_fits(self, settings: Settings) -> None:
        add_recipe(settings, "outlet")
        (settings.recipes_dir / "broken.toml").write_text("name = ", encoding="utf-8")
        service = RecipeService(settings)
        header = ["CustomerID", "annual income (k$)", "Spending Score"]
        assert [recipe.name for recipe in service.list_fitting(header)] == ["mall", "outlet"]
        assert service.list_fitting(header[:2]) == []


class TestAddRecipe:
    def test_of_two_at_once_the_second_is_told_of_the_first(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        document = tomllib.loads((SHIPPED / "mall.toml").read_text(encoding="utf-8")) | {"name": "outlet"}

        def look_and_rest(folder: Path) -> list[str]:
            found = recipe_names(folder)
            time.sleep(0.05)
            return found

        monkeypatch.setattr(recipe_service, "recipe_names", look_and_rest)

        def add(title: str) -> str | None:
            try:
                return RecipeService(settings).add_recipe(document | {"title": title}).title
            except RecipeExists:
                return None

        with ThreadPoolExecutor(4) as pool:
            made = [title for title in pool.map(add, "abcd") if title]
        assert [RecipeService(settings).get_recipe("outlet").title] == made


class TestHasRecipe:
    def test_word_for_word(self, settings: Settings) -> None:
        document = tomllib.loads((SHIPPED / "mall.toml").read_text(encoding="utf-8")) | {"name": "outlet"}
        service = RecipeService(settings)
        assert not service.has_recipe(document)
        service.add_recipe(document)
        assert service.has_recipe(document)
        assert not service.has_recipe(document | {"title": "Another"})


class TestGetRecipe:
    def test_it_tells_features_and_the_body(self, settings: Settings) -> None:
        recipe = RecipeService(settings).get_recipe("mall")
        assert [feature.name for feature in recipe.features] == ["annual_income", "spending_score"]
        assert recipe.is_default
        assert recipe.model_version is None
        assert recipe.customer["required"] == ["annual_income", "spending_score"]


class TestFrame:
    @pytest.fixture
    def service(self, trained: Settings) -> RecipeService:
        write_own(trained.data_dir, "loyalty")
        add_recipe(trained, "outlet")
        shutil.copytree(trained.artifacts_dir / "mall", trained.artifacts_dir / "outlet")
        return RecipeService(trained)

    def test_the_default_keeps_the_bare_addresses(self, service: RecipeService) -> None:
        frame = service.frame(None)
        assert (frame.home, frame.about, frame.api) == ("/", "/about", "/api/v1")
        assert [(link.name, link.home, link.is_current) for link in frame.recipes] == [("mall", "/", True)]

    def test_by_name_all_addresses_are_the_recipe_s(self, service: RecipeService) -> None:
        frame = service.frame("loyalty")
        assert (frame.home, frame.about) == ("/recipes/loyalty", "/recipes/loyalty/about")
        assert frame.models == "/models?recipe=loyalty"
        assert frame.api == "/api/v1/recipes/loyalty"

    def test_a_bare_one_has_no_chooser(self, service: RecipeService) -> None:
        assert service.bare_frame("mall") == Frame()
        assert service.bare_frame("outlet").home == "/recipes/outlet"
        assert service.bare_frame("outlet").recipes == []

    def test_only_what_has_a_model_is_linked(self, trained: Settings, service: RecipeService) -> None:
        train_own(trained, "loyalty")
        links = service.frame("loyalty").recipes
        assert [(link.name, link.home) for link in links] == [("mall", "/"), ("loyalty", "/recipes/loyalty")]
        assert [link.is_current for link in links] == [False, True]
