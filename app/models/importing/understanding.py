"""The dry run of an import: what a file holds, what is in doubt, and what would be taken in."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.core.errors import FieldFault
from app.models.importing.bounded import NumberSummary, RepeatCount
from app.models.importing.choices import Choices, Kind
from app.models.importing.column_kinds import ColumnJudge, ColumnVerdict
from app.models.importing.csv_records import Record
from app.models.importing.file_bytes import Format
from app.models.importing.limits import ImportLimits
from app.models.importing.missing import missing_test
from app.models.importing.questions import Question, ask_about_column, ask_about_file
from app.models.importing.row_reader import ColumnPlan, ReadBlock, RowReader
from app.models.importing.table_source import TableSource, open_table

_BLOCK_CELLS, _BLOCK_ROWS, _BLOCK_CHARACTERS = 50_000, 4_096, 2_000_000
_SAMPLE_IN_ALL, _SAMPLE_AT_MOST, _SAMPLE_AT_LEAST = 200_000, 10_000, 500


@dataclass(frozen=True)
class UnderstoodColumn:
    """One column as judged.

    Attributes
    ----------
    verdict : ColumnVerdict
        Its kind, its style and what speaks for them; counted over records that are not faulty as a whole.
    plan : ColumnPlan
        How its cells become values.
    minimum, maximum : float, date or None
        Of the numbers or the dates that would be taken in, in the column's own unit.
    mean : float or None
        Of the numbers.
    outliers : int
        Numbers more than three interquartile ranges beyond the quartiles; scaled up from a sample when
        there are more than the sample holds.
    """

    verdict: ColumnVerdict
    plan: ColumnPlan
    minimum: float | date | None = None
    maximum: float | date | None = None
    mean: float | None = None
    outliers: int = 0


@dataclass(frozen=True)
class Understanding:
    """What a dry run has found; `take_in` follows it to the letter.

    Attributes
    ----------
    format, encoding, delimiter, sheet, sheets
        How the file is read.
    header : tuple of str
        Column names.
    columns : tuple of UnderstoodColumn
        In the order of the header.
    records, accepted, rejected : int
        Rows that are not blank; `accepted + rejected == records`, always. While a required question is
        open the column in doubt is taken as text.
    faults : tuple of FieldFault
        The first rejected rows, with line and column.
    repeated_rows : int
        Accepted rows that equal an earlier one in every cell.
    repeated_ids : dict of str to int
        By identifier column: accepted rows whose identifier stood before.
    preview : tuple of tuple of str
        Cells of the first accepted rows, for whoever brought the file.
    questions : tuple of Question
        What is in doubt.
    content_hash : str
        SHA-256 in hex of the file's bytes.
    fingerprint : str
        SHA-256 in hex of the header alone. Order, case and blanks at the ends do not matter: a mapping is
        kept by column names, and exports shuffle their columns from one release to the next.
    """

    format: Format
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    sheets: tuple[str, ...]
    header: tuple[str, ...]
    columns: tuple[UnderstoodColumn, ...]
    records: int
    accepted: int
    rejected: int
    faults: tuple[FieldFault, ...]
    repeated_rows: int
    repeated_ids: dict[str, int]
    preview: tuple[tuple[str, ...], ...]
    questions: tuple[Question, ...]
    content_hash: str
    fingerprint: str

    @property
    def is_settled(self) -> bool:
        """Whether no required question is open."""
        return not any(question.is_required for question in self.questions)

    @property
    def plans(self) -> tuple[ColumnPlan, ...]:
        """How each column's cells become values."""
        return tuple(column.plan for column in self.columns)

    @property
    def choices(self) -> Choices:
        """The choices that open the file in the same way again."""
        return Choices(encoding=self.encoding, delimiter=self.delimiter, sheet=self.sheet)


def understand(path: Path, limits: ImportLimits, choices: Choices | None = None) -> Understanding:
    """Judge the file at `path` in two passes: the first decides the columns, the second reads every row.

    Memory does not grow with the rows of CSV and Parquet; of a workbook the parser holds one whole sheet.

    Parameters
    ----------
    path : Path
        CSV, gzipped CSV, XLSX or Parquet.
    limits : ImportLimits
        What it may cost.
    choices : Choices or None
        A person's answers, each in place of a guess.

    Raises
    ------
    TableInvalid
        If nothing sensible can be read, or a choice does not fit the file. Faulty rows raise nothing.
    """
    choices = choices or Choices()
    source = open_table(path, limits, choices)
    choices.check_columns(source.header)
    verdicts = _judge_columns(source, choices)
    missing = None if choices.missing is None else tuple(choices.missing)
    plans = tuple(ColumnPlan(v.name, v.kind, v.style, v.dates.order, missing) for v in verdicts)
    with _Trial(plans, limits) as trial:
        for block in blocks(source.records(), len(source.header)):
            trial.take(block)
        repeated_ids = {name: repeats.count() for name, repeats in trial.repeated_ids.items()}
        repeated_rows = trial.repeated_rows.count()
    asked = [ask_about_column(verdict, choices) for verdict in verdicts]
    return Understanding(
        format=source.format,
        encoding=source.encoding.name if source.encoding else None,
        delimiter=source.delimiters[0] if source.delimiters else None,
        sheet=source.sheet,
        sheets=source.sheets,
        header=source.header,
        columns=tuple(map(trial.column, range(len(plans)), verdicts)),
        records=trial.accepted + trial.rejected,
        accepted=trial.accepted,
        rejected=trial.rejected,
        faults=tuple(trial.faults),
        repeated_rows=repeated_rows,
        repeated_ids=repeated_ids,
        preview=tuple(trial.preview),
        questions=(*ask_about_file(source, choices), *(question for question in asked if question)),
        content_hash=hash_content(path),
        fingerprint=fingerprint_header(source.header),
    )


