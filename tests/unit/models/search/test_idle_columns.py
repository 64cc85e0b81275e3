from __future__ import annotations

import numpy as np
import pytest

from app.models.search.drafts import encode
from app.models.search.idle_columns import find_idle_columns
from tests.unit.models.search.example_columns import Columns, as_they_are, groups, noise, words


def idle_of(columns: Columns) -> tuple[str, ...]:
    document, z = encode(columns, as_they_are(columns))
    return find_idle_columns(z, document.spans, seed=1, most=5)


class TestFindIdleColumns:
    @pytest.mark.parametrize("count", [1, 4])
    def test_noise_is_found_behind_groups(self, count: int) -> None:
        columns = noise(240, count) | groups(240)
        assert idle_of(columns) == tuple(noise(240, count))

    def test_words_are_one_column(self) -> None:
        columns: Columns = {"region": words(240), **groups(240)}
        assert idle_of(columns) == ("region",)

    def test_two_columns_are_left_in_any_case(self) -> None:
        columns = noise(240, 3)
        columns["spend"] = np.where(np.arange(240) % 2, 9.0, 0.0) + np.asarray(columns["noise1"])
        del columns["noise1"]
        assert len(idle_of(columns)) == 1

    def test_of_two_columns_none_is_idle(self) -> None:
        assert idle_of(groups(240)) == ()

    def test_where_all_columns_part_the_groups_none_is_idle(self) -> None:
        rng = np.random.default_rng(5)
        corners = np.array([[0, 0, 0], [9, 9, 0], [9, 0, 9], [0, 9, 9]])[np.arange(240) % 4]
        rows = corners + rng.standard_normal((240, 3))
        columns: Columns = {f"x{place}": rows[:, place] for place in range(3)}
        assert len(idle_of(columns)) <= 1

    def test_few_different_rows(self) -> None:
        cells = np.tile([0.0, 1.0], 15)
        columns: Columns = {"a": cells, "b": cells[::-1].copy(), "c": np.roll(cells, 1)}
        assert idle_of(columns) == ()

    def test_what_divides_into_fewer_places_than_segments(self) -> None:
        columns = noise(120, 1)
        columns |= {"member": np.tile([0.0, 1.0], 60), "abroad": np.tile([0.0, 0.0, 1.0, 1.0], 30)}
        assert idle_of(columns) == ("noise1",)
