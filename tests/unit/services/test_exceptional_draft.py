from __future__ import annotations

import numpy as np
import pytest

from app.models.encoding.fitting import fit_power
from app.models.recipe import Exceptional
from app.schemas.dataset import DatasetSummary
from app.services.exceptional_draft import USUAL_SHARE, UsedNumber, draft_exceptional, suggest_exceptional

ROWS = 400
SPEND, AGE = UsedNumber("Spend", "log1p", 1.0), UsedNumber("Age", "none", 1.0)


def summary(whales: int = 3, rows: int = ROWS) -> DatasetSummary:
    """A table's sample where some spend a thousand times as much as usual."""
    rng = np.random.default_rng(6)
    spend, age = rng.lognormal(4.0, 0.5, rows), rng.normal(40.0, 9.0, rows)
    spend[:whales] *= 1_000.0
    columns = [
        {"name": name, "distinct": rows, "power": fit_power(values)}
        for name, values in (("Spend", spend), ("Age", age))
    ]
    sample = {"Spend": [*spend.tolist()[:-1], None], "Age": age.tolist()}
    return DatasetSummary(rows=rows, columns=columns, correlations={}, sample=sample)


class TestSuggest:
    def test_whales(self) -> None:
        found = suggest_exceptional([SPEND, AGE], ROWS, summary())
        assert (found.use, found.share) == (True, 0.008)
        assert found.reason == "3 of the 400 customers lie far from all others, most of all by Spend"

    def test_of_a_large_table_a_sample_is_looked_at(self) -> None:
        found = suggest_exceptional([AGE, SPEND], 100_000, summary(1))
        assert (found.use, found.share) == (True, 0.003)
        assert (
            found.reason == "1 of the 400 customers looked at lies far from all others, most of all by Spend"
        )

    def test_nobody(self) -> None:
        found = suggest_exceptional([SPEND, AGE], ROWS, summary(0))
        assert (found.use, found.share) == (False, USUAL_SHARE)
        assert found.reason == "none of the 400 customers lies far from all others"
        assert not suggest_exceptional([AGE], ROWS, summary()).use

    def test_too_few_to_tell(self) -> None:
        found = suggest_exceptional([SPEND], 40, summary(1, 40))
        assert not found.use
        assert found.reason.startswith("there are too few customers")
        assert not suggest_exceptional([], ROWS, summary()).use
        assert not suggest_exceptional([UsedNumber("gone", "none", 1.0)], ROWS, summary()).use

    def test_a_weight_counts(self) -> None:
        assert not suggest_exceptional([SPEND._replace(weight=0.1), AGE], ROWS, summary()).use

    def test_the_transform_that_is_used_decides(self) -> None:
        power = SPEND._replace(transform="yeo_johnson")
        assert not suggest_exceptional([power], ROWS, summary(8)).use
        assert suggest_exceptional([SPEND], ROWS, summary(8)).use

    @pytest.mark.parametrize("value", [-5.0, 1e308])
    def test_what_has_no_transform_is_left_to_the_recipes_own_check(self, value: float) -> None:
        table = summary(0)
        table.sample["Age"][0] = value
        table.columns[1].pop("power")  # as taken in by an earlier release
        for transform in ("log1p", "yeo_johnson", "none"):
            found = suggest_exceptional([AGE._replace(transform=transform)], ROWS, table)
            assert found.reason


def test_the_drafted_texts_are_a_recipes() -> None:
    found = Exceptional.model_validate(draft_exceptional(0.005))
    assert (found.name, found.share, found.scaled_by) == ("Exceptional", 0.005, "others")
