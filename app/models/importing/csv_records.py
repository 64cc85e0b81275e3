"""Cut CSV text into records, so that one faulty record costs itself and never its neighbours."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TextIO

from app.models.importing.choices import GUESSED_DELIMITERS, can_delimit
from app.models.importing.limits import ImportLimits

# Lone surrogates are what the decoder makes of damaged letters.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_NAMED_BY_EXCEL = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
RECORDS_SAMPLED = 1_000
_SAMPLE_CHARACTERS = 1_000_000
_NEARLY = 0.9


class Record(NamedTuple):
    """One record of a file.

    Attributes
    ----------
    line : int
        Where it starts in the file, counted from 1; of a sheet the row, of Parquet the row's number.
    cells : list of str
        As they stand. Of a record that cannot be cut: its first line as one cell.
    reason : str or None
        Why it is rejected; None where it is not.
    column : str
        Name of the column that is at fault, where it is one.
    """

    line: int
    cells: list[str]
    reason: str | None = None
    column: str = ""


class _RecordTooLong(Exception):
    """A record has passed its bound."""


def read_records(stream: TextIO, delimiter: str, limits: ImportLimits) -> Iterator[Record]:
    """Yield every record that is not blank, the header among them, faulty ones with their reason.

    A quote that opens and is not closed rejects the line on which it stands; reading goes on with the next
    line. The stream must not translate line ends.
    """
    lines = _Lines(stream, limits.record_characters)
    named = lines.peek()
    if _NAMED_BY_EXCEL.fullmatch(named):
        next(lines)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.start_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _RecordTooLong) as error:
            reason = _reason(error, lines, limits)
            yield Record(lines.first, [lines.held[0].rstrip("\r\n")[: limits.field_characters]], reason)
            lines.go_back()
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        fault = _fault(cells, lines, limits)
        if fault is not None:
            yield Record(lines.first, cells, fault)
        elif any(cells) and "".join(cells).strip():
            yield Record(lines.first, cells)


def find_delimiter(stream: TextIO, limits: ImportLimits) -> tuple[str, ...]:
    """Return the delimiters under which most records have as many cells as the header, the best first.

    A second one is named where it gives rows nearly as even: one ragged row under the right delimiter must
    not let a comma inside the cells win in silence.
    """
    sample = stream.read(_SAMPLE_CHARACTERS)
    named = _NAMED_BY_EXCEL.match(sample)
    if named and can_delimit(named[1]) and sample[named.end() - 1] in "\r\n":
        return (named[1],)
    merits: dict[str, tuple[float, int]] = {}
    for delimiter in GUESSED_DELIMITERS:
        records = read_records(io.StringIO(sample, newline=""), delimiter, limits)
        widths = [len(record.cells) for record in islice(records, RECORDS_SAMPLED) if not record.reason]
        if widths and widths[0] > 1:
            merits[delimiter] = (round(Counter(widths)[widths[0]] / len(widths), 3), widths[0])
    if not merits:
        return GUESSED_DELIMITERS[:1]
    best = sorted(merits, key=lambda delimiter: merits[delimiter], reverse=True)
    return tuple(mark for mark in best if merits[mark][0] >= _NEARLY * merits[best[0]][0])


def _reason(error: Exception, lines: _Lines, limits: ImportLimits) -> str:
    if len(lines.held[0]) > limits.record_characters:
        return f"the line has more than {limits.record_characters:,} characters"
    if isinstance(error, _RecordTooLong) or "unexpected end" in str(error):
        return "a quote is opened and not closed"
    if "field limit" in str(error):
        return f"a cell has more than {min(csv.field_size_limit(), limits.field_characters):,} characters"
    return "text stands behind a closing quote"


def _fault(cells: list[str], lines: _Lines, limits: ImportLimits) -> str | None:
    if lines.is_unreadable:
        return "the record holds a NUL byte, a control character or a damaged letter"
    if lines.quotes % 2:
        return "a quote stands in a cell that is not quoted: double it or drop it"
    if lines.characters > limits.field_characters and max(map(len, cells)) > limits.field_characters:
        return f"a cell has more than {limits.field_characters:,} characters"
    return None


@dataclass
class _Lines:
    """Physical lines, of which those of the current record are held so that it can be given up."""

    stream: TextIO
    longest: int
    last: int = 0  # the number of the line given out last
    first: int = 1  # the number of the line on which the record starts
    characters: int = 0
    quotes: int = 0
    is_unreadable: bool = False

    def __post_init__(self) -> None:
        self.held: list[str] = []
        self._again: deque[str] = deque()

    def start_record(self) -> None:
        self.held.clear()
        self.first = self.last + 1
        self.characters = self.quotes = 0
        self.is_unreadable = False

    def go_back(self) -> None:
        """Give out all lines of the record again but its first."""
        self._again.extendleft(reversed(self.held[1:]))
        self.last = self.first

    def peek(self) -> str:
        line = self.stream.readline(self.longest + 1)
        if line:
            self._again.append(line)
        return line

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self.stream.readline(self.longest + 1)
        if not line:
            raise StopIteration
        self.held.append(line)
        self.last += 1
        self.characters += len(line)
        if len(line) > self.longest:
            self._skip_rest(line)
        if self.characters > self.longest:
            raise _RecordTooLong
        if _UNREADABLE.search(line):
            self.is_unreadable = True
        self.quotes += line.count('"')
        return line

    def _skip_rest(self, line: str) -> None:
        """Read to the end of an overlong line; what was held of it stays its first `longest` characters."""
        if len(self.held) > 1:  # given out again and judged by itself once the record is given up
            return
        while line and not line.endswith(("\n", "\r")):
            line = self.stream.readline(self.longest + 1)
