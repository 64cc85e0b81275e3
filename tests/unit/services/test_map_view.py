from __future__ import annotations

import math
from typing import Any

import pytest

from app.models.ml_model import MLModel
from app.services.map_view import choose_view
from tests.unit.services.example_mixed import mixed_model
from tests.unit.services.example_model import example_model


def model_with_centroids(*centroids: list[float]) -> MLModel:
    """The example's features, as many as the centroids have, with other segments."""
    model = example_model(len(centroids[0]))
    segment = model.segments[0].model_dump()
    segments: list[dict[str, Any]] = [
        segment | {"segment_id": n, "slot": n + 1, "centroid": centroid}
        for n, centroid in enumerate(centroids)
    ]
    return example_model(len(centroids[0]), segments=segments)


class TestStrip:
    def test_tells_its_borders_in_words(self) -> None:
        view = choose_view(model_with_centroids([1.0], [-1.0], [0.5]))
        # half way between 20, 65 and 80
        assert view.explained.startswith("The borders lie at 42.5 and 72.5 k$.")

    def test_rows_are_spread_and_a_customer_stands_in_the_middle(self) -> None:
        view = choose_view(example_model(1))
        _, top, _, bottom = view.plot
        heights = {round(view.spot([50.0], row)[1]) for row in range(20)}
        assert len(heights) == 20
        assert view.spot([50.0])[1] == pytest.approx((top + bottom) / 2)

    def test_the_upward_direction_has_no_name(self) -> None:
        view = choose_view(example_model(1))
        assert view.y.axis.label == ""
        told = view.y.as_json()
        assert (told["feature"], told["weights"]) == (None, None)


class TestPlane:
    def test_values_lie_by_their_features(self) -> None:
        view = choose_view(example_model(2))
        assert view.kind == "plane"
        x, y = view.spot([20.0, 80.0])
        assert (x, y) == (view.x.scale(20.0), view.y.scale(80.0))
        assert (view.x.as_json()["feature"], view.y.as_json()["feature"]) == ("income", "score")


class TestKind:
    @pytest.mark.parametrize(
        ("transforms", "region", "kind"),
        [
            (["none"], False, "strip"),
            (["log1p"], False, "strip"),
            (["none", "none"], False, "plane"),
            (["none", "log1p"], False, "projection"),
            (["none"], True, "projection"),
        ],
    )
    def test_by_what_the_coordinates_are(self, transforms: list[str], region: bool, kind: str) -> None:
        assert choose_view(mixed_model(transforms, region=region)).kind == kind

    def test_borders_of_a_transformed_strip_are_in_its_own_unit(self) -> None:
        view = choose_view(mixed_model(["log1p"]))
        assert view.explained.startswith(f"The border lies at {math.expm1(3.9):.1f}")

    def test_a_category_has_no_sign(self) -> None:
        points = [[-0.1, 1.0, -1.0], [0.1, -1.0, 1.0]]
        assert choose_view(mixed_model(["none"], region=True, centroids=points)).x.axis.label == "region"


class TestProjection:
    def test_directions_are_named_by_what_weighs_most(self) -> None:
        view = choose_view(model_with_centroids([1.0, 0.1, -0.9], [-1.0, -0.1, 0.9], [0.0, 2.0, 0.0]))
        assert (view.x.axis.label, view.y.axis.label) == ("+ income − visits", "+ score")

    def test_long_names_are_shortened(self) -> None:
        model = example_model(3)
        longer = [
            f.model_copy(update={"label": "A label of thirty letters " * 2}) for f in model.document.features
        ]
        model.document = model.document.model_copy(update={"features": tuple(longer)})
        label = choose_view(model).x.axis.label
        assert label.startswith("+ a label")
        assert len(label) <= 44

    def test_says_what_it_shows(self) -> None:
        view = choose_view(model_with_centroids([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]))
        assert (
            "A view of 3 features along the two directions in which the segments' centroids" in view.explained
        )
        assert "100 % of the variance between the centroids" in view.explained
        assert "distances in it are partial" in view.explained

    def test_two_segments_differ_in_one_direction_only(self) -> None:
        view = choose_view(example_model(3))
        assert "upwards, the one in which customers differ most besides" in view.explained

    def test_both_directions_have_one_scale(self) -> None:
        view = choose_view(model_with_centroids([1.0, 0.2, 0.3], [-1.0, 0.5, 0.3], [0.3, -0.4, 0.9]))
        units = [abs(d.scale.stop - d.scale.start) / (d.scale.high - d.scale.low) for d in (view.x, view.y)]
        assert units[0] == pytest.approx(units[1])

    def test_every_customer_of_the_sample_lies_within(self) -> None:
        model = model_with_centroids([1.0, 0.2, 0.3], [-1.0, 0.5, 0.3], [0.3, -0.4, 0.9])
        view = choose_view(model)
        left, top, right, bottom = view.plot
        for values in model.analysis.sample.features:
            x, y = view.spot(values)
            assert left < x < right
            assert top < y < bottom

    def test_far_away_stands_at_the_edge(self) -> None:
        view = choose_view(model_with_centroids([1.0, 0.2, 0.3], [-1.0, 0.5, 0.3], [0.3, -0.4, 0.9]))
        left, top, right, bottom = view.plot
        for values in ([1000.0, 0.0, 1000.0], [0.0, 1000.0, 0.0]):
            x, y = view.spot(values)
            assert left <= x <= right
            assert top <= y <= bottom
            assert x in (left, right) or y in (top, bottom)

    @pytest.mark.parametrize(("whale", "is_drawn_in"), [(140.0, True), (90_000.0, False)])
    def test_a_whale_presses_nobody_together(self, whale: float, *, is_drawn_in: bool) -> None:
        model = mixed_model(["none", "none", "none"], threshold=2.0)
        near = choose_view(model)
        rows = (*model.analysis.sample.features, (whale, whale, 50.0))
        sample = model.analysis.sample.model_copy(update={"features": rows})
        model.analysis = model.analysis.model_copy(update={"sample": sample})
        view = choose_view(model)
        assert model.lands(rows[-1]) is None
        assert view.is_on_edge(view.spot(rows[-1])) is not is_drawn_in
        assert not any(view.is_on_edge(view.spot(row)) for row in rows[:-1])
        assert (view.x.scale == near.x.scale) is not is_drawn_in

    def test_the_script_is_told_the_weights(self) -> None:
        view = choose_view(example_model(3))
        weights = view.x.as_json()["weights"]
        assert isinstance(weights, list)
        assert math.hypot(*weights) == pytest.approx(1.0)
