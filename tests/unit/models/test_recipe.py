from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import RecipeInvalid, RecipeNotFound
from app.models.recipe import SHIPPED, Recipe, get_recipe, shipped_names

MALL = (SHIPPED / "mall.toml").read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    assert old in MALL
    return MALL.replace(old, new)


# What a person could write, and a word of the reason that must be given.
BAD: dict[str, tuple[str, str]] = {
    "no TOML": ("name = ", "not readable as TOML"),
    "a key twice": (changed('name = "mall"', 'name = "mall"\nname = "mall"'), "not readable as TOML"),
    "60,000 brackets": ("a = " + "[" * 60_000, "not readable as TOML"),
    "5,000 digits": (changed("segments = 5", "segments = " + "9" * 5000), "not readable as TOML"),
    "nothing": ("", "name: Field required"),
    "no features": (MALL.split("[[features]]")[0], "features: Field required"),
    "a misspelt key": (changed("segments = 5", "segments = 5\nsegmetns = 5"), "segmetns: Extra inputs"),
    "another name": (changed('name = "mall"', 'name = "mal"'), "name must be mall, as the file's"),
    "one segment": (changed("segments = 5", "segments = 1"), "segments: "),
    "nine segments": (changed("segments = 5", "segments = 9"), "segments: "),
    "half a segment": (changed("segments = 5", "segments = 5.5"), "segments: "),
    "a table elsewhere": (changed("mall_customers.csv", "../mall.csv"), "raw_file: "),
    "bounds the wrong way round": (changed("maximum = 1000.0", "maximum = 0.0"), "minimum must be below"),
    "a profile's the same": (changed("maximum = 130.0", "maximum = -1.0"), "minimum must be below maximum"),
    "a bound that is no number": (changed("maximum = 1000.0", "maximum = nan"), "features.0.maximum: "),
    "a bound without end": (changed("maximum = 1000.0", "maximum = inf"), "features.0.maximum: "),
    "a step of zero": (changed("step = 1.0", "step = 0.0"), "features.0.step: "),
    "decimals below zero": (changed("decimals = 1", "decimals = -1"), "features.0.decimals: "),
    "a name with a blank": (changed('name = "annual_income"', 'name = "annual income"'), "features.0.name: "),
    "a name the program has": (changed("annual_income", "model_dump"), "taken by the program"),
    "another name the program has": (changed("annual_income", "json"), "taken by the program"),
    "a name the pages have": (changed("annual_income", "target"), "taken by the program"),
    "a feature twice": (changed('name = "spending_score"', 'name = "annual_income"'), "stands twice"),
    "a profile called as a feature": (changed('name = "age"\n', 'name = "annual_income"\n'), "stands twice"),
    "a field called as a feature": (changed('field = "gender"', 'field = "annual_income"'), "stands twice"),
    "a share of nothing": (
        changed('counted = ["female", "f", "woman", "women"]', "counted = []"), "counted: ",
    ),
    "an unknown kind": (changed('kind = "share"', 'kind = "sum"'), "profile.1: "),
    "a persona without a place": (changed("annual_income = 1.0, ", ""), "persona vip needs a place"),
    "a place on another feature": (
        changed("annual_income = 1.0, ", "annual_income = 1.0, age = 1.0, "), "persona vip needs a place",
    ),
    "a place that is no number": (changed("annual_income = 1.0,", "annual_income = nan,"), "personas.1"),
    "a persona's key twice": (changed('key = "vip"', 'key = "average"'), "personas' keys must be unique"),
    "a persona's name twice": (changed('name = "VIP / Whale"', 'name = "Average Customer"'), "names must"),
    "a slot twice": (changed("slot = 2", "slot = 1"), "personas' slots must be unique"),
    "a slot beyond the palette": (changed("slot = 2", "slot = 9"), "personas.1.slot: "),
    "no strategy": (changed("strategy = [", "strategy = []\nplan = ["), "personas.0.strategy: "),
    "an older name of nothing": (changed('annual_income = "income"', 'x = "income"'), "older_names needs"),
    "an older name missing": (changed('annual_income = "income"\n', ""), "older_names needs every feature"),
    "an older name twice": (changed('annual_income = "income"', 'annual_income = "age"'), "stands twice"),
    "an older name with a blank": (changed('= "income"', '= "the income"'), "older_names.annual_income: "),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


class TestGetRecipe:
    def test_the_shipped_one(self) -> None:
        recipe = get_recipe("mall")
        assert (recipe.name, recipe.segments) == ("mall", 5)
        assert recipe.feature_names == ("annual_income", "spending_score")
        assert [persona.key for persona in recipe.personas] == [
            "average", "vip", "trendsetter", "saver", "budget",
        ]  # fmt: skip

    def test_a_users_copy_goes_before_it(self, folder: Path) -> None:
        (folder / "mall.toml").write_text(changed("VIP / Whale", "Our best"), encoding="utf-8")
        assert get_recipe("mall", folder).personas[1].name == "Our best"
        assert get_recipe("mall").personas[1].name == "VIP / Whale"

    def test_a_users_own(self, folder: Path) -> None:
        (folder / "shop_2.toml").write_text(changed('name = "mall"', 'name = "shop_2"'), encoding="utf-8")
        assert get_recipe("shop_2", folder).name == "shop_2"
        with pytest.raises(RecipeNotFound):
            get_recipe("shop_2")

    def test_a_bad_copy_is_not_passed_over(self, folder: Path) -> None:
        (folder / "mall.toml").write_text("", encoding="utf-8")
        with pytest.raises(RecipeInvalid):
            get_recipe("mall", folder)

    @pytest.mark.parametrize("make", [Path.mkdir, lambda path: None])
    def test_no_file_there(self, folder: Path, make: Callable[[Path], object]) -> None:
        make(folder / "mall.toml")
        assert get_recipe("mall", folder) == get_recipe("mall") == get_recipe("mall", folder / "nothing")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    def test_marks_and_line_ends_of_windows(self, folder: Path, encoding: str) -> None:
        (folder / "mall.toml").write_bytes(MALL.replace("\n", "\r\n").encode(encoding))
        assert get_recipe("mall", folder) == get_recipe("mall")

    @pytest.mark.parametrize(
        "name",
        [
            "",
            ".",
            "../mall",
            "mall.toml",
            "a/b",
            "a\\b",
            "Mall",
            "mäll",
            "a\x00",
            " mall",
            "mall\n",
            "_",
            "x" * 300,
        ],
    )
    def test_no_name_of_a_recipe(self, folder: Path, name: str) -> None:
        with pytest.raises(RecipeNotFound, match="small letters, digits and underscores only"):
            get_recipe(name, folder)

    def test_an_unknown_one(self, folder: Path) -> None:
        with pytest.raises(RecipeNotFound, match=r"there is no recipe called con; shipped: .*mall"):
            get_recipe("con", folder)


class TestBadRecipes:
    @pytest.mark.parametrize("fault", BAD)
    def test_each_is_refused_with_the_reason(self, folder: Path, fault: str) -> None:
        text, reason = BAD[fault]
        (folder / "mall.toml").write_text(text, encoding="utf-8")
        with pytest.raises(RecipeInvalid) as caught:
            get_recipe("mall", folder)
        assert caught.value.detail.startswith("mall.toml")
        assert reason in caught.value.detail

    @pytest.mark.parametrize(
        "content", [b"\xff\xfe", "name = 'mäll'".encode("latin-1"), MALL.encode("utf-16")]
    )
    def test_no_text(self, folder: Path, content: bytes) -> None:
        (folder / "mall.toml").write_bytes(content)
        with pytest.raises(RecipeInvalid, match=r"mall\.toml is not readable as TOML"):
            get_recipe("mall", folder)

    def test_all_faults_at_once(self, folder: Path) -> None:
        text = changed("segments = 5", "segments = 1").replace("slot = 2", "slot = 9")
        (folder / "mall.toml").write_text(text, encoding="utf-8")
        with pytest.raises(RecipeInvalid, match=r"segments: .*; personas\.1\.slot: "):
            get_recipe("mall", folder)


class TestRecipe:
    def test_it_cannot_be_changed(self) -> None:
        with pytest.raises(ValueError, match="frozen"):
            get_recipe("mall").segments = 4  # type: ignore[misc]

    def test_personas_by_their_key(self) -> None:
        recipe = get_recipe("mall")
        found = recipe.find_persona("saver")
        assert found is not None
        assert found.name == "High Earner Saver"
        assert recipe.find_persona("nobody") is None
        assert recipe.find_persona(None) is None

    def test_the_least_that_is_needed(self) -> None:
        feature = {
            "name": "income", "label": "Income", "low_word": "low", "high_word": "high", "minimum": 0,
            "maximum": 1, "column": "Income",
        }  # fmt: skip
        recipe = Recipe.model_validate(
            {
                "name": "least",
                "title": "Least",
                "noun": "customer",
                "segments": 2,
                "raw_file": "least.csv",
                "id": {"column": "id"},
                "features": [feature],
            }
        )
        assert (recipe.personas, recipe.profile, recipe.older_names) == ((), (), {})


def test_every_shipped_recipe_is_sound() -> None:
    assert "mall" in shipped_names()
    for name in shipped_names():
        recipe = get_recipe(name)
        assert len(recipe.personas) in {0, recipe.segments}
