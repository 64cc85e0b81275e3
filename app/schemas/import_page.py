"""What the pages of an import are given: while it works, when it stops, and what the file holds."""

from __future__ import annotations

from typing import ClassVar

from app.schemas.base import Answer
from app.schemas.problem import ProblemField


class WorkingPage(Answer):
    """A file that is being looked at or taken in."""

    template: ClassVar[str] = "datasets/working.html"

    title: str
    job_id: str
    file_name: str
    progress: float
    words: str
    is_cancelling: bool


class StoppedPage(Answer):
    """A file that could not be taken in, or was not to be; `can_retry` where it can be looked at again."""

    template: ClassVar[str] = "datasets/stopped.html"

    title: str
    job_id: str
    file_name: str
    detail: str
    errors: list[ProblemField]
    can_retry: bool


class PageOption(Answer):
    """One answer to choose."""

    value: str
    text: str
    sample: str = ""
    is_chosen: bool = False


class PageQuestion(Answer):
    """One open question as radio buttons called `field`."""

    field: str
    text: str
    is_required: bool
    options: list[PageOption]
    fault: str | None = None


class PageSelect(Answer):
    """One choice that can be changed; `label` says for what."""

    field: str
    label: str
    options: list[PageOption]


class PageColumn(Answer):
    """One column as it was understood, in words, and how to say otherwise."""

    name: str
    kind: PageSelect
    decimal: PageSelect | None
    span: str
    missing: int
    distinct: int
    outliers: int
    off_because: str | None
    is_numeric: bool


class PageFault(Answer):
    """What stands in the way, with a link to its field."""

    field: str
    text: str


class UnderstoodPage(Answer):
    """What a file holds, before anything of it is kept."""

    template: ClassVar[str] = "datasets/understood.html"

    title: str
    job_id: str
    file_name: str
    sentence: str
    notes: list[str]
    questions: list[PageQuestion]
    reading: list[PageSelect]
    columns: list[PageColumn]
    preview: list[list[str]]
    rejected: int
    rejections: list[ProblemField]
    name: str
    lineage: PageQuestion | None
    faults: list[PageFault]
    has_rows: bool
    is_remembered: bool


class TakenIn(Answer):
    """Nothing to show: the table is there."""

    dataset_id: str


ImportPage = WorkingPage | StoppedPage | UnderstoodPage
