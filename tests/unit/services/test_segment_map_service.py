from __future__ import annotations

import json

import pytest

from app.models.geometry import Scale
from app.services.map_view import choose_view
from app.services.page_model import pack_refits
from app.services.segment_map_service import SegmentMapService
from tests.unit.services.example_mixed import mixed_model, mixed_predictions
from tests.unit.services.example_model import example_model, predictions_of


def service(features: int = 2) -> SegmentMapService:
    return SegmentMapService(predictions_of(example_model(features)))


class TestMap:
    def test_territories_share_the_border_half_way(self) -> None:
        page = service().home({})
        low, high = page.map.segments
        # the border is income + score = 100: it cuts the box from corner to corner
        left, top, right, bottom = page.map.plot
        assert low.territory == f"M{left:g} {bottom:g} {right:g} {bottom:g} {left:g} {top:g}z"
        assert high.territory == f"M{right:g} {bottom:g} {right:g} {top:g} {left:g} {top:g}z"

    def test_one_mark_a_customer_of_the_sample(self) -> None:
        low, high = service().home({}).map.segments
        assert (low.customers.count("M"), high.customers.count("M")) == (2, 1)
        assert (low.size, high.size) == (2, 2)

    def test_centroids_lie_where_their_values_are(self) -> None:
        page = service().home({})
        drawing = json.loads(page.model_json)["drawing"]
        across = Scale(*(drawing["x"][key] for key in ("low", "high", "from", "to")))
        assert [s.centroid.x for s in page.map.segments] == [round(across(v), 1) for v in (20.0, 80.0)]

    def test_axes_are_round_and_named(self) -> None:
        axis = service().home({}).map.x_axis
        assert axis.label == "Income (k$)"
        assert [tick.text for tick in axis.ticks] == ["0", "20", "40", "60", "80", "100"]

    def test_a_sample_says_so(self) -> None:
        assert service().home({}).map.note.startswith("A sample of 3 of the 4,000 customers")

    def test_a_whole_table_says_so(self) -> None:
        model = example_model()
        sample = model.analysis.sample.model_copy(update={"is_all": True})
        model.analysis = model.analysis.model_copy(update={"sample": sample})
        assert SegmentMapService(predictions_of(model)).home({}).map.note.startswith("All 4,000 customers")

    def test_one_feature_spreads_customers_upwards(self) -> None:
        page = service(1).home({"income": "20"})
        assert page.map.y_axis.label == ""
        assert page.map.y_axis.ticks == []
        assert page.map.customer is not None
        assert json.loads(page.model_json)["drawing"]["y"]["feature"] is None
        heights = {mark.split("a")[0].split(" ")[1] for mark in page.map.segments[0].customers.split("M")[1:]}
        assert len(heights) == 2

    def test_one_feature_tells_its_borders(self) -> None:
        page = service(1).home({})
        assert "The border lies at 50 k$." in page.map.note
        assert all(segment.territory for segment in page.map.segments)
        assert page.map.height < service().home({}).map.height

    def test_three_features_are_projected_without_territories(self) -> None:
        page = service(3).home({"income": "80", "score": "80", "visits": "80"})
        assert page.map.kind == "projection"
        assert "A view of 3 features" in page.map.note
        assert [segment.territory for segment in page.map.segments] == ["", ""]
        assert page.map.customer == page.map.segments[1].centroid

    def test_a_large_sample_is_thinned_by_segment(self) -> None:
        model = example_model()
        features = tuple((float(n % 90), 50.0) for n in range(2000))
        ids = tuple(0 if n % 4 else 3 for n in range(2000))
        sample = model.analysis.sample.model_copy(
            update={"features": features, "segment_ids": ids, "is_all": True}
        )
        model.analysis = model.analysis.model_copy(update={"sample": sample})
        page = SegmentMapService(predictions_of(model)).home({})
        assert [segment.customers.count("M") for segment in page.map.segments] == [450, 150]
        assert page.map.note.startswith("A sample of 600 of the 4,000 customers")

    def test_drawn_once_a_version(self) -> None:
        maps = service()
        assert maps.home({}).map.segments is maps.home({"income": "20"}).map.segments

    def test_drawn_anew_for_a_new_version(self) -> None:
        maps = SegmentMapService(predictions_of(example_model(), example_model(), example_model(version=2)))
        assert maps.home({}).model_version == "example/1"
        assert maps.home({}).model_version == "example/2"

    def test_a_version_that_comes_in_between_wins(self) -> None:
        page = SegmentMapService(predictions_of(example_model(), example_model(version=2))).home({})
        assert page.answer is not None
        assert page.model_version == page.answer.model_version == "example/2"


class TestControls:
    def test_start_at_the_mean_customer(self) -> None:
        control = service().home({}).controls[0]
        assert (control.value, control.low, control.high) == ("50", 0.0, 100.0)
        assert (control.minimum, control.maximum, control.step, control.error) == (0.0, 1000.0, 1.0, None)

    def test_keep_what_was_typed(self) -> None:
        page = service().home({"income": "many", "score": " 20 "})
        assert [control.value for control in page.controls] == ["many", "20"]
        assert page.controls[0].error is not None
        assert page.controls[1].error is None
        assert (page.answer, page.answer_slot, page.map.customer) == (None, None, None)

    def test_shorten_what_no_person_types(self) -> None:
        assert len(service().home({"income": "9" * 5000}).controls[0].value) == 40

    @pytest.mark.parametrize(("text", "segment"), [("12,5", 0), ("80,25", 3), ("80", 3), ("8e1", 3)])
    def test_read_a_decimal_comma(self, text: str, segment: int) -> None:
        answer = service().home({"income": text, "score": text}).answer
        assert answer is not None
        assert answer.segment_id == segment

    @pytest.mark.parametrize("text", ["1,000", "1,2,3", ",", "5,"])
    def test_refuse_a_comma_that_may_mean_thousands(self, text: str) -> None:
        assert service().home({"income": text, "score": "20"}).answer is None


