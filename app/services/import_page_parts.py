"""The parts of the import's pages, each from what a job tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.schemas.dataset import DatasetRead, Understanding
from app.schemas.import_page import (
    PageColumn,
    PageOption,
    PageQuestion,
    PageSelect,
    StoppedPage,
    WorkingPage,
)
from app.schemas.job import JobRead
from app.services.import_answers import Fields, field_of, lineage_values, understood_value
from app.services.import_wording import DELIMITERS, ENCODINGS, KINDS, as_sentence, span_text
from app.services.job_kinds import DRY_RUN, IMPORT

DECIMALS = {".": "decimal point", ",": "decimal comma"}
READING = (("encoding", "Letters", ENCODINGS), ("delimiter", "Between the cells", DELIMITERS))


def working_page(job: JobRead) -> WorkingPage:
    """Tell how far a job is."""
    doing = "Looking at" if job.kind == DRY_RUN else "Taking in"
    return WorkingPage(
        title=f"{doing} {job.asked['file_name']}",
        job_id=job.id,
        file_name=job.asked["file_name"],
        progress=job.progress,
        words=as_sentence(job.words or "waiting for its turn", "…"),
        is_cancelling=job.cancel_requested,
    )


def stopped_page(job: JobRead) -> StoppedPage:
    """Tell why a job made no table."""
    file_name, failure = job.asked["file_name"], job.failure
    return StoppedPage(
        title=f"{file_name} was not taken in" if failure is None else failure.title,
        job_id=job.id,
        file_name=file_name,
        detail="It was cancelled before the end; no table was made."
        if failure is None
        else as_sentence(failure.detail),
        errors=[] if failure is None else failure.errors,
        can_retry=failure is None or job.kind == IMPORT,
    )


def ask(found: Understanding, fields: Fields, told: Mapping[str, str]) -> list[PageQuestion]:
    """Return the open questions, those that must be answered first; `told` are the fields at fault."""
    names = [column.name for column in found.columns]
    asked = []
    for question in found.questions:
        field = field_of(question, names)
        # what must not be guessed is not filled in either
        guess = "" if question.is_required else question.options[0].value
        chosen = fields.get(field, guess)
        options = [
            PageOption(
                value=o.value, text=_named(o.value, o.text), sample=o.sample, is_chosen=o.value == chosen
            )
            for o in question.options
        ]
        asked.append(
            PageQuestion(
                field=field,
                text=question.text,
                is_required=question.is_required,
                options=options,
                fault="Choose one of the answers." if field in told else None,
            )
        )
    return sorted(asked, key=lambda question: not question.is_required)


def tell_reading(found: Understanding, fields: Fields) -> list[PageSelect]:
    """Return how the file as a whole was read, to be changed; what is asked is left out."""
    asked = {question.key for question in found.questions}
    selects = []
    for key, label, offered in READING:
        value = understood_value(found, key)
        if key not in asked and value:
            # one that is not offered is kept as it is
            options = offered if value in offered else {value: value, **offered}
            selects.append(_select(key, label, options, fields.get(key, value)))
    if "sheet" not in asked and len(found.sheets) > 1:
        sheets = {name: name for name in found.sheets}
        selects.append(_select("sheet", "Sheet", sheets, fields.get("sheet", found.sheet or "")))
    return selects


def tell_column(found: Understanding, place: int, fields: Fields) -> PageColumn:
    """Return one column as it was understood, to be changed."""
    column = found.columns[place]
    decimal = None
    if column.decimal and column.kind == "number":
        chosen = fields.get(f"decimal-{place}", column.decimal)
        decimal = _select(f"decimal-{place}", f"Decimal mark of {column.name}", DECIMALS, chosen)
    return PageColumn(
        name=column.name,
        kind=_select(
            f"kind-{place}", f"Kind of {column.name}", KINDS, fields.get(f"kind-{place}", column.kind)
        ),
        decimal=decimal,
        span=span_text(column),
        missing=column.missing,
        distinct=column.distinct,
        outliers=column.outliers,
        off_because=column.off_because,
        is_numeric=column.kind == "number",
    )


def ask_lineage(
    followed: Sequence[DatasetRead], fields: Fields, told: Mapping[str, str]
) -> PageQuestion | None:
    """Ask how the file belongs to the tables with the same columns; None where there are none."""
    if not followed:
        return None
    texts = [("A new table of its own", "")]
    for dataset in followed:
        texts.append(
            (f"It replaces {dataset.name}", "The same customers, seen later. The older table stays.")
        )
        texts.append((f"It continues {dataset.name}", "Its rows and these become one new table."))
    chosen = fields.get("lineage", "")
    return PageQuestion(
        field="lineage",
        text="A table with these columns is here already. How does this file belong to it?",
        is_required=True,
        options=[
            PageOption(value=value, text=text, sample=sample, is_chosen=value == chosen)
            for value, (text, sample) in zip(lineage_values(followed), texts, strict=True)
        ],
        fault="Choose one of the answers." if "lineage" in told else None,
    )


def _named(value: str, text: str) -> str:
    return ENCODINGS.get(value, text)


def _select(field: str, label: str, options: Mapping[str, str], chosen: str) -> PageSelect:
    return PageSelect(
        field=field,
        label=label,
        options=[PageOption(value=v, text=text, is_chosen=v == chosen) for v, text in options.items()],
    )
