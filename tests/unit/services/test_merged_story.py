from __future__ import annotations

import doctest

import pytest

from app.models.choice_document import MergedState
from app.services import merged_story
from app.services.merged_story import merged_text, read_merged
from tests.unit.services.example_model import example_model

MERGED = {"segments": 3, "least_size": 1_000, "inertia_before": 400.0, "inertia": 450.0}


def test_examples_hold() -> None:
    assert doctest.testmod(merged_story).failed == 0


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "2 segments serve instead of 3: one held fewer than 1,000 customers and was merged"),
        ({"segments": 5}, "2 segments serve instead of 5: 3 held fewer than 1,000 customers and were merged"),
        ({}, "The inertia is 12.5 % higher for it (450 instead of 400)."),
        # moved on from where they were merged, centroids may find better places than they began with
        ({"inertia": 398.0}, "The inertia is 0.5 % lower for it (398 instead of 400)."),
        ({"inertia": 3.0, "inertia_before": 0.0}, "(3 instead of 0)"),
    ],
)
def test_it_is_told_in_words(changed: dict[str, float], told: str) -> None:
    assert told in merged_text(MergedState.model_validate(MERGED | changed), 2)


def test_of_a_version() -> None:
    assert read_merged(example_model().document) is None
    found = read_merged(example_model(merged=MERGED).document)
    assert found is not None
    assert found.model_dump(exclude={"text"}) == MERGED
    assert found.text.startswith("2 segments serve instead of 3")
