from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.encoding.document import EncodingDocument, NumberEncoding
from app.models.encoding.encoder import Encoding
from app.models.encoding.fitting import apply_rows
from tests.unit.models.encoding.examples import RECORDS, a_document, a_table

DOCUMENT = a_document()
ENCODING = Encoding(DOCUMENT)
NUMBERS = [feature for feature in DOCUMENT.features if isinstance(feature, NumberEncoding)]
WHOLE: dict[str, Any] = {"age": 30.0, "region": "East", "spend": 12.5, "gender": "Male", "balance": -3.0}


class TestApply:
    @given(st.lists(RECORDS, min_size=1, max_size=5))
    def test_the_same_as_the_table(self, records: list[dict[str, Any]]) -> None:
        columns = {name: [record[name] for record in records] for name in records[0]}
        together = apply_rows(DOCUMENT, columns)
        alone = [ENCODING.apply(record) for record in records]
        # log1p and expm1 may differ in their last bit between numpy and the C library
        np.testing.assert_allclose([one.coordinates for one in alone], together.coordinates, 1e-12, 1e-12)
        for name in records[0]:
            assert together.imputed.get(name, 0) == sum(name in one.imputed for one in alone)
            assert together.unknown.get(name, 0) == sum(name in one.unknown for one in alone)

    @given(RECORDS)
    def test_bit_for_bit_where_nothing_is_transformed(self, record: dict[str, Any]) -> None:
        plain = EncodingDocument(features=tuple(DOCUMENT.features[place] for place in (0, 1, 3)))
        table = apply_rows(plain, {name: [value] for name, value in record.items()})
        assert Encoding(plain).apply(record).coordinates == table.coordinates[0].tolist()

    def test_nothing_supposed(self) -> None:
        encoded = ENCODING.apply(WHOLE)
        assert len(encoded.coordinates) == DOCUMENT.width
        assert (encoded.imputed, encoded.unknown) == ((), ())

    def test_a_missing_number_is_the_median(self) -> None:
        age = NUMBERS[0]
        missing = ENCODING.apply(WHOLE | {"age": None})
        assert missing.coordinates == ENCODING.apply(WHOLE | {"age": age.median}).coordinates
        assert missing.imputed == ("age",)

    def test_an_absent_key_is_missing(self) -> None:
        encoded = ENCODING.apply({})
        assert encoded.imputed == ("age", "region", "spend", "gender", "balance")
        assert encoded == ENCODING.apply({"age": math.nan, "region": " "})

    @pytest.mark.parametrize("level", ["Atlantis", "Isle"])
    def test_an_unknown_level_is_the_mean(self, level: str) -> None:
        encoded = ENCODING.apply(WHOLE | {"region": level})
        assert encoded.coordinates[DOCUMENT.spans["region"]] == [0.0] * 4
        assert (encoded.imputed, encoded.unknown) == ((), ("region",))

    def test_spelling_does_not_matter(self) -> None:
        assert ENCODING.apply(WHOLE | {"region": " EAST"}) == ENCODING.apply(WHOLE)

    def test_through_json(self) -> None:
        again = EncodingDocument.model_validate_json(DOCUMENT.model_dump_json())
        assert Encoding(again).apply(WHOLE) == ENCODING.apply(WHOLE)


class TestInvertNumber:
    @given(RECORDS)
    def test_there_and_back(self, record: dict[str, Any]) -> None:
        encoded = ENCODING.apply(record)
        for number in NUMBERS:
            z = encoded.coordinates[DOCUMENT.spans[number.name]][0]
            value = record[number.name]
            expected = number.median if value is None or math.isnan(value) else value
            assert ENCODING.invert_number(number.name, z) == pytest.approx(expected, rel=1e-8, abs=1e-8)

    @given(st.sampled_from(NUMBERS), st.floats(-50, 50), st.floats(-50, 50))
    def test_monotone_within_the_bounds(self, number: NumberEncoding, a: float, b: float) -> None:
        low, high = (ENCODING.invert_number(number.name, z) for z in sorted((a, b)))
        assert number.minimum <= low <= high + 1e-9 * abs(high)
        assert high <= number.maximum

    @pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.name)
    def test_beyond_the_bounds(self, number: NumberEncoding) -> None:
        low, high = ENCODING.number_bounds(number.name)
        for z, bound in ((low, number.minimum), (high, number.maximum)):
            assert ENCODING.invert_number(number.name, z) == bound
        assert ENCODING.invert_number(number.name, -1e300) == number.minimum
        assert ENCODING.invert_number(number.name, 1e300) == number.maximum

    def test_not_a_category(self) -> None:
        with pytest.raises(ValueError, match="region is a category"):
            ENCODING.invert_number("region", 0.0)


def test_sums_by_feature() -> None:
    terms = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    sums = {"age": 1.0, "region": 14.0, "spend": 6.0, "gender": 15.0, "balance": 9.0}
    assert ENCODING.sum_by_feature(terms) == sums
    squared = [z * z for z in ENCODING.apply(WHOLE).coordinates]
    assert math.fsum(ENCODING.sum_by_feature(squared).values()) == pytest.approx(math.fsum(squared))


def test_applying_needs_no_numpy(repository: Path) -> None:
    code = "import sys, app.models.encoding.encoder; print(*{n.partition('.')[0] for n in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    )
    assert {"numpy", "pandas", "scipy", "sklearn"} & set(done.stdout.split()) == set()


def test_the_table_has_every_case() -> None:
    assert len(a_table()["age"]) == 200
    assert DOCUMENT.spans["region"] == slice(1, 5)
