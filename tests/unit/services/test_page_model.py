from __future__ import annotations

import json
from typing import cast

import pytest

from app.models.ml_model import MLModel
from app.models.model_document import ConfidenceDocument, ExceptionalState
from app.services.page_model import MOST_NUMBERS, model_json, pack_refits
from app.services.prediction_service import SegmentTexts
from tests.unit.services.example_mixed import mixed_model, mixed_predictions
from tests.unit.services.example_model import example_model, predictions_of

Refits = list[list[list[float]]]


def unpacked(model: MLModel) -> Refits:
    """Read the refits back as the page does."""
    packed, size = pack_refits(model), len(model.document.features)
    flat = [
        [(base + step) / packed["unit"] for base, step in zip(packed["bases"], steps, strict=True)]
        for steps in zip(*packed["steps"], strict=True)
    ]
    return [[row[at : at + size] for at in range(0, len(row), size)] for row in flat]


def model_with(refits: Refits) -> MLModel:
    model = example_model(2)
    model.confidence = ConfidenceDocument.model_validate({"refits": refits})
    return model


def texts_of(model: MLModel) -> list[SegmentTexts]:
    return [predictions_of(model).describe(segment) for segment in model.segments]


class TestPackRefits:
    def test_four_decimals_are_whole_steps(self) -> None:
        refits: Refits = [[[-0.2836, 0.0001], [1.3005, -0.0]], [[-1.2404, 0.3], [2.9999, 0.1]]]
        model = model_with(refits)
        packed = pack_refits(model)
        assert packed["unit"] == 10_000
        assert packed["bases"] == [-10_000, -10_000, 10_000, 10_000]
        assert packed["steps"][0] == [7164, -2404]
        assert unpacked(model) == refits

    def test_every_float_of_four_decimals_is_read_back_exactly(self) -> None:
        refits: Refits = [[[n / 10_000, -n / 10_000], [n / 1000, 0.0]] for n in range(0, 50_000, 7)]
        assert unpacked(model_with(refits)) == refits

    def test_more_decimals_go_as_they_are(self) -> None:
        refits: Refits = [[[0.12345, 1 / 3], [1.0, 2.0]], [[0.1, 0.2], [0.3, 1e-9]]]
        model = model_with(refits)
        assert pack_refits(model)["unit"] == 1
        assert unpacked(model) == refits


class TestModelJson:
    def test_refits_are_left_out_where_they_would_outweigh_the_page(self) -> None:
        for count, is_sent in ((MOST_NUMBERS // 4, True), (MOST_NUMBERS // 4 + 1, False)):
            model = model_with([[[-1.0, 0.0], [1.0, 0.0]]] * count)
            told = json.loads(model_json(model, texts_of(model), {}))
            assert (told["refits"] is not None) == is_sent
            assert told["refit_count"] == count

    def test_mixed_data_come_with_what_makes_coordinates(self) -> None:
        model = mixed_model(["none", "log1p"], region=True, threshold=2.5)
        predictions = mixed_predictions(model)
        texts = [predictions.describe(segment) for segment in model.segments]
        far = predictions.describe_exceptional(cast("ExceptionalState", model.document.exceptional))
        told = json.loads(model_json(model, texts, {}, far))
        income, score, region = told["features"]
        assert (income["centre"], income["spread"], income["median"]) == (50.0, 30.0, 48.0)
        assert score["transform"] == "log1p"
        # north, south, any other word, none
        assert region["points"] == [
            [pytest.approx(x) for x in point]
            for point in ((0.5**0.5, -(0.5**0.5)), (-(0.5**0.5), 0.5**0.5), (0, 0), (0, 0))
        ]
        assert told["centres"][0][2] in (0.0, 1.0)
        assert (told["exceptional"]["segment_id"], told["exceptional"]["threshold"]) == (7, 2.5)

    def test_plain_models_are_sent_nothing_of_it(self) -> None:
        model = model_with([[[-1.0, 0.0], [1.0, 0.0]]])
        told = json.loads(model_json(model, texts_of(model), {}))
        assert not {"centres", "exceptional"} & told.keys()
        assert not {"median", "transform", "derived"} & told["features"][0].keys()
