"""What the page of the model versions is given."""

from __future__ import annotations

from app.schemas.base import Answer
from app.schemas.page import Frame
from app.schemas.segment_pages import TableChoice
from app.schemas.version import MovedSegment, VersionList, VersionOutlying, VersionSegment


class RecipeChoice(Answer):
    """One recipe whose versions can be shown."""

    name: str
    title: str


class VersionColumn(Answer):
    """One version beside others; texts are empty where it cannot be trusted, and `fault` says why."""

    version: int
    model_version: str
    is_active: bool
    is_rollback: bool
    trained: str
    trained_iso: str
    data: str
    figures: list[tuple[str, str]]
    verdict: str
    verdict_code: str
    lineage: str
    merged: str
    segments: list[VersionSegment | VersionOutlying]
    widest: float
    has_moves: bool
    fault: str | None


class MovesCellText(Answer):
    """One cell of the table: how many, and what moved them; `is_stay` where the segment is the same."""

    customers: int
    note: str
    is_stay: bool


class MovesRow(Answer):
    """Customers of one segment of the older version, by where they are now; `gone` from the table."""

    segment: MovedSegment
    cells: list[MovesCellText]
    gone: int


class MovesTable(Answer):
    """Segments of the older version by those of the newer."""

    from_version: str
    to_version: str
    version: int
    text: str
    note: str
    columns: list[MovedSegment]
    rows: list[MovesRow]
    arrived: list[int]
    is_joined: bool


class VersionsPage(Answer):
    """The versions of a recipe side by side, and who moved between two of them.

    `key` goes with the form that trains on one of the `tables`: sent twice, it begins one training.
    """

    title: str
    recipe: str
    recipe_title: str
    recipes: list[RecipeChoice]
    found: VersionList
    versions: list[VersionColumn]
    moves: MovesTable | None
    tables: list[TableChoice]
    key: str
    moves_fault: str | None
    message: str | None
    fault: str | None
    frame: Frame


class VersionDeletePage(Answer):
    """The question before a version is deleted."""

    title: str
    recipe: str
    version: VersionColumn
