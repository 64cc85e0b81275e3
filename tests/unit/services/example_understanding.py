"""What a dry run may tell, to be varied by the tests of the import's pages."""

from __future__ import annotations

from typing import Any

from app.schemas.dataset import ImportOption, ImportQuestion, Understanding, UnderstoodColumn

DECIMALS = ImportQuestion(
    key="decimals",
    column="income",
    text="A point or a comma?",
    options=[
        ImportOption(value=".", text="a decimal point", sample="1.234 is read as 1.234"),
        ImportOption(value=",", text="a decimal comma", sample="1.234 is read as 1234"),
    ],
    is_required=True,
)
KINDS = ImportQuestion(
    key="kinds",
    column="visits",
    text="What does it hold?",
    options=[
        ImportOption(value="number", text="numbers", sample=""),
        ImportOption(value="text", text="texts", sample=""),
    ],
    is_required=False,
)
ENCODING = ImportQuestion(
    key="encoding",
    column="",
    text="Which letters?",
    options=[
        ImportOption(value="cp1252", text="cp1252", sample="Köln"),
        ImportOption(value="cp1250", text="cp1250", sample="Kőln"),
    ],
    is_required=True,
)


def column(name: str, kind: Any = "number", **more: Any) -> UnderstoodColumn:
    """Return a column of ten values."""
    told = {"off_because": None, "present": 10, "missing": 0, "distinct": 10, "decimal": None}
    bounds = {"minimum": None, "maximum": None, "mean": None, "outliers": 0}
    return UnderstoodColumn(name=name, kind=kind, **{**told, **bounds, **more})


def understanding(*questions: ImportQuestion, **more: Any) -> Understanding:
    """Return what a file of two number columns was understood to hold."""
    told: dict[str, Any] = {
        "upload": "an-upload",
        "file_name": "shop.csv",
        "format": "csv",
        "encoding": "utf-8-sig",
        "delimiter": ";",
        "sheet": None,
        "sheets": [],
        "columns": [column("income"), column("visits", decimal=".")],
        "records": 10,
        "accepted": 10,
        "rejected": 0,
        "faults": [],
        "repeated_rows": 0,
        "repeated_ids": {},
        "preview": [["1.234", "5"]],
        "questions": list(questions),
        "is_settled": not any(question.is_required for question in questions),
        "remembered": False,
    }
    return Understanding(**{**told, **more})
