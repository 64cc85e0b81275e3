"""What the pages between a customer table and its segments are given."""

from __future__ import annotations

from pydantic import Field

from app.schemas.base import Answer
from app.schemas.choice import ChoiceStory
from app.schemas.job import JobRead
from app.schemas.page import Frame


class PageFault(Answer):
    """Something to correct: the id of the field, and what is wrong with it."""

    field: str
    text: str


class TableChoice(Answer):
    """A table that a recipe can be trained on; the recipe's own file has no id."""

    id: str
    text: str


class ColumnChoice(Answer):
    """A column that may make segments, as the form shows it; `place` counts the table's columns from 0."""

    place: int
    name: str
    is_number: bool
    use: bool
    reason: str
    transform: str
    weight: str
    missing: int
    error: str | None = None


class ExceptionalChoice(Answer):
    """Whether exceptional customers are kept apart, at most how many percent of all, and why or why not."""

    use: bool
    percent: str
    reason: str


class ColumnLeftOut(Answer):
    """A column that cannot make segments, and why."""

    name: str
    reason: str


class SegmentingPage(Answer):
    """The form that makes a recipe out of a table."""

    title: str
    dataset_id: str
    dataset_name: str
    rows: int
    recipe_title: str
    recipe_name: str
    segments: str
    least_size: str
    exceptional: ExceptionalChoice
    key: str = Field(description="Tells a form that is sent twice from another one.")
    filled: str = Field(description="Where the choices come from, if not from the suggestion alone.")
    columns: list[ColumnChoice]
    left_out: list[ColumnLeftOut]
    errors: dict[str, str] = Field(description="By the field's id.")
    faults: list[PageFault] = Field(description="The same in the order of the page.")


class TrainedSegment(Answer):
    """A segment of the version that a training made; `slot` is 0 where the version is gone."""

    name: str
    slot: int
    size: int
    share: float


class Trained(Answer):
    """What a training came to."""

    model_version: str
    is_active: bool
    verdict: str
    verdict_code: str
    verdict_text: str
    choice: ChoiceStory | None = Field(default=None, description="Why so many, where the number was chosen.")
    customers: str
    k: int
    merged: str
    segments: list[TrainedSegment]
    widest: float
    has_moves: bool


class TrainingPage(Answer):
    """One training: how far it is, what came of it, or why it failed."""

    title: str
    job: JobRead
    recipe: str
    recipe_title: str
    recipe_is_there: bool
    dataset_id: str | None
    percent: int
    words: str
    trained: Trained | None
    advice: str
    frame: Frame


class Swatch(Answer):
    """A place in the palette that a segment may take; `taken_by` names the segment that has it."""

    slot: int
    taken_by: str


class SegmentForm(Answer):
    """One segment's words in boxes."""

    segment_id: int
    shown_name: str
    slot: int
    shown_slot: int
    name: str
    description: str
    strategy: str
    swatches: list[Swatch]
    edited: str
    errors: dict[str, str]


class SegmentsPage(Answer):
    """Every segment of the active version as a form."""

    title: str
    recipe: str
    recipe_title: str
    model_version: str
    forms: list[SegmentForm]
    faults: list[PageFault]
    message: str | None
    fault: str | None
    frame: Frame
