"""What the pages are given: one typed object a page."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.schemas.base import Answer
from app.schemas.choice import ChoiceStory
from app.schemas.cluster import ClusterInfo, ClusterRead, ExceptionalRead
from app.schemas.model_version import ModelInfo
from app.schemas.prediction import PredictionRead


class RecipeLink(Answer):
    """One entry of the chooser: a recipe that has a model, and its pages."""

    name: str
    title: str
    home: str
    about: str
    is_current: bool


class Frame(Answer):
    """Addresses of a page's recipe and of its API, the bare ones unless told; every recipe with pages."""

    home: str = "/"
    about: str = "/about"
    models: str = "/models"
    api: str = "/api/v1"
    recipes: list[RecipeLink] = Field(default_factory=list)


class Control(Answer):
    """One slider with its number box, or a list of choices.

    `minimum` and `maximum` bound the box; `low` and `high` the slider. `blank` says what a blank one counts
    as; it is empty where a value is needed.
    """

    name: str
    label: str
    unit: str
    minimum: float
    maximum: float
    low: float
    high: float
    step: float
    value: str
    choices: list[str] = Field(default=[])
    blank: str = ""
    error: str | None = None


class Tick(Answer):
    """One mark of an axis: where it stands in drawing units, and its text."""

    at: float
    text: str


class Axis(Answer):
    """One axis of a drawing."""

    label: str
    ticks: list[Tick]


class Spot(Answer):
    """A place in drawing units."""

    x: float
    y: float


class MapLabel(Answer):
    """A segment's name beside its centroid; `y` is the line's of the last of its lines."""

    x: float
    y: float
    anchor: Literal["start", "middle", "end"]
    lines: list[str]


class MapSegment(Answer):
    """One segment on the map: its territory, empty in a projection, its customers and its centroid."""

    segment_id: int
    name: str
    slot: int
    territory: str
    customers: str
    marker: str
    centroid: Spot
    label: MapLabel
    size: int


class Outlying(Answer):
    """The segment of those farther than `threshold` from every centroid: marks, and no place of its own.

    `is_beyond`: some of them lie outside of the map, and their marks on its edge.
    """

    segment_id: int
    name: str
    slot: int
    marker: str
    customers: str
    threshold: float
    is_beyond: bool


class SegmentMap(Answer):
    """Customers by segment, in drawing units of `width` by `height`.

    A strip shows one feature, a plane two, a projection more: see `app/services/map_view.py`.

    `territory`, `customers` and `marker` are SVG path data; `plot` is the inner rectangle
    (left, top, right, bottom) that the axes frame.
    """

    kind: Literal["strip", "plane", "projection"]
    width: float
    height: float
    plot: tuple[float, float, float, float]
    x_axis: Axis
    y_axis: Axis
    segments: list[MapSegment]
    outlying: Outlying | None = None
    customer: Spot | None
    way_end: Spot | None = None
    note: str


class ReasonLine(Answer):
    """What one feature says about a placement, its bar in percents of half the width, from the middle."""

    feature: str
    slot: int
    text: str
    shown: str
    start: float
    length: float


class Why(Answer):
    """Why a customer is in its own segment and not in the runner-up; the numbers shown add up to `total`.

    `meaning` says what that total is.
    """

    own: str
    runner_up: str
    meaning: str
    reasons: list[ReasonLine]
    total: str


class WhatIf(Answer):
    """What would place a customer into a chosen segment; `query` is the address of that customer."""

    segment_id: int
    text: str
    singles: list[str]
    to: dict[str, float] | None = None
    query: str | None = None


class HomePage(Answer):
    """The home page: controls, answer, map, and the numbers that the page evaluates itself."""

    title: str
    noun: str
    controls: list[Control]
    answer: PredictionRead | None
    answer_slot: int | None
    reach: str = ""
    why: Why | None
    what_if: WhatIf | None
    map: SegmentMap
    model_json: str
    verdict: str
    verdict_code: str
    model_version: str
    frame: Frame


class CurveChart(Answer):
    """One validity measure over k, in drawing units; `path` and `band` are SVG path data."""

    key: str
    title: str
    finding: str
    width: float
    height: float
    path: str
    band: str
    dots: list[Spot]
    chosen: Spot
    x_axis: Axis
    y_axis: Axis


class AboutSegment(Answer):
    """One row of the segment table; no resampling makes the exceptional, so they have no stability."""

    slot: int
    info: ClusterInfo
    numbers: ClusterRead | ExceptionalRead
    verdict: str


class ColumnTitle(Answer):
    """A column of the segment table; `is_feature`: it makes the segments, else it only describes them.

    The segments' intervals reach from `low` so far as `span`.
    """

    name: str
    label: str
    unit: str
    is_feature: bool
    effect_size: float
    low: float
    span: float


class AboutPage(Answer):
    """The model card as a page."""

    title: str
    model: ModelInfo
    customers: str
    headline: str
    columns: list[ColumnTitle]
    least_told: int
    segments: list[AboutSegment]
    outlying: AboutSegment | None = None
    choice: ChoiceStory | None = None
    curves: list[CurveChart]
    curves_file: str
    silhouette_of: str
    curves_of: str
    null_text: str
    limits: list[str]
    frame: Frame


class ErrorPage(Answer):
    """An error as a page."""

    code: str
    status: int
    title: str
    detail: str
    request_id: str


class DocsPage(Answer):
    """Where the API documentation finds its files."""

    script: str
    style: str
    redoc: str
    schema_url: str
