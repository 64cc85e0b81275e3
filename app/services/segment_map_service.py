"""The home page: the map of customers by segment, the controls, the numbers that the page evaluates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.models.explanation import explain
from app.models.geometry import (
    Plane,
    Point,
    Scale,
    marker_path,
    nice_range,
    nice_ticks,
    polygon_path,
    territories,
)
from app.models.ml_model import MLModel
from app.models.model_document import FeatureState, SegmentState
from app.schemas.page import (
    Axis,
    HomePage,
    MapSegment,
    Outlying,
    SegmentMap,
    Spot,
    Tick,
    WhatIf,
    Why,
)
from app.services.customer_controls import control_of, text_of, without_comma
from app.services.explanation_story import tell_what_if, tell_why
from app.services.page_model import model_json
from app.services.prediction_service import PredictionService
from app.services.wording import axis_title, number_text, verdict_sentence

WIDTH, HEIGHT = 640.0, 470.0
PLOT = (46.0, 30.0, 628.0, 424.0)
MARGIN = 0.025
MARK, CENTROID_MARK = 4.6, 9.0
GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class _Direction:
    """One direction of the map: its feature (None upwards in a model with one) and its scale."""

    index: int | None
    feature: FeatureState | None
    shown: Point
    scale: Scale


@dataclass(frozen=True)
class _Drawn:
    """What is the same for every visitor of one model version."""

    model: MLModel
    x: _Direction
    y: _Direction
    map: SegmentMap
    model_json: str


class SegmentMapService:
    """Draws the map once per model version and places a customer on it."""

    def __init__(self, predictions: PredictionService) -> None:
        self._predictions = predictions
        self._last: _Drawn | None = None

    def home(self, typed: Mapping[str, str | None]) -> HomePage:
        """Build the home page from what was typed; features that are missing start at the mean customer.

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
            return self.home(typed)  # a newer version came in between
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
            controls=[control_of(f, texts[f.name], errors.get(f.name)) for f in asked],
            answer=answer,
            answer_slot=slots[answer.segment_id] if answer else None,
            why=why,
            what_if=what_if,
            map=drawn.map.model_copy(update={"customer": spot, "way_end": end}),
            model_json=drawn.model_json,
            verdict=verdict_sentence(document.verdict.code, len(document.segments)),
            verdict_code=document.verdict.code,
            model_version=drawn.model.label,
        )

    def _draw(self, model: MLModel) -> _Drawn:
        last = self._last
        if last is None or last.model is not model:
            last = self._last = self._drawn_anew(model)
        return last

    def _drawn_anew(self, model: MLModel) -> _Drawn:
        left, top, right, bottom = PLOT
        across, *rest = _shown(model)
        x = _direction(across, model.document.features[across], left, right)
        y = (
            _direction(rest[0], model.document.features[rest[0]], bottom, top)
            if rest
            else _direction(None, None, bottom, top)
        )
        drawing = SegmentMap(
            width=WIDTH,
            height=HEIGHT,
            plot=PLOT,
            x_axis=_axis(x, 6),
            y_axis=_axis(y, 5),
            segments=self._segments(model, x, y),
            outlying=self._outlying(model),
            customer=None,
            note=_note(model),
        )
        texts = [self._predictions.describe(segment) for segment in model.segments]
        outlying = model.document.exceptional
        far = self._predictions.describe_exceptional(outlying) if outlying else None
        directions = {"x": _direction_json(x), "y": _direction_json(y)}
        return _Drawn(model, x, y, drawing, model_json(model, texts, directions, far))

    def _segments(self, model: MLModel, x: _Direction, y: _Direction) -> list[MapSegment]:
        box = ((x.scale.low, y.scale.low), (x.scale.high, y.scale.high))
        cells = territories([_plane(model, segment, x, y) for segment in model.segments], box)
        spots: dict[int, list[Point]] = {segment.segment_id: [] for segment in model.segments}
        sample = model.analysis.sample
        for row, (values, segment_id) in enumerate(zip(sample.features, sample.segment_ids, strict=True)):
            spots[segment_id].append(_spot(values, x, y, row))
        result = []
        for place, (segment, cell) in enumerate(zip(model.segments, cells, strict=True)):
            texts = self._predictions.describe(segment)
            at = _spot(model.centre(place), x, y, 0)
            result.append(
                MapSegment(
                    segment_id=segment.segment_id,
                    name=texts.name,
                    slot=texts.slot,
                    territory=polygon_path([(x.scale(px), y.scale(py)) for px, py in cell]),
                    customers="".join(
                        marker_path(texts.slot, MARK, spot) for spot in spots[segment.segment_id]
                    ),
                    marker=marker_path(texts.slot, CENTROID_MARK),
                    centroid=Spot(x=round(at[0], 1), y=round(at[1], 1)),
                    size=segment.size,
                )
            )
        return result

    def _outlying(self, model: MLModel) -> Outlying | None:
        found = model.document.exceptional
        if found is None:
            return None
        texts = self._predictions.describe_exceptional(found)
        marker = marker_path(texts.slot, CENTROID_MARK)
        return Outlying(segment_id=found.segment_id, name=texts.name, slot=texts.slot, marker=marker)


