from __future__ import annotations

import pytest

from app.models.explanation import explain
from app.models.ml_model import MLModel
from app.schemas.page import MapSegment, WhatIf, Why
from app.services.explanation_story import tell_reach, tell_what_if, tell_why
from app.services.segment_map_service import SegmentMapService
from tests.unit.services.example_model import example_model, predictions_of


def segments_of(model: MLModel) -> list[MapSegment]:
    return SegmentMapService(predictions_of(model)).home({}).map.segments


def why(*values: float, model: MLModel | None = None) -> Why:
    model = model or example_model(len(values))
    return tell_why(model, explain(model, values), segments_of(model))


def what_if(*values: float, index: int = 1, model: MLModel | None = None) -> WhatIf:
    model = model or example_model(len(values))
    return tell_what_if(model, explain(model, values), values, segments_of(model)[index], index)


def narrow_model() -> MLModel:
    """Two segments whose border no value within the bounds can cross."""
    model = example_model(1)
    features = [model.document.features[0].model_copy(update={"maximum": 40.0})]
    model.document = model.document.model_copy(update={"features": features})
    return model


class TestWhy:
    def test_each_feature_speaks_for_the_nearer(self) -> None:
        told = why(20, 60)
        assert [line.text for line in told.reasons] == [
            "speaks for Low: 20 k$ is nearer to its 20 than to the 80 of High </script>.",
            "speaks for the runner-up, High </script>: 60 k$ is nearer to its 80 than to the 20 of Low.",
        ]
        assert [line.slot for line in told.reasons] == [1, 4]

    def test_bars_start_in_the_middle_and_the_largest_reaches_the_end(self) -> None:
        told = why(20, 60)
        assert [(line.start, line.length) for line in told.reasons] == [(0.0, 100.0), (-33.3, 33.3)]
        assert [line.shown for line in told.reasons] == ["+4.00", "−1.33"]
        assert told.total == "+2.67"

    def test_a_value_half_way_speaks_for_neither(self) -> None:
        line = why(20, 50).reasons[1]
        assert (line.text, line.shown, line.length) == ("speaks for neither of the two.", "0.00", 0.0)

    def test_on_the_border_there_is_no_bar_and_no_lead(self) -> None:
        told = why(50, 50)
        assert [line.length for line in told.reasons] == [0.0, 0.0]
        assert told.total == "0.00"

    @pytest.mark.parametrize("score", [3.1, 17.7, 29.9, 41.3])
    def test_the_numbers_shown_add_up_to_the_total_shown(self, score: float) -> None:
        told = why(33.3, score, 55.5)
        shown = [float(line.shown.replace("−", "-")) for line in told.reasons]
        assert sum(shown) == pytest.approx(float(told.total.replace("−", "-")))

    def test_centres_that_lie_close_keep_their_decimals(self) -> None:
        model = example_model(1)
        features = [model.document.features[0].model_copy(update={"scale": 2.04})]
        model.document = model.document.model_copy(update={"features": features})
        assert "its 48 than to the 52 of" in why(48, model=model).reasons[0].text.replace("48.0", "48")


class TestWhatIf:
    def test_the_smallest_change_in_words(self) -> None:
        told = what_if(20, 30)
        assert told.text == (
            "Income from 20 to 45.1 k$ and score from 30 to 55 k$ — "
            "then this customer would be classified as High </script>."
        )
        assert told.to == {"income": 45.1, "score": 55.0}
        assert told.query == "income=45.1&score=55"

    def test_each_feature_alone(self) -> None:
        assert what_if(20, 30).singles == ["Income alone: 70.1 k$", "Score alone: 80.1 k$"]

    def test_a_feature_that_no_value_of_helps(self) -> None:
        model = example_model(2)
        features = [f.model_copy(update={"maximum": 75.0}) for f in model.document.features]
        model.document = model.document.model_copy(update={"features": features})
        assert what_if(20, 30, model=model).singles == [
            "Income alone: 70.1 k$",
            "Score alone: no value does it",
        ]

    @pytest.mark.parametrize(
        ("able", "last"),
        [
            (5, "Returns alone: 170.1 k$"),
            (2, "No other feature alone does it"),
            (0, "No feature alone does it"),
        ],
    )
    def test_of_many_features_those_that_help(self, able: int, last: str) -> None:
        model = example_model(5)
        features = [
            f.model_copy(update={"maximum": 1000.0 if place < able else 100.0})
            for place, f in enumerate(model.document.features)
        ]
        model.document = model.document.model_copy(update={"features": features})
        told = what_if(20, 20, 20, 20, 20, model=model).singles
        assert told[-1] == last
        assert len(told) == (able if able == 5 else able + 1)

    def test_three_features_are_listed(self) -> None:
        assert what_if(20, 20, 20).text.startswith(
            "Income from 20 to 50 k$, score from 20 to 50 k$ and visits"
        )

    def test_one_feature_needs_no_list_of_single_ones(self) -> None:
        told = what_if(20)
        assert told.text.startswith("Income from 20 to 50.1 k$ — then this customer would be")
        assert told.singles == []

    def test_beyond_the_bounds_nobody_is_classified_there(self) -> None:
        told = what_if(20, model=narrow_model())
        assert told.text == "No customer within the bounds would be classified as High </script>."
        assert (told.to, told.query, told.singles) == (None, None, [])

    def test_the_own_segment_needs_no_change(self) -> None:
        told = what_if(20, 30, index=0)
        assert told.text == "This customer is classified as Low."
        assert (told.to, told.query) == (None, None)


class TestReach:
    @pytest.mark.parametrize(
        ("share", "told"),
        [
            (0.0, "0 %"),
            (0.879, "87 %"),
            (0.9899, "98 %"),
            (0.9967, "99.6 %"),
            (0.99999, "99.9 %"),
            (1.0, "any"),
        ],
    )
    def test_never_more_than_is_known(self, share: float, told: str) -> None:
        expected = f"Farther from the centre of Steady than {told} of its customers in training."
        assert tell_reach(share, "Steady") == expected
