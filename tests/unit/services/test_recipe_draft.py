from __future__ import annotations

import doctest
from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.errors import InputInvalid
from app.models.recipe import check_recipe
from app.schemas.dataset import DatasetColumn, DatasetRead, DatasetSummary
from app.schemas.recipe import FeatureChoice, RecipeCreate
from app.services import recipe_draft
from app.services.recipe_draft import MOST_USED, draft_recipe, slug, suggest_recipe

KINDS = {
    "Kunde": "identifier",
    "Umsatz": "number",
    "Netto": "number",
    "Kinder": "number",
    "Immer": "number",
    "Leer": "number",
    "Region": "category",
    "Newsletter": "yes/no",
    "Alter": "number",
    "Seit": "date",
    "Notiz": "text",
}


def number(low: float, high: float, **more: Any) -> dict[str, Any]:
    return {"type": "number", "missing": 0, "minimum": low, "maximum": high, "bins": [1] * 20} | more


SEEN = {
    "Kunde": {"type": "text", "missing": 0, "values": []},
    "Umsatz": number(12.5, 8_765.4, transform="log1p", transform_reason="skewed", is_whole=False, missing=3),
    "Netto": number(10.0, 7_000.0, is_whole=False),
    "Kinder": number(0, 5, is_whole=True),
    "Immer": number(1, 1),
    "Leer": number(0, 9, missing=60),
    "Region": {
        "type": "text",
        "missing": 0,
        "values": [{"value": "N", "count": 50}, {"value": "S", "count": 40}],
    },
    "Newsletter": {"type": "yes/no", "missing": 0, "values": [{"value": "true", "count": 9}]},
    "Alter": number(18, 80, is_whole=True),
    "Seit": {"type": "date", "missing": 0, "values": []},
    "Notiz": {"type": "text", "missing": 0, "values": []},
}
NUMBERS = ["Umsatz", "Netto", "Kinder"]
MATRIX = [[1.0, 0.99, 0.1], [0.99, 1.0, None], [0.1, None, 1.0]]


def dataset(**source: Any) -> DatasetRead:
    columns = [
        DatasetColumn.model_validate(
            {"name": name, "kind": kind, "off_because": "speaks of age" if name == "Alter" else None}
        )
        for name, kind in KINDS.items()
    ]
    return DatasetRead(
        id="d", name="Kunden.csv", rows=100, rejected=0, columns=columns, source=source,
        created_at=datetime.now(UTC),
    )  # fmt: skip


def summary() -> DatasetSummary:
    columns = [{"name": name, "distinct": 5} | seen for name, seen in SEEN.items()]
    correlations = {"columns": NUMBERS, "matrix": MATRIX}
    return DatasetSummary(rows=100, columns=columns, correlations=correlations, sample={})


def with_whales() -> DatasetSummary:
    """The same with a sample of all rows: two of the hundred customers spend far more than the others."""
    spend = [20.0 + place % 7 for place in range(98)] + [8_000.0, 8_765.4]
    return summary().model_copy(update={"sample": {"Umsatz": spend, "Kinder": [1.0, 2.0] * 50}})


def wish(*columns: str, **changed: Any) -> RecipeCreate:
    features = [FeatureChoice(column=column) for column in columns]
    return RecipeCreate(name="shop", title="Shop", dataset_id="d", features=features, **changed)


def drafted(*columns: str, **source: Any) -> dict[str, dict[str, Any]]:
    document = draft_recipe(wish(*columns), dataset(**source), summary())
    check_recipe(document)
    return {feature["column"]: feature for feature in document["features"]}


def test_examples_hold() -> None:
    assert doctest.testmod(recipe_draft).failed == 0


class TestSuggest:
    def test_what_is_used_and_why_the_rest_is_not(self) -> None:
        found = {feature.column: feature for feature in suggest_recipe(dataset(), summary()).features}
        assert [name for name, feature in found.items() if feature.use] == [
            "Umsatz",
            "Kinder",
            "Region",
            "Newsletter",
        ]
        assert found["Umsatz"].transform == "log1p"
        assert found["Umsatz"].reason == "skewed"
        assert "nearly repeats Umsatz" in found["Netto"].reason
        assert "same in every row" in found["Immer"].reason
        assert "half" in found["Leer"].reason
        assert found["Alter"].reason == "speaks of age"
        assert found["Alter"].can_be_used
        for name in ("Kunde", "Seit", "Notiz"):
            assert not found[name].can_be_used
        assert (found["Region"].weight, found["Umsatz"].missing) == (0.5, 3)

    def test_who_is_kept_apart(self) -> None:
        assert not suggest_recipe(dataset(), summary()).exceptional.use
        found = suggest_recipe(dataset(), with_whales()).exceptional
        assert (found.use, found.share) == (True, 0.02)
        assert "most of all by Umsatz" in found.reason

    def test_the_name_and_the_title(self) -> None:
        suggestion = suggest_recipe(dataset(), summary())
        assert (suggestion.name, suggestion.title) == ("kunden", "Kunden")

    def test_no_more_than_a_recipe_can_hold(self) -> None:
        names = [f"n{place}" for place in range(MOST_USED + 2)]
        columns = [DatasetColumn(name=name, kind="number") for name in names]
        many = dataset().model_copy(update={"columns": columns})
        seen = DatasetSummary(
            rows=100, columns=[{"name": name} | number(0, 9) for name in names], sample={},
            correlations={"columns": [], "matrix": []},
        )  # fmt: skip
        assert sum(feature.use for feature in suggest_recipe(many, seen).features) == MOST_USED