def _shown(model: MLModel) -> list[int]:
    """Return the places of at most two numbers for the map, untransformed first: borders are lines."""
    features = model.document.features
    numbers = [place for place, _ in model.changeable]
    return sorted(numbers, key=lambda place: features[place].transform != "none")[:2]


def _direction(index: int | None, feature: FeatureState | None, start: float, stop: float) -> _Direction:
    low, high = nice_range(feature.training_min, feature.training_max) if feature else (0.0, 1.0)
    room = MARGIN * (high - low)
    return _Direction(index, feature, (low, high), Scale(low - room, high + room, start, stop))


def _direction_json(direction: _Direction) -> dict[str, object]:
    scale = direction.scale
    name = direction.feature.name if direction.feature else None
    return {"feature": name, "low": scale.low, "high": scale.high, "from": scale.start, "to": scale.stop}


def _axis(direction: _Direction, count: int) -> Axis:
    feature = direction.feature
    if feature is None:
        return Axis(label="", ticks=[])
    ticks = nice_ticks(*direction.shown, count)
    return Axis(
        label=axis_title(feature.label, feature.unit),
        ticks=[Tick(at=round(direction.scale(value), 1), text=number_text(value, 6)) for value in ticks],
    )


def _plane(model: MLModel, segment: SegmentState, x: _Direction, y: _Direction) -> Plane:
    """Return the segment's score as a plane over the map, all further features at their mean.

    Over a transformed feature it is the plane that touches it there.
    """
    slopes, constant = [0.0, 0.0], -sum(c * c for c in segment.centroid)
    for side, direction in enumerate((x, y)):
        if direction.index is None or direction.feature is None:
            continue
        mean, scale = model.line(direction.index)
        slopes[side] = 2 * segment.centroid[model.spans[direction.index].start] / scale
        constant -= slopes[side] * mean
    return (slopes[0], slopes[1], constant)


def _spot(values: Sequence[float], x: _Direction, y: _Direction, row: int) -> Point:
    """Return where values lie on the map; with one feature the rows are spread evenly over the height."""
    if y.index is None:
        return (x.scale.clamped(values[x.index or 0]), y.scale((0.5 + row * GOLDEN) % 1.0))
    return (x.scale.clamped(values[x.index or 0]), y.scale.clamped(values[y.index]))


def _place(drawn: _Drawn, values: Sequence[float]) -> Spot:
    shown = [d.index for d in (drawn.x, drawn.y) if d.index is not None]
    if any(math.isnan(values[place]) for place in shown):
        known = drawn.model.standardise(values)
        values = [
            drawn.model.own_unit(place, known[drawn.model.spans[place].start]) if place in shown else x
            for place, x in enumerate(values)
        ]
    at = _spot(values, drawn.x, drawn.y, 0)
    return Spot(x=round(at[0], 1), y=round(at[1], 1))


def _story(drawn: _Drawn, customer: Sequence[float], target: str | None) -> tuple[Why, WhatIf | None]:
    model, segments = drawn.model, drawn.map.segments
    found = explain(model, customer)
    chosen = [j for j, segment in enumerate(segments) if str(segment.segment_id) == target]
    what_if = tell_what_if(model, found, customer, segments[chosen[0]], chosen[0]) if chosen else None
    return tell_why(model, found, segments, drawn.map.outlying), what_if


def _note(model: MLModel) -> str:
    rows, sample = model.document.data.rows, model.analysis.sample
    if sample.is_all:
        first = f"All {number_text(rows)} customers of the training table, one mark each."
    else:
        shown = number_text(len(sample.features))
        first = f"A sample of {shown} of the {number_text(rows)} customers, each segment by its share."
    if len(model.document.features) > 2:
        first += " Borders are drawn for a customer with average values of the features not shown."
    return first
