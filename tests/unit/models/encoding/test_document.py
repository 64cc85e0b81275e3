from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.models.encoding.document import (
    CategoryEncoding,
    EncodingDocument,
    LevelState,
    NumberEncoding,
    NumberFeature,
    level_key,
)

AGE = NumberEncoding(
    name="age", minimum=0.0, maximum=130.0, mean=40.0, scale=10.0, median=39.0, missing=2, weight=3.0
)
GENDER = CategoryEncoding(
    name="gender", levels=(LevelState(name="F", share=0.75), LevelState(name="M", share=0.25)), missing=0
)


def a_number(**changes: Any) -> NumberEncoding:
    return NumberEncoding.model_validate(AGE.model_dump() | changes)


class TestEncodingDocument:
    def test_spans_and_width(self) -> None:
        document = EncodingDocument(features=(AGE, GENDER, a_number(name="income")))
        assert document.spans == {"age": slice(0, 1), "gender": slice(1, 3), "income": slice(3, 4)}
        assert document.width == 4

    @given(
        st.floats(-1e300, 1e300),
        st.floats(1e-300, 1e300, exclude_min=True),
        st.floats(0.0, 130.0),
        st.floats(0.01, 0.99),
    )
    def test_json_round_trip_is_exact(self, mean: float, scale: float, median: float, share: float) -> None:
        levels = (LevelState(name="a", share=share, merged=("b",)), LevelState(name="é", share=1.0 - share))
        category = CategoryEncoding(name="g", levels=levels, too_rare=("x",), missing=1, unplaced=3)
        document = EncodingDocument(features=(a_number(mean=mean, scale=scale, median=median), category))
        assert EncodingDocument.model_validate_json(document.model_dump_json()) == document

    def test_a_feature_stands_once(self) -> None:
        with pytest.raises(ValidationError, match="each feature must stand once"):
            EncodingDocument(features=(AGE, AGE))


class TestNumberEncoding:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"minimum": 131.0}, "minimum must be below maximum"),
            ({"transform": "log1p", "minimum": -1.0}, "log1p takes numbers above -1 only"),
            ({"transform": "yeo_johnson", "power": 4.0, "maximum": 1e100}, "too wide"),
            ({"median": 131.0}, "must lie within its bounds"),
            ({"scale": 0.0}, "greater than 0"),
            ({"weight": 0.0}, "greater than 0"),
            ({"power": 4.1}, "less than or equal to 4"),
            ({"mean": float("nan")}, "finite number"),
            ({"colour": "red"}, "Extra inputs"),
        ],
    )
    def test_refuses(self, changes: dict[str, Any], message: str) -> None:
        with pytest.raises(ValidationError, match=message):
            a_number(**changes)

    def test_what_is_asked_for_has_the_same_rules(self) -> None:
        with pytest.raises(ValidationError, match="log1p takes"):
            NumberFeature(name="x", minimum=-2.0, maximum=1.0, transform="log1p")


class TestCategoryEncoding:
    def test_coordinates_by_hand(self) -> None:
        weighted = GENDER.model_copy(update={"weight": 2.0})
        root = 0.75**0.5
        expected = [(0.5 / root, -1.0), (-1.5 / root, 3.0)]
        assert [pytest.approx(point) for point in weighted.coordinates] == expected

    def test_places_of_words(self) -> None:
        levels = (LevelState(name="East", share=0.5), LevelState(name="Other", share=0.5, merged=("Isle",)))
        region = CategoryEncoding(name="region", levels=levels, missing=0)
        assert region.places == {"east": 0, "other": 1, "isle": 1}

    def test_refuses(self) -> None:
        f, m = GENDER.levels
        for levels, too_rare, message in (
            ((f,), (), "at least 2"),
            ((f, f), (), "stands twice"),
            ((f, m), (" f",), "stands twice"),
            ((f, m.model_copy(update={"share": 0.3})), (), "add up to 1"),
        ):
            with pytest.raises(ValidationError, match=message):
                CategoryEncoding(name="gender", levels=levels, too_rare=too_rare, missing=0)


def test_level_key() -> None:
    assert level_key(" Straße ") == level_key("STRASSE")
