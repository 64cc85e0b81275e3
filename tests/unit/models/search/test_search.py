from __future__ import annotations

import numpy as np
import pytest

from app.core.errors import TableInvalid, WorkCancelled
from app.models.evidence import SIGNIFICANT
from app.models.search.drafts import Draft
from app.models.search.search import LEAST_HALF, Found, Trial, choose, search_drafts
from app.models.segment_count.criteria import Measures
from tests.unit.models.search.example_columns import Columns, as_they_are, groups, noise, skewed

ROWS, MOST = 240, 4


def searched(columns: Columns) -> Found:
    return search_drafts(columns, as_they_are(columns), seed=1, most=MOST)


@pytest.fixture(scope="module")
def noisy() -> Found:
    return searched(groups(ROWS) | noise(ROWS, 4))


@pytest.fixture(scope="module")
def structureless() -> Found:
    return searched(noise(ROWS, 4))


class TestSearchDrafts:
    @pytest.mark.slow
    def test_columns_of_noise_are_left_out_and_the_number_is_found(self, noisy: Found) -> None:
        chosen = noisy.trials[noisy.chosen]
        assert [column.name for column in chosen.draft.columns] == ["spend", "visits"]
        assert (chosen.segments, chosen.code) == (3, "separate_groups")
        assert chosen.p_value is not None
        assert chosen.p_value <= SIGNIFICANT
        assert chosen.rows == ROWS // 2
        assert noisy.null_tables == 198

    def test_what_is_chosen_is_clearly_clearer_than_the_suggestion(self, noisy: Found) -> None:
        chosen, suggested = noisy.trials[noisy.chosen], noisy.trials[0]
        assert suggested.draft.key == "suggested"
        assert chosen.clearness is not None
        assert suggested.clearness is not None
        assert chosen.clearness > suggested.clearness + 2 * (chosen.error or 1.0)

    @pytest.mark.slow
    def test_skewed_groups_are_logged(self) -> None:
        found = searched(skewed(ROWS))
        chosen = found.trials[found.chosen]
        assert {column.transform for column in chosen.draft.columns} == {"log1p"}
        assert (chosen.segments, chosen.code) == (3, "separate_groups")

    def test_without_groups_the_suggestion_stays(self, structureless: Found) -> None:
        assert structureless.chosen == 0
        assert all(trial.code != "separate_groups" for trial in structureless.trials)

    def test_the_same_again(self, structureless: Found) -> None:
        assert repr(searched(noise(ROWS, 4))) == repr(structureless)

    def test_few_customers_are_not_halved(self) -> None:
        columns = groups(2 * LEAST_HALF - 1) | noise(2 * LEAST_HALF - 1, 1)
        found = search_drafts(columns, as_they_are(columns), seed=1, most=2)
        assert {trial.draft.rows for trial in found.trials} == {"all"}

    def test_a_column_that_divides_nobody_is_told_of(self) -> None:
        columns = noise(30, 1) | {"same": np.ones(30)}
        found = search_drafts(columns, as_they_are(columns), seed=1, most=2)
        assert found.unusable.keys() == {"same"}
        assert [column.name for column in found.trials[0].draft.columns] == ["noise1"]

    def test_what_is_not_to_be_divided_has_no_clearness(self) -> None:
        columns: Columns = {"flag": np.array([0.0] * 28 + [1.0] * 2)}
        found = search_drafts(columns, as_they_are(columns), seed=1, most=1)
        trial = found.trials[0]
        assert (trial.segments, trial.p_value, trial.clearness, trial.error) == (1, None, None, None)
        assert found.null_tables == 0

    @pytest.mark.parametrize(
        ("columns", "words"),
        [
            (noise(19, 2), "the table has 19 rows"),
            ({"same": np.ones(30)}, "no suggested column of numbers"),
            ({"region": ["a", "b"] * 15}, "no suggested column of numbers"),
            ({}, "no suggested column of numbers"),
        ],
    )
    def test_what_cannot_be_searched(self, columns: Columns, words: str) -> None:
        with pytest.raises(TableInvalid, match=words):
            searched(columns)

    def test_it_tells_how_far_it_is_until_nobody_wants_it(self) -> None:
        told: list[tuple[float, str]] = []
        columns = noise(60, 2)
        search_drafts(
            columns, as_they_are(columns), 1, 3, progress=lambda share, words: told.append((share, words))
        )
        shares = [share for share, _ in told]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
        assert any(words == "As suggested: drawing the rows again" for _, words in told)
        with pytest.raises(WorkCancelled, match="the search was cancelled"):
            search_drafts(columns, as_they_are(columns), 1, 3, stop=lambda: len(told) > 0)


class TestChoose:
    @staticmethod
    def trial(clearness: float, code: str = "separate_groups", error: float = 0.02) -> Trial:
        at = Measures(3, 1.0, 1.0, 0.1, 0.3)
        return Trial(Draft("x", "X", ()), 100, 3, code, 0.01, clearness, error, at)

    def test_the_suggestion_unless_another_is_clearly_clearer(self) -> None:
        assert choose([self.trial(0.5), self.trial(0.55)]) == 0
        assert choose([self.trial(0.5), self.trial(0.56)]) == 1
        assert choose([self.trial(0.5), self.trial(0.56, error=0.05)]) == 0

    def test_of_those_as_clear_as_the_clearest_the_first(self) -> None:
        assert choose([self.trial(0.3), self.trial(0.68), self.trial(0.7)]) == 1

    def test_clear_slices_are_no_groups(self) -> None:
        assert choose([self.trial(0.1, "useful_slices"), self.trial(0.9, "useful_slices")]) == 0
        assert choose([self.trial(0.9, "useful_slices"), self.trial(0.1)]) == 1
