from __future__ import annotations

import math
from typing import Any

import pytest
from pydantic import ValidationError

from app.core.errors import RecipeInvalid
from app.models.recipe import SHIPPED, Recipe, get_recipe
from app.models.recipe_columns import Category, Feature

SHOPPERS = (SHIPPED / "lifestyle.toml").read_text(encoding="utf-8")
REGION = Category(
    kind="category", name="region", label="Region", column="Region", categories=("North", "South")
)


def feature(**changes: Any) -> Feature:
    given = {"name": "x", "label": "X", "column": "X", "low_word": "l", "high_word": "h"}
    return Feature.model_validate({**given, "minimum": 0, "maximum": 9} | changes)


def recipe(folder: Any, *changes: tuple[str, str]) -> Recipe:
    text = SHOPPERS
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "lifestyle.toml").write_text(text, encoding="utf-8")
    return get_recipe("lifestyle", folder)


class TestUse:
    def test_sensitive_columns_are_off_unless_the_recipe_says_so(self) -> None:
        assert feature().is_used
        assert not feature(sensitive=True).is_used
        assert feature(sensitive=True, use=True).is_used
        assert not feature(use=False).is_used

    def test_the_shipped_choice(self) -> None:
        shoppers = get_recipe("lifestyle")
        assert [f.name for f in shoppers.all_features if f.sensitive] == ["age", "gender"]
        assert len(shoppers.all_features) == 9
        assert not {"age", "gender", "total_spend"} & set(shoppers.feature_names)
        assert [p.name for p in shoppers.profile] == ["total_spend", "age", "gender_female", "gender_male"]

    @pytest.mark.parametrize(
        "change",
        [
            {"transform": "log1p"},
            {"weight": 2.0},
            {"missing": "median"},
            {"derived": ["a", "b"]},
        ],
    )
    def test_what_makes_a_feature_more_than_standardised(self, change: dict[str, Any]) -> None:
        assert feature().is_plain
        assert not feature(**change).is_plain

    def test_the_mall_is_plain(self) -> None:
        assert get_recipe("mall").is_plain
        assert not get_recipe("lifestyle").is_plain


class TestCategory:
    @pytest.mark.parametrize(("word", "code"), [("North", 0.0), (" south ", 1.0), ("Atlantis", 2.0)])
    def test_code(self, word: str, code: float) -> None:
        assert REGION.code(word) == code

    def test_no_word(self) -> None:
        assert math.isnan(REGION.code("  "))

    def test_a_word_twice(self) -> None:
        with pytest.raises(ValidationError, match="each category must stand once"):
            Category.model_validate(REGION.model_dump() | {"categories": ["a", "A "]})

    def test_shares_are_called_by_their_words_or_else_counted(self) -> None:
        assert [share.name for share in REGION.as_profile()] == ["region_north", "region_south"]
        spanish = Category.model_validate(REGION.model_dump() | {"categories": ["東", "西"]})
        assert [share.name for share in spanish.as_profile()] == ["region_1", "region_2"]


class TestDerived:
    def test_a_product_or_nothing(self) -> None:
        shoppers = get_recipe("lifestyle")
        known = {"purchase_frequency": 24.0, "avg_order_value": 450.0}
        assert shoppers.derive(known) == {"total_spend": 10_800.0}
        assert math.isnan(shoppers.derive({"purchase_frequency": 24.0})["total_spend"])

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ('derived = ["purchase_frequency",', 'derived = ["region",', "no number to be asked for"),
            ("maximum = 36500000.0", "maximum = 36499999.0", "must hold all that its sources can make"),
            (
                'derived = ["purchase_frequency", "avg_order_value"]\nuse = false',
                'derived = ["age", "avg_order_value"]\nuse = true',
                "is in use, but what it is made of is not",
            ),
        ],
    )
    def test_refuses(self, tmp_path: Any, old: str, new: str, reason: str) -> None:
        with pytest.raises(RecipeInvalid, match=reason):
            recipe(tmp_path, (old, new))


def test_a_distance_needs_a_number(tmp_path: Any) -> None:
    text = SHOPPERS.split("[[personas]]")[0]
    (tmp_path / "lifestyle.toml").write_text(
        text.replace('missing = "median"', 'missing = "median"\nuse = false')
        .replace("use = false\nderived", "derived")
        .replace("use = false\nsensitive", "sensitive"),
        encoding="utf-8",
    )
    with pytest.raises(RecipeInvalid, match="at least one feature in use must be a number"):
        get_recipe("lifestyle", tmp_path)


def test_a_fault_names_its_place_without_the_kind(tmp_path: Any) -> None:
    with pytest.raises(RecipeInvalid, match=r"features\.5\.weight: "):
        recipe(tmp_path, ("weight = 0.5", "weight = 0.0"))