class TestAnswer:
    def test_carries_its_colour_and_place(self) -> None:
        page = service().home({"income": "80", "score": "80"})
        assert page.answer is not None
        assert (page.answer.segment_id, page.answer_slot) == (3, 4)
        assert page.map.customer == page.map.segments[1].centroid

    def test_beyond_the_map_stands_at_its_edge(self) -> None:
        page = service().home({"income": "900", "score": "50"})
        assert page.map.customer is not None
        assert page.map.customer.x == page.map.plot[2]
        assert page.answer is not None
        assert page.answer.outside_training_range == ["income"]


class TestStory:
    def test_tells_why_and_what_it_would_take(self) -> None:
        page = service().home({"income": "20", "score": "20", "target": "3"})
        assert page.why is not None
        assert (page.why.own, page.why.runner_up) == ("Low", "High </script>")
        assert page.what_if is not None
        assert (page.what_if.segment_id, page.what_if.to) == (3, {"income": 50.0, "score": 50.1})
        assert page.map.way_end is not None
        assert page.map.customer is not None
        assert page.map.way_end.x > page.map.customer.x

    @pytest.mark.parametrize("target", [None, "", "1", "-1", "03", "３", "3.0", "x" * 9999, "9" * 9999])
    def test_ignores_a_target_that_is_no_segment(self, target: str | None) -> None:
        page = service().home({"income": "20", "score": "20", "target": target})
        assert page.answer is not None
        assert (page.what_if, page.map.way_end) == (None, None)

    def test_says_nothing_of_faulty_values(self) -> None:
        page = service().home({"income": "many", "score": "20", "target": "3"})
        assert (page.why, page.what_if, page.map.way_end) == (None, None, None)


class TestModelJson:
    def test_holds_the_numbers_exactly(self) -> None:
        model = example_model()
        data = json.loads(SegmentMapService(predictions_of(model)).home({}).model_json)
        assert data["version"] == "example/1"
        assert data["centroids"] == [list(segment.centroid) for segment in model.segments]
        assert data["refits"] == pack_refits(model)
        assert [(f["mean"], f["scale"]) for f in data["features"]] == [(50.0, 30.0)] * 2

    def test_cannot_end_its_script_element(self) -> None:
        text = service().home({}).model_json
        assert "<" not in text
        assert json.loads(text)["segments"][1]["name"] == "High </script>"


class TestMixedData:
    def test_a_category_has_a_list_and_blanks_are_told(self) -> None:
        page = SegmentMapService(mixed_predictions(mixed_model(["none"], region=True))).home({"income": ""})
        income, region = page.controls
        assert (income.value, income.blank) == ("", "counts as the median, 48")
        assert (region.choices, region.value) == (["North", "South"], "South")
        assert page.map.kind == "projection"
        assert page.why is not None
        assert "no value, taken as 48 k$, is nearer" in page.why.reasons[0].text

    def test_what_must_not_be_blank_is_a_fault(self) -> None:
        model = mixed_model(["none"], region=True)
        page = SegmentMapService(mixed_predictions(model, "refuse")).home({"income": "", "region": ""})
        assert [control.error for control in page.controls] == [
            "Enter income as a number, such as 42 or 42.5.",
            "Choose region.",
        ]

    def test_a_blank_lies_where_the_model_supposes_it(self) -> None:
        drawn = SegmentMapService(mixed_predictions(mixed_model(["none", "none"], threshold=9.0)))
        blank, median = drawn.home({"income": ""}), drawn.home({"income": "48"})
        assert blank.map.kind == "plane"
        assert blank.map.customer == median.map.customer

    def test_centroids_of_a_projection_lie_at_their_own_coordinates(self) -> None:
        points = [[-1.0, 0.3, -0.3], [1.0, -0.3, 0.3]]
        model = mixed_model(["none"], region=True, centroids=points)
        page = SegmentMapService(mixed_predictions(model)).home({})
        view = choose_view(model)
        for segment, point in zip(page.map.segments, points, strict=True):
            across = sum(w * z for w, z in zip(view.x.weights, point, strict=True))
            assert segment.centroid.x == pytest.approx(view.x.scale(across), abs=0.1)

    def test_the_exceptional_have_marks_of_their_own(self) -> None:
        model = mixed_model(["none", "none"], threshold=0.2)
        page = SegmentMapService(mixed_predictions(model)).home(
            {"income": "50", "score": "50", "target": "3"}
        )
        assert page.map.outlying is not None
        assert (page.map.outlying.segment_id, page.map.outlying.threshold) == (7, 0.2)
        # of the sample's three, at 20, 25 and 80, one is farther than a fifth of a deviation from both
        assert page.map.outlying.customers.count("M") == 1
        assert [segment.customers.count("M") for segment in page.map.segments] == [1, 1]
        assert page.answer is not None
        assert (page.answer.segment_id, page.answer_slot) == (7, 8)
        assert page.why is not None
        assert (page.why.own, page.why.meaning) == ("Exceptional", "beyond the reach")
        assert page.what_if is not None
        assert page.what_if.to is not None

    def test_with_far_reach_there_are_none(self) -> None:
        page = SegmentMapService(mixed_predictions(mixed_model(["none", "none"], threshold=50.0))).home({})
        assert page.map.outlying is not None
        assert (page.map.outlying.customers, page.map.outlying.is_beyond) == ("", False)
