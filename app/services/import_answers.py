"""The answers of a form about a file: which choices they are, and what is still missing.

A form calls its fields by the place of the column, so that no header can make up a field's name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import ValidationError

from app.core.errors import FieldFault, InputInvalid
from app.schemas.dataset import DatasetRead, ImportChoices, ImportQuestion, Understanding
from app.schemas.import_page import PageFault
from app.services.import_wording import encoding_name

Fields = Mapping[str, str]
Lineage = Literal["replaced", "appended"]
FILE_KEYS = ("encoding", "delimiter", "sheet")
ALONE = "new"
LINEAGES: dict[str, Lineage] = {"replaces": "replaced", "continues": "appended"}


def field_of(question: ImportQuestion, names: Sequence[str]) -> str:
    """Return the form's field for a question; `names` are the columns in order."""
    if question.key in FILE_KEYS:
        return question.key
    return f"answer-{question.key}-{names.index(question.column)}"


def is_read_otherwise(found: Understanding, fields: Fields) -> bool:
    """Answer whether the file as a whole is to be read in another way, so that its columns may be others."""
    return any(fields.get(key) and fields[key] != understood_value(found, key) for key in FILE_KEYS)


def is_unseen(found: Understanding, fields: Fields) -> bool:
    """Answer whether a form changes what was understood, beyond answering what was asked."""
    return is_read_otherwise(found, fields) or any(
        _is_other_kind(found, fields, place) or _other_decimal(found, fields, place)
        for place in range(len(found.columns))
    )


def understood_value(found: Understanding, key: str) -> str:
    """Return how the file was read: its encoding, delimiter or sheet; empty where it has none."""
    value: str | None = getattr(found, key)
    return encoding_name(value or "") if key == "encoding" else value or ""


def read_choices(found: Understanding, fields: Fields) -> ImportChoices:
    """Return the choices of before with those of a form over them; what stays as guessed is left open.

    Raises
    ------
    InputInvalid
        If the form holds an answer that none of the questions has.
    """
    chosen = found.choices.model_dump(exclude_defaults=True)
    asked = {question.key for question in found.questions}
    for key in FILE_KEYS:
        if fields.get(key) and (key in asked or fields[key] != understood_value(found, key)):
            chosen[key] = fields[key]
    if is_read_otherwise(found, fields):
        for key in ("kinds", "decimals", "date_orders"):
            chosen.pop(key, None)
    else:
        _read_columns(found, fields, chosen)
    try:
        return ImportChoices.model_validate(chosen)
    except ValidationError:
        words = "holds an answer that is not offered"
        raise InputInvalid(f"the form {words}", (FieldFault("/choices", words),)) from None


def find_faults(found: Understanding, fields: Fields, followed: Sequence[DatasetRead]) -> list[PageFault]:
    """Return what has to be answered before the file can be taken in."""
    names = [column.name for column in found.columns]
    faults = []
    for question in found.questions:
        field = field_of(question, names)
        is_other_kind = bool(question.column) and _is_other_kind(found, fields, names.index(question.column))
        if question.is_required and not fields.get(field) and not is_other_kind:
            faults.append(PageFault(field=field, text=question.text))
    if followed and fields.get("lineage", "") not in lineage_values(followed):
        text = "Say whether this is a new table, or belongs to one that is here already."
        faults.append(PageFault(field="lineage", text=text))
    return faults


def lineage_values(followed: Sequence[DatasetRead]) -> list[str]:
    """Return the answers to how a file belongs to the tables with the same columns."""
    return [ALONE, *(f"{word}:{dataset.id}" for dataset in followed for word in LINEAGES)]


def read_lineage(fields: Fields) -> tuple[str | None, Lineage | None]:
    """Return the table that the file belongs to, and how; twice None where it stands alone."""
    word, _, dataset_id = fields.get("lineage", "").partition(":")
    return (dataset_id, LINEAGES[word]) if word in LINEAGES and dataset_id else (None, None)


def _read_columns(found: Understanding, fields: Fields, chosen: dict[str, Any]) -> None:
    asked = {(question.key, question.column) for question in found.questions}
    for key in ("kinds", "decimals", "date_orders"):
        chosen[key] = dict(chosen.get(key, {}))
    for place, column in enumerate(found.columns):
        for key in ("kinds", "decimals", "date_orders"):
            answer = fields.get(f"answer-{key}-{place}")
            if answer and (key, column.name) in asked:
                chosen[key][column.name] = answer
        if _is_other_kind(found, fields, place):
            chosen["kinds"][column.name] = fields[f"kind-{place}"]
        if _other_decimal(found, fields, place):
            chosen["decimals"][column.name] = fields[f"decimal-{place}"]


def _is_other_kind(found: Understanding, fields: Fields, place: int) -> bool:
    return fields.get(f"kind-{place}", found.columns[place].kind) != found.columns[place].kind


def _other_decimal(found: Understanding, fields: Fields, place: int) -> bool:
    known = found.columns[place].decimal
    return bool(known) and fields.get(f"decimal-{place}", known) != known