def fingerprint_header(header: Iterable[str]) -> str:
    """Return the SHA-256 in hex of a header, whatever the order, the case and the blanks of its names."""
    names = sorted(" ".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in header)
    return hashlib.sha256("\x1f".join(names).encode("utf-8", "surrogatepass")).hexdigest()


def hash_content(path: Path) -> str:
    """Return the SHA-256 in hex of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def blocks(records: Iterable[Record], columns: int) -> Iterator[list[Record]]:
    """Yield records in lists that are bounded in rows, in cells and in characters."""
    most = max(1, min(_BLOCK_ROWS, _BLOCK_CELLS // columns))
    block: list[Record] = []
    characters = 0
    for record in records:
        block.append(record)
        characters += sum(map(len, record.cells))
        if len(block) >= most or characters > _BLOCK_CHARACTERS:
            yield block
            block, characters = [], 0
    if block:
        yield block


def _judge_columns(source: TableSource, choices: Choices) -> list[ColumnVerdict]:
    width = len(source.header)
    test = missing_test(choices.missing)
    judges = [
        ColumnJudge(name, width, place in source.typed, test) for place, name in enumerate(source.header)
    ]
    for block in blocks(source.records(), width):
        rows = [record.cells for record in block if record.reason is None]
        for judge, column in zip(judges, zip(*rows, strict=True), strict=False):
            for cell, times in Counter(column).items():
                judge.see(cell, times)
    return [judge.judge(choices) for judge in judges]


class _Trial:
    """The second pass: every row is read as the import will read it, and counted."""

    def __init__(self, plans: tuple[ColumnPlan, ...], limits: ImportLimits) -> None:
        self._reader = RowReader(plans)
        self._limits = limits
        kept = max(_SAMPLE_AT_LEAST, min(_SAMPLE_AT_MOST, _SAMPLE_IN_ALL // len(plans)))
        self._numbers = {
            place: NumberSummary(kept) for place, plan in enumerate(plans) if plan.sql_type == "DOUBLE"
        }
        self._dates: dict[int, tuple[date | None, date | None]] = {
            place: (None, None) for place, plan in enumerate(plans) if plan.sql_type == "DATE"
        }
        self._identifiers = {
            place: plan.name for place, plan in enumerate(plans) if plan.kind is Kind.IDENTIFIER
        }
        self.repeated_rows = RepeatCount()
        self.repeated_ids = {name: RepeatCount() for name in self._identifiers.values()}
        self.accepted = self.rejected = 0
        self.faults: list[FieldFault] = []
        self.preview: list[tuple[str, ...]] = []

    def __enter__(self) -> _Trial:
        return self

    def __exit__(self, *error: object) -> None:
        for repeats in (self.repeated_rows, *self.repeated_ids.values()):
            repeats.close()

    def take(self, block: list[Record]) -> None:
        read = self._reader.read(block)
        self.accepted += len(read.accepted)
        self.rejected += len(read.rejected)
        for record in read.rejected[: self._limits.reasons - len(self.faults)]:
            self.faults.append(FieldFault(record.column, record.reason or "", record.line))
        for record in read.accepted[: self._limits.preview_rows - len(self.preview)]:
            self.preview.append(tuple(record.cells))
        self.repeated_rows.see(hash(tuple(record.cells)) for record in read.accepted)
        for place, name in self._identifiers.items():
            self.repeated_ids[name].see(map(hash, read.columns[place]))
        self._sum_up(read)

    def _sum_up(self, read: ReadBlock) -> None:
        for place, summary in self._numbers.items():
            summary.see([value for value in read.columns[place] if isinstance(value, float)])
        for place, (earliest, latest) in self._dates.items():
            days = [value for value in (*read.columns[place], earliest, latest) if isinstance(value, date)]
            if days:
                self._dates[place] = (min(days), max(days))

    def column(self, place: int, verdict: ColumnVerdict) -> UnderstoodColumn:
        plan = self._reader.plans[place]
        if place in self._dates:
            return UnderstoodColumn(verdict, plan, *self._dates[place])
        summary = self._numbers.get(place)
        if summary is None:
            return UnderstoodColumn(verdict, plan)
        return UnderstoodColumn(
            verdict, plan, summary.minimum, summary.maximum, summary.mean, summary.outliers()
        )
