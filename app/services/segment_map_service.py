"""The home page: the map of customers by segment, the controls, the numbers that the page evaluates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.models.explanation import explain
from app.models.geometry import Point, marker_path, polygon_path
from app.models.ml_model import MLModel
from app.models.reach import share_nearer
from app.schemas.page import Frame, HomePage, MapSegment, Outlying, SegmentMap, Spot, WhatIf, Why
from app.services.customer_controls import blank_text, control_of, text_of, without_comma
from app.services.explanation_story import tell_reach, tell_what_if, tell_why
from app.services.map_labels import SIZE, SMALL_SIZE, Box, place_labels
from app.services.map_territories import find_territories
from app.services.map_view import WIDTH, MapView, choose_view
from app.services.page_model import model_json
from app.services.prediction_service import PredictionService, SegmentTexts
from app.services.wording import verdict_sentence
from app.utils.quantities import number_text

MARK, CENTROID_MARK = 4.6, 9.0
# what a page of 30 kB has room for: a feature takes the room of some marks, and so does an encoding
MOST_MARKS, FEWEST_MARKS, MARKS_A_FEATURE, MARKS_AN_ENCODING = 640, 200, 20, 240
STRIP_ROWS = (0.78, 0.5, 0.22)


@dataclass(frozen=True)
class _Drawn:
    """What is the same for every visitor of one model version, until a person renames a segment."""

    model: MLModel
    texts: list[SegmentTexts]
    view: MapView
    map: SegmentMap
    model_json: str


class SegmentMapService:
    """Draws the map once per model version and places a customer on it."""

    def __init__(self, predictions: PredictionService) -> None:
        self._predictions = predictions
        self._last: _Drawn | None = None

    def home(self, typed: Mapping[str, str | None], frame: Frame | None = None) -> HomePage:
        """Build the home page from what was typed; features that are absent start at the mean customer.

        A `target` that names a segment asks what would place the customer there; any other is ignored.

        Raises
        ------
        ModelUnavailable
            If no model version can answer.
        """
        drawn = self._draw(self._predictions.current())
        document, recipe = drawn.model.document, self._predictions.recipe
        asked = [f for f in document.features if not f.derived]
        texts = {f.name: text_of(typed.get(f.name), f) for f in asked}
        values, errors = self._predictions.check({name: without_comma(text) for name, text in texts.items()})
        answer = None if errors else self._predictions.predict(values)
        if answer and answer.model_version != drawn.model.label:
            return self.home(typed, frame)  # a newer version came in between
        slots = {segment.segment_id: segment.slot for segment in drawn.map.segments}
        if drawn.map.outlying:
            slots[drawn.map.outlying.segment_id] = drawn.map.outlying.slot
        row = [] if errors else self._predictions.row(drawn.model, values)
        spot = None if errors else _place(drawn, row)
        why, what_if = (None, None) if errors else _story(drawn, row, typed.get("target"))
        end = _place(drawn, list(what_if.to.values())) if what_if and what_if.to else None
        return HomePage(
            title=f"What kind of {recipe.noun} is this?",
            noun=recipe.noun,
            controls=[
                control_of(f, texts[f.name], errors.get(f.name), blank_text(drawn.model, recipe, f))
                for f in asked
            ],
            answer=answer,
            reach=_reach(drawn, row) if answer and answer.outside_training_range else "",
            answer_slot=slots[answer.segment_id] if answer else None,
            why=why,
            what_if=what_if,
            map=drawn.map.model_copy(update={"customer": spot, "way_end": end}),
            model_json=drawn.model_json,
            verdict=verdict_sentence(document.verdict.code, len(document.segments)),
            verdict_code=document.verdict.code,
            model_version=drawn.model.label,
            frame=frame or Frame(),
        )

    def _draw(self, model: MLModel) -> _Drawn:
        last = self._last
        texts = self._predictions.texts(model)
        if last is None or last.model is not model or last.texts is not texts:
            last = self._last = self._drawn_anew(model, texts)
        return last

    def _drawn_anew(self, model: MLModel, texts: list[SegmentTexts]) -> _Drawn:
        view, rows = choose_view(model), _shown_rows(model)
        found = model.document.exceptional
        far = self._predictions.describe_exceptional(found) if found else None
        drawing = SegmentMap(
            kind=view.kind,
            width=WIDTH,
            height=view.height,
            plot=view.plot,
            x_axis=view.x.axis,
            y_axis=view.y.axis,
            segments=_segments(view, texts, rows),
            outlying=_outlying(view, found.segment_id, far, rows) if found and far else None,
            customer=None,
            note=f"{_shown_text(model, len(rows))} {view.explained}".strip(),
        )
        directions = {"x": view.x.as_json(), "y": view.y.as_json()}
        return _Drawn(model, texts, view, drawing, model_json(model, texts, directions, far))


def _reach(drawn: _Drawn, row: Sequence[float]) -> str:
    """Say how far out a customer lies; of the exceptional the details of the answer tell."""
    placement = drawn.model.place(row)
    if placement.exceptional:
        return ""
    nearest = placement.order[0]
    share = share_nearer(drawn.model.segments[nearest].reach, placement.distances[nearest])
    return tell_reach(share, drawn.texts[nearest].name)


def _segments(view: MapView, texts: Sequence[SegmentTexts], rows: Sequence[int]) -> list[MapSegment]:
    model, sample = view.model, view.model.analysis.sample
    marks: dict[int, list[Point]] = {segment.segment_id: [] for segment in model.segments}
    far = set(_exceptional_rows(model, rows))
    for row in rows:
        if row not in far:
            marks[sample.segment_ids[row]].append(view.spot(sample.features[row], row))
    centres = _centres(view)
    size = SMALL_SIZE if view.kind == "projection" else SIZE
    labels = place_labels([text.name for text in texts], centres, Box(*view.plot), size)
    drawn = zip(model.segments, texts, find_territories(view), centres, labels, strict=True)
    return [
        MapSegment(
            segment_id=segment.segment_id,
            name=text.name,
            slot=text.slot,
            territory=polygon_path([(view.x.scale(px), view.y.scale(py)) for px, py in territory]),
            customers="".join(marker_path(text.slot, MARK, spot) for spot in marks[segment.segment_id]),
            marker=marker_path(text.slot, CENTROID_MARK),
            centroid=Spot(x=round(x, 1), y=round(y, 1)),
            label=label,
            size=segment.size,
        )
        for segment, text, territory, (x, y), label in drawn
    ]


def _centres(view: MapView) -> list[Point]:
    """Return where the centroids lie; on a strip in turn on three heights, so that names have room."""
    spots = [view.centre(index) for index in range(len(view.model.segments))]
    if view.kind != "strip":
        return spots
    in_turn = sorted(x for x, _ in spots)
    return [(x, view.y.scale(STRIP_ROWS[in_turn.index(x) % len(STRIP_ROWS)])) for x, _ in spots]


def _outlying(view: MapView, segment_id: int, texts: SegmentTexts, rows: Sequence[int]) -> Outlying:
    """Describe the segment of the exceptional, which has marks on the map and no place of its own."""
    model, features = view.model, view.model.analysis.sample.features
    spots = [view.spot(features[row], row) for row in _exceptional_rows(model, rows)]
    return Outlying(
        segment_id=segment_id,
        name=texts.name,
        slot=texts.slot,
        marker=marker_path(texts.slot, CENTROID_MARK),
        customers="".join(marker_path(texts.slot, MARK, spot) for spot in spots),
        threshold=model.threshold,
        is_beyond=any(view.is_on_edge(spot) for spot in spots),
    )


def _exceptional_rows(model: MLModel, rows: Sequence[int]) -> list[int]:
    """Return those of the sampled rows that lie too far from every segment."""
    if math.isinf(model.threshold):
        return []
    return [row for row in rows if model.lands(model.analysis.sample.features[row]) is None]


def _place(drawn: _Drawn, customer: Sequence[float]) -> Spot:
    x, y = drawn.view.spot(customer)
    return Spot(x=round(x, 1), y=round(y, 1))


def _story(drawn: _Drawn, customer: Sequence[float], target: str | None) -> tuple[Why, WhatIf | None]:
    model, segments = drawn.model, drawn.map.segments
    chosen = [j for j, segment in enumerate(segments) if str(segment.segment_id) == target]
    found = explain(model, customer, chosen)
    what_if = tell_what_if(model, found, customer, segments[chosen[0]], chosen[0]) if chosen else None
    return tell_why(model, found, segments, drawn.map.outlying), what_if


def _shown_rows(model: MLModel) -> list[int]:
    """Return the sampled rows that are drawn: all, or every n-th of each segment."""
    ids = model.analysis.sample.segment_ids
    taken = MARKS_A_FEATURE * len(model.document.features)
    taken += MARKS_AN_ENCODING if model.document.encoding else 0
    room = max(FEWEST_MARKS, MOST_MARKS - taken)
    if len(ids) <= room:
        return list(range(len(ids)))
    in_turn = sorted(range(len(ids)), key=ids.__getitem__)
    return sorted(in_turn[n * len(ids) // room] for n in range(room))


def _shown_text(model: MLModel, shown: int) -> str:
    rows, sample = model.document.data.rows, model.analysis.sample
    if sample.is_all and shown == len(sample.features):
        return f"All {number_text(rows)} customers of the training table, one mark each."
    return (
        f"A sample of {number_text(shown)} of the {number_text(rows)} customers, each segment by its share."
    )
