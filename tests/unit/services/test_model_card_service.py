from __future__ import annotations

from typing import Any

from app.models.choice_document import ChoiceDocument
from app.models.model_document import ExceptionalAnalysis
from app.schemas.page import AboutPage
from app.services.model_card_service import ModelCardService
from tests.unit.models.test_choice_document import CHOICE
from tests.unit.services.example_mixed import mixed_model, mixed_predictions
from tests.unit.services.example_model import METRICS, example_model, predictions_of


def about(**changed: Any) -> AboutPage:
    return ModelCardService(predictions_of(example_model(**changed))).about()


def findings(page: AboutPage) -> dict[str, str]:
    return {chart.key: chart.finding for chart in page.curves}


class TestAbout:
    def test_the_headline_is_the_verdict(self) -> None:
        assert about().headline == "Yes: these customers form 2 separate groups."

    def test_other_verdicts_say_no_or_partly(self) -> None:
        verdict = {"text": "None.", "p_value": 0.4}
        assert about(verdict={"code": "nothing_to_see", **verdict}).headline.startswith("No: ")
        assert about(verdict={"code": "useful_slices", **verdict}).headline.startswith("Partly: ")

    def test_segments_come_with_their_stability_in_a_word(self) -> None:
        segments = about().segments
        assert [(s.slot, s.info.name, s.verdict) for s in segments] == [
            (1, "Low", "wavers"),
            (4, "High </script>", "dissolves"),
        ]

    def test_a_stable_segment_holds(self) -> None:
        model = example_model()
        stable = [s.model_copy(update={"stability": 0.75}) for s in model.analysis.segments]
        model.analysis = model.analysis.model_copy(update={"segments": tuple(stable)})
        page = ModelCardService(predictions_of(model)).about()
        assert [segment.verdict for segment in page.segments] == ["holds", "holds"]

    def test_the_null_test_in_figures(self) -> None:
        text = about().null_text
        assert "99 tables without groups" in text
        assert "These customers reach 0.500 (p = 0.010 and 0.010, the least that so many can give)." in text

    def test_a_null_test_that_was_not_won_does_not_claim_the_least_p(self) -> None:
        model = example_model()
        test = model.analysis.null_test.model_copy(update={"uniform_p": 0.2})
        model.analysis = model.analysis.model_copy(update={"null_test": test})
        text = ModelCardService(predictions_of(model)).about().null_text
        assert "(p = 0.010 and 0.200)" in text

    def test_limits_name_the_range_that_was_seen(self) -> None:
        assert any("income from 10 to 90 k$ and score from 10 to 90 k$" in limit for limit in about().limits)

    def test_a_version_that_comes_in_between_wins(self) -> None:
        page = ModelCardService(predictions_of(example_model(), example_model(version=2))).about()
        assert page.model.model_version == "example/2"


class TestCurves:
    def test_each_says_which_number_of_segments_it_favours(self) -> None:
        found = findings(about())
        assert found["silhouette"] == "Silhouette is highest at k = 2."
        assert found["inertia"] == "Inertia always falls; it bends most at k = 3, not at the 2 in use."

    def test_they_can_be_had_as_a_file_of_this_very_version(self) -> None:
        assert about(version=7).curves_file == "/api/v1/recipes/example/versions/7/curves.svg"


class TestChoice:
    def test_of_a_version_whose_number_was_chosen(self) -> None:
        model = example_model()
        chosen = ChoiceDocument.model_validate(CHOICE | {"segments": 2})
        model.analysis = model.analysis.model_copy(update={"choice": chosen})
        page = ModelCardService(predictions_of(model)).about()
        assert page.choice is not None
        assert page.choice.reasons[0] == "5 separate groups."
        assert page.model.choice is not None

    def test_of_a_version_whose_number_was_given(self) -> None:
        page = about()
        assert page.choice is None
        assert "choice" not in page.model.model_dump()


class TestExceptional:
    def test_have_the_last_row(self) -> None:
        model = mixed_model(["none", "none"], threshold=2.0)
        figures = model.analysis.segments[0].model_dump() | {"segment_id": 7, "size": 2, "share": 0.02}
        del figures["stability"]
        found = ExceptionalAnalysis.model_validate(figures)
        model.analysis = model.analysis.model_copy(update={"exceptional": found})
        told = ModelCardService(mixed_predictions(model)).about()
        assert not any("of the customers who make the segments" in limit for limit in told.limits)
        assert model.document.exceptional is not None
        others = model.document.exceptional.model_copy(update={"scaled_by": "others"})
        model.document = model.document.model_copy(update={"exceptional": others})
        told = ModelCardService(mixed_predictions(model)).about()
        assert any("of the customers who make the segments. Beyond" in limit for limit in told.limits)
        row = told.outlying
        assert row is not None
        assert (row.slot, row.info.name, row.numbers.size, row.verdict) == (8, "Exceptional", 2, "")

    def test_are_counted_beside_the_total(self) -> None:
        page = ModelCardService(mixed_predictions(mixed_model(["none", "none"], threshold=2.0))).about()
        told = "3,998 of 4,000 make the segments; the other 2 are the segment Exceptional"
        assert page.customers == told
        assert about().customers == "4,000"

    def test_others_have_none(self) -> None:
        assert about().outlying is None


class TestBasis:
    def test_of_all_customers(self) -> None:
        page = about()
        assert page.silhouette_of == "Measured on all 4,000 customers."
        assert page.curves_of.startswith("The bands are 95 % intervals")
        assert "samples" not in page.curves_of

    def test_of_a_sample_with_its_interval(self) -> None:
        basis = {"method": "stratified_sample", "rows": 500, "ci95": (0.481, 0.519)}
        model = example_model(metrics=METRICS | {"silhouette_of": basis})
        curves = [p.model_copy(update={"silhouette_of": model.document.metrics.silhouette_of})
                  for p in model.analysis.curves]  # fmt: skip
        model.analysis = model.analysis.model_copy(update={"curves": tuple(curves)})
        page = ModelCardService(predictions_of(model)).about()
        assert page.silhouette_of == (
            "Measured on a sample of 500 of the 4,000 customers, from each segment its share; for all of "
            "them the 95 % interval is 0.481 to 0.519."
        )
        assert "here of 500 of the 4,000 customers" in page.curves_of
