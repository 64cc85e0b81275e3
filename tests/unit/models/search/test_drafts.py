from __future__ import annotations

import numpy as np
import pytest

from app.core.errors import TableInvalid
from app.models.search.drafts import Draft, DraftColumn, encode, usable_columns, vary
from tests.unit.models.search.example_columns import Columns, as_they_are, groups, noise, skewed, words

ROWS = 120


def by_key(columns: Columns, *idle: str) -> dict[str, Draft]:
    drafts = vary(columns, as_they_are(columns), idle)
    found = {draft.key: draft for draft in drafts}
    assert len(found) == len(drafts)
    assert drafts[0].key == "suggested"
    return found


def names(draft: Draft) -> list[str]:
    return [column.name for column in draft.columns]


class TestVary:
    def test_even_columns_leave_nothing_to_try(self) -> None:
        assert by_key(noise(ROWS, 3)).keys() == {"suggested"}

    def test_without_idle_columns_on_the_other_half(self) -> None:
        columns = groups(ROWS) | noise(ROWS, 2)
        found = by_key(columns, "noise1", "noise2")
        both, one = found["without-idle"], by_key(columns, "noise2")["without-idle"]
        assert names(both) == ["spend", "visits"]
        assert names(one) == ["spend", "visits", "noise1"]
        assert both.title == "Without noise1 and noise2, which show no groups"
        assert one.title == "Without noise2, which shows no groups"
        assert {both.rows, one.rows} == {"second half"}
        assert found["suggested"].rows == "all"

    def test_of_many_columns_the_first_are_named(self) -> None:
        columns = groups(ROWS) | noise(ROWS, 5)
        four, five = (by_key(columns, *list(noise(ROWS, count)))["without-idle"].title for count in (4, 5))
        assert four == "Without noise1, noise2, noise3 and noise4, which show no groups"
        assert five == "Without noise1, noise2, noise3 and 2 others, which show no groups"

    def test_correlated_columns_count_once(self) -> None:
        columns = noise(ROWS, 4)
        columns["echo"] = np.asarray(columns["noise2"]) + 0.3 * np.asarray(columns["noise3"])
        columns["echo's echo"] = -np.asarray(columns["echo"]) + 0.3 * np.asarray(columns["noise4"])
        found = by_key(columns)
        assert names(found["one-of-each"]) == ["noise1", "noise2", "noise3", "noise4"]
        assert found["one-of-each"].title.endswith("without echo and echo's echo")
        weights = {column.name: column.weight for column in found["shared-weight"].columns}
        assert [weights[name] for name in columns] == [1.0, 0.58, 1.0, 1.0, 0.58, 0.58]
        assert found["shared-weight"].title.endswith("count as one: noise2, echo and echo's echo")

    def test_numbers_only(self) -> None:
        found = by_key({"region": words(ROWS), **noise(ROWS, 1)})
        assert names(found["numbers"]) == ["noise1"]
        assert by_key(noise(ROWS, 1)).keys() == {"suggested"}

    def test_transforms_of_skewed_columns_only(self) -> None:
        columns = skewed(ROWS) | noise(ROWS, 1) | {"region": words(ROWS)}
        columns["debt"] = -np.asarray(columns["spend"])
        found = by_key(columns)
        transforms = {
            key: [column.transform for column in found[key].columns] for key in ("logarithms", "evened-out")
        }
        assert transforms == {
            "logarithms": ["log1p", "log1p", "none", "none", "none"],
            "evened-out": ["yeo_johnson", "yeo_johnson", "none", "none", "yeo_johnson"],
        }

    def test_untransformed_where_transforms_are_suggested(self) -> None:
        columns = skewed(ROWS)
        suggested = tuple(DraftColumn(name, is_number=True, transform="log1p") for name in columns)
        found = {draft.key: draft for draft in vary(columns, suggested, ())}
        assert found.keys() == {"suggested", "evened-out", "untransformed"}
        assert {column.transform for column in found["untransformed"].columns} == {"none"}

    def test_never_without_a_number(self) -> None:
        columns: Columns = {"region": words(ROWS), **noise(ROWS, 1)}
        assert "without-idle" not in by_key(columns, "noise1")


class TestEncode:
    def test_as_a_recipe_prepares_them(self) -> None:
        columns: Columns = {"spend": np.array([1.0, 3.0, np.nan, 5.0]), "region": ["a", "b", None, "a"]}
        document, z = encode(columns, as_they_are(columns))
        assert z.shape == (4, 3)
        assert list(document.spans) == ["spend", "region"]
        assert z[:, 0] == pytest.approx([-(2**0.5), 0.0, 0.0, 2**0.5])
        assert z[2, 1:].tolist() == [0.0, 0.0]

    def test_what_is_the_same_everywhere(self) -> None:
        with pytest.raises(TableInvalid, match="the same in every row"):
            encode({"spend": np.ones(5)}, [DraftColumn("spend", is_number=True)])


class TestUsableColumns:
    def test_what_divides_nobody_is_left_out_with_the_reason(self) -> None:
        columns: Columns = groups(ROWS) | {
            "same": np.ones(ROWS),
            "empty": np.full(ROWS, np.nan),
            "region": ["one"] * ROWS,
        }
        usable, reasons = usable_columns(columns, as_they_are(columns))
        assert [column.name for column in usable] == ["spend", "visits"]
        assert reasons["same"] == "same is the same in every row and cannot divide customers"
        assert reasons["empty"].startswith("empty is empty in every row")
        assert reasons["region"].startswith("region has fewer than two levels")