class TestExceptional:
    @pytest.mark.parametrize(
        ("wished", "share"),
        [
            ({}, 0.02),  # as the table suggests
            ({"exceptional": False}, None),
            ({"exceptional": False, "exceptional_share": 0.005}, None),
            ({"exceptional": True, "exceptional_share": 0.005}, 0.005),
        ],
    )
    def test_a_table_with_whales(self, wished: dict[str, Any], share: float | None) -> None:
        document = draft_recipe(wish("Umsatz", "Region", **wished), dataset(), with_whales())
        exceptional = check_recipe(document).exceptional
        assert (exceptional and exceptional.share) == share

    @pytest.mark.parametrize(
        ("wished", "share"),
        [({}, None), ({"exceptional": True}, 0.01), ({"exceptional_share": 0.02}, 0.02)],
    )
    def test_a_table_without(self, wished: dict[str, Any], share: float | None) -> None:
        exceptional = check_recipe(draft_recipe(wish("Umsatz", **wished), dataset(), summary())).exceptional
        assert (exceptional and exceptional.share) == share

    def test_columns_that_are_not_used_say_nothing(self) -> None:
        assert "exceptional" not in draft_recipe(wish("Kinder"), dataset(), with_whales())


def test_the_least_size() -> None:
    assert check_recipe(draft_recipe(wish("Umsatz"), dataset(), summary())).least_size is None
    document = draft_recipe(wish("Umsatz", least_size=12), dataset(), summary())
    assert check_recipe(document).least_size == 12


class TestDraft:
    def test_numbers_get_room_and_steps_that_fit(self) -> None:
        found = drafted("Umsatz", "Kinder")
        spend, children = found["Umsatz"], found["Kinder"]
        assert (spend["minimum"], spend["maximum"], spend["step"], spend["decimals"]) == (
            0.0,
            100_000.0,
            50.0,
            0,
        )
        assert (spend["transform"], spend["missing"]) == ("log1p", "median")
        assert (children["maximum"], children["step"], children["decimals"]) == (50.0, 1.0, 0)
        assert children["missing"] == "refuse"

    def test_a_whale_does_not_make_the_steps_coarse(self) -> None:
        table = summary()
        kinder = next(column for column in table.columns if column["name"] == "Kinder")
        kinder.update(maximum=1e6, is_whole=False, quartiles=[1.0, 2.0, 3.0])
        document = draft_recipe(wish("Kinder"), dataset(), table)
        assert (document["features"][0]["step"], document["features"][0]["decimals"]) == (0.1, 1)
        kinder.update(quartiles=[2.0, 2.0, 2.0])
        assert draft_recipe(wish("Kinder"), dataset(), table)["features"][0]["step"] == 5_000.0

    def test_what_is_left_out_describes(self) -> None:
        found = drafted("Umsatz")
        assert found["Netto"]["use"] is False
        assert found["Alter"]["use"] is False
        assert "Notiz" not in found

    def test_categories_and_answers(self) -> None:
        found = drafted("Umsatz", "Region", "Newsletter")
        assert found["Region"]["categories"] == ["N", "S"]
        assert found["Newsletter"]["categories"] == ["yes", "no"]

    def test_a_sensitive_column_by_decision(self) -> None:
        assert drafted("Alter")["Alter"]["sensitive"] is True
        assert drafted("Alter")["Alter"]["use"] is True

    def test_the_id_is_one_that_never_repeats(self) -> None:
        document = draft_recipe(wish("Umsatz"), dataset(repeated_ids={"Kunde": 0}), summary())
        assert document["id"] == {"column": "Kunde"}
        document = draft_recipe(wish("Umsatz"), dataset(repeated_ids={"Kunde": 4}), summary())
        assert document["id"] != {"column": "Kunde"}

    @pytest.mark.parametrize(
        ("columns", "pointer"),
        [
            (["x"], "/features/0/column"),
            (["Umsatz", "Umsatz"], "/features/1/column"),
            (["Notiz"], "/features/0/column"),
            (["Region"], "/features"),
        ],
    )
    def test_what_cannot_be_chosen(self, columns: list[str], pointer: str) -> None:
        with pytest.raises(InputInvalid) as refused:
            draft_recipe(wish(*columns), dataset(), summary())
        assert [fault.pointer for fault in refused.value.faults] == [pointer]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Model", "c_model"),
        ("Model year", "c_model_year"),
        ("2nd order", "c_2nd_order"),
        ("", "column"),
        ("x" * 90, "x" * 36),
        ("copy", "copy_2"),
    ],
)
def test_names_are_free(text: str, name: str) -> None:
    assert slug(text, ()) == name
