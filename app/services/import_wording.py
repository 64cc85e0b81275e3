"""What a file holds, in the words of the import's pages."""

from __future__ import annotations

from datetime import date

from app.schemas.dataset import Understanding, UnderstoodColumn
from app.utils.quantities import amount_text, counted

DELIMITERS = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "vertical bar",
    "^": "caret",
    "~": "tilde",
}
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252, Western Europe",
    "cp1250": "Windows-1250, Central Europe",
    "cp1254": "Windows-1254, Turkish",
    "cp1251": "Windows-1251, Cyrillic",
    "cp1253": "Windows-1253, Greek",
}
KINDS = {
    "identifier": "identifier, kept as it is",
    "number": "number",
    "yes/no": "yes or no",
    "category": "category",
    "date": "date",
    "text": "text",
    "empty": "empty",
}


def encoding_name(encoding: str) -> str:
    """Return the name of an encoding that does not tell whether a mark stands before the first letter."""
    return encoding.removesuffix("-sig")


def format_text(format_name: str, delimiter: str | None, encoding: str | None) -> str:
    """Say how a file is written.

    Examples
    --------
    >>> format_text("csv", ";", "utf-8-sig"), format_text("parquet", None, None)
    ('semicolons, UTF-8', 'Parquet')
    """
    if format_name in ("xlsx", "parquet"):
        return {"xlsx": "Excel workbook", "parquet": "Parquet"}[format_name]
    packed = ["gzipped CSV"] if format_name == "csv.gz" else []
    mark = [DELIMITERS.get(delimiter, "other mark") + "s"] if delimiter else []
    letters = [ENCODINGS.get(encoding_name(encoding), encoding).split(",")[0]] if encoding else []
    return ", ".join(packed + mark + letters)


def understood_sentence(found: Understanding) -> str:
    """Say in one sentence what was understood."""
    written = format_text(found.format, found.delimiter, found.encoding)
    sheet = f", sheet “{found.sheet}”" if found.sheet else ""
    left = f"{counted(found.rejected, 'row')} will be left out" if found.rejected else "every row is good"
    rows, columns = counted(found.records, "row"), counted(len(found.columns), "column")
    return f"{rows}, {columns}, {written}{sheet}; {left}."


def understood_notes(found: Understanding) -> list[str]:
    """Say what else is worth a look: the same file before, answers of before, repeats, outliers."""
    notes = []
    if found.same_as:
        notes.append(
            f"You already have this table: {found.same_as.name} was made of the very same file. "
            "Taken in again, it is kept twice."
        )
    if found.remembered:
        notes.append(
            "Your answers to an earlier file with these columns were applied. "
            "Change them below, or forget them."
        )
    if found.repeated_rows:
        same = f"{counted(found.repeated_rows, 'row')} {_verb(found.repeated_rows, 'equals', 'equal')}"
        notes.append(f"{same} an earlier one in every cell. Nothing is removed.")
    for name, count in found.repeated_ids.items():
        if count:
            rows = f"{counted(count, 'row')} {_verb(count, 'has', 'have')}"
            notes.append(
                f"{name}: {rows} an identifier that stood before. Is a row a purchase, or a customer?"
            )
    for column in found.columns:
        if column.outliers:
            values = f"{counted(column.outliers, 'value')} {_verb(column.outliers, 'lies', 'lie')}"
            notes.append(f"{column.name}: {values} far beyond the others. Nothing is removed.")
    return notes


def as_sentence(text: str, end: str = ".") -> str:
    """Return a text as a sentence.

    Examples
    --------
    >>> as_sentence("no row can be taken in"), as_sentence("reading", "…")
    ('No row can be taken in.', 'Reading…')
    """
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", end)) else end)


def span_text(column: UnderstoodColumn) -> str:
    """Say between which values a column lies; empty where it has no order."""
    low, high = column.minimum, column.maximum
    if low is None or high is None:
        return ""
    if isinstance(low, date) or isinstance(high, date):
        return f"{low} to {high}"
    mean = "" if column.mean is None else f", mean {amount_text(column.mean)}"
    return f"{amount_text(low)} to {amount_text(high)}{mean}"


def _verb(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
