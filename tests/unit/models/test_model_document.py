from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.models.model_document import AnalysisDocument, ConfidenceDocument, ModelDocument

Document = dict[str, Any]
MERGED = {"segments": 5, "least_size": 5, "inertia_before": 1.0, "inertia": 2.0}
BAD: dict[str, Callable[[Document], object]] = {
    "another format": lambda d: d.update(format=2),
    "a key too many": lambda d: d.update(note="x"),
    "a key too few": lambda d: d.pop("verdict"),
    "version zero": lambda d: d.update(version=0),
    "no features": lambda d: d.update(features=[]),
    "one segment": lambda d: d.update(segments=d["segments"][:1]),
    "a segment twice": lambda d: d["segments"].insert(0, d["segments"][0]),
    "segments out of order": lambda d: d["segments"].reverse(),
    "a reach too short": lambda d: d["segments"][0]["reach"].pop(),
    "an id below zero": lambda d: d["segments"][0].update(segment_id=-1),
    "an empty segment": lambda d: d["segments"][0].update(size=0),
    "a slot beyond the palette": lambda d: d["segments"][0].update(slot=9),
    "a centroid too long": lambda d: d["segments"][0]["centroid"].append(0.0),
    "a centroid of text": lambda d: d["segments"][0].update(centroid=["a", "b"]),
    "a scale of zero": lambda d: d["features"][0].update(scale=0),
    "a scale below zero": lambda d: d["features"][0].update(scale=-1.0),
    "merging that left as many": lambda d: d.update(merged=MERGED),
    "another transform": lambda d: d["features"][0].update(transform="log1p"),
    "a hash too short": lambda d: d["files"].update({"analysis.json": "ab"}),
    "a hash in capitals": lambda d: d["files"].update({"analysis.json": "A" * 64}),
    "a verdict of its own": lambda d: d["verdict"].update(code="surely"),
    "a time that is none": lambda d: d.update(trained_at="yesterday"),
}


@pytest.fixture
def stored(trained_once: Path) -> Document:
    path = trained_once / "models_artifacts" / "mall" / "1" / "model.json"
    document: Document = json.loads(path.read_bytes())
    return document


class TestModelDocument:
    def test_what_is_stored_is_read(self, stored: Document) -> None:
        document = ModelDocument.model_validate_json(json.dumps(stored))
        assert document.label == "mall/1"
        assert json.loads(document.model_dump_json()) == stored

    @pytest.mark.parametrize("fault", BAD)
    def test_anything_else_is_refused(self, stored: Document, fault: str) -> None:
        BAD[fault](stored)
        with pytest.raises(ValidationError):
            ModelDocument.model_validate_json(json.dumps(stored))

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
    def test_numbers_are_finite(self, stored: Document, number: str) -> None:
        stored["metrics"]["inertia"] = 31415.0
        text = json.dumps(stored).replace("31415.0", number)
        with pytest.raises(ValidationError):
            ModelDocument.model_validate_json(text)

    def test_it_cannot_be_changed(self, stored: Document) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            ModelDocument.model_validate(stored).version = 2  # type: ignore[misc]


class TestConfidenceDocument:
    @pytest.mark.parametrize("text", ['{"refits": []}', "{}", '{"refits": [[[NaN]]]}', '{"refits": 1}'])
    def test_no_refits(self, text: str) -> None:
        with pytest.raises(ValidationError):
            ConfidenceDocument.model_validate_json(text)


class TestAnalysisDocument:
    def test_what_is_stored_is_read_and_names_nobody(self, trained_once: Path) -> None:
        content = (trained_once / "models_artifacts" / "mall" / "1" / "analysis.json").read_bytes()
        analysis = AnalysisDocument.model_validate_json(content)
        assert len(analysis.sample.features) == len(analysis.sample.segment_ids) == 200
        assert {len(row) for row in analysis.sample.features} == {2}
        assert analysis.sample.is_all
