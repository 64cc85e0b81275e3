"""How a customer file is read, on the command line: the options that answer an import, and its words."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict, TypeVar

import click

from app.models.customer_cells import FAULTS_SHOWN
from app.models.customer_table import FileRead, Reading
from app.models.importing.choices import Choices, Decimal
from app.models.importing.number_style import NumberStyle, describe
from app.models.importing.questions import Question, TableInDoubt
from app.services.import_wording import DELIMITERS, format_text
from app.utils.quantities import counted
from app.utils.safe_text import shorten

_MARKS: dict[str, Decimal] = {"point": ".", "comma": ",", ".": ".", ",": ","}
_WRITTEN = {".": ("point", "1,234.5"), ",": ("comma", "1.234,5")}
_DELIMITERS = {name: mark for mark, name in DELIMITERS.items()}
_PLAIN = NumberStyle()

Command = TypeVar("Command", bound=Callable[..., object])


class ReadingOptions(TypedDict):
    """What `reading_options` adds to a command."""

    decimal: tuple[tuple[str, Decimal], ...]
    delimiter: str | None
    encoding: str | None
    sheet: str | None
    missing: tuple[str, ...]
    rejects: Path | None


class _ColumnDecimal(click.ParamType[tuple[str, Decimal]]):
    """A decimal mark, for one column or for all."""

    name = "decimal"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Decimal]:
        """Read the option."""
        column, _, word = value.rpartition("=")
        if word not in _MARKS:
            self.fail("say comma or point, for one column as in Income=comma", param, ctx)
        return column.strip(), _MARKS[word]


def reading_options(command: Command) -> Command:
    """Add the options that say how a customer file is read."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option(
        "--decimal",
        type=_ColumnDecimal(),
        multiple=True,
        metavar="[COLUMN=]MARK",
        help="The decimal mark, comma or point, of one column or of all; may be repeated.",
    ),
    click.option(
        "--delimiter", metavar="MARK", help="What stands between the cells, such as semicolon, tab or '|'."
    ),
    click.option("--encoding", metavar="NAME", help="How the letters are encoded, such as cp1252."),
    click.option("--sheet", metavar="NAME", help="Which sheet of a workbook; the first unless given."),
    click.option(
        "--missing",
        multiple=True,
        metavar="WORD",
        help="A word for a missing value, in place of the usual ones such as NA and null; may be repeated.",
    ),
    click.option(
        "--rejects",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Leave out rows that cannot be used, and write them there with their reasons; unless given, "
        "one such row refuses the table.",
    ),
)


def make_reading(options: ReadingOptions, tell: Callable[[FileRead], None]) -> Reading:
    """Return how the file is to be read."""
    decimals = dict(options["decimal"])
    everywhere = decimals.pop("", None)
    delimiter = options["delimiter"]
    choices = Choices(
        encoding=options["encoding"],
        delimiter=None if delimiter is None else _DELIMITERS.get(delimiter, delimiter),
        sheet=options["sheet"],
        decimals=decimals,
        missing=options["missing"] or None,
    )
    return Reading(choices, everywhere, rejects=options["rejects"], tell=tell)


def read_sentences(read: FileRead, rejects: Path | None) -> list[str]:
    """Say how a file was understood, and which rows are left out; no cell is repeated."""
    source = read.source
    encoding = source.encoding.name if source.encoding else None
    parts = [format_text(source.format, source.delimiters[0] if source.delimiters else None, encoding)]
    if len(source.sheets) > 1:
        parts.append(f"sheet {shorten(source.sheet or '')}, one of {len(source.sheets):,}")
    parts += [
        f"{shorten(name)} like {describe(style)}" for name, style in read.styles.items() if style != _PLAIN
    ]
    lines = [f"{counted(read.rows, 'row')} read: {'; '.join(parts)}"]
    out = read.left_out
    if out and rejects is not None:
        rows = counted(len(out) + read.rows, "row")
        lines.append(f"{len(out):,} of {rows} left out, with their reasons in {shorten(rejects.name)}:")
        lines += [
            f"  line {record.line}: " + ": ".join(filter(None, (shorten(record.column), record.reason)))
            for record in out[:FAULTS_SHOWN]
        ]
        lines += [f"  and {len(out) - FAULTS_SHOWN:,} more"] if len(out) > FAULTS_SHOWN else []
    return lines


def doubt_sentences(error: TableInDoubt) -> list[str]:
    """Say what a file leaves open, and under each question the options that answer it."""
    lines = ["error: the file can be read in more than one way: give an option that says which"]
    for question in error.questions:
        lines += [f"  {question.text}", *(f"    {answer}" for answer in _answers(question))]
    return lines


def _answers(question: Question) -> list[str]:
    if question.key != "decimals":
        return [f"--{question.key} {_typed(option.text)}" for option in question.options]
    # a name that cannot be shown whole cannot be typed either
    column = f"{question.column}=" if shorten(question.column) == question.column else ""
    marks = [_WRITTEN[option.value] for option in question.options]
    return [f"--decimal {_typed(column + word)}   for numbers like {example}" for word, example in marks]


def _typed(text: str) -> str:
    """Return an argument as the shell takes it."""
    return subprocess.list2cmdline([text]) if os.name == "nt" else shlex.quote(text)
