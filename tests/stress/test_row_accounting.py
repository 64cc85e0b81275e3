"""Files of known rows with known defects: each row is taken in as it was, or rejected with its line."""

from __future__ import annotations

import csv
import io
import string
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.models.importing.choices import Choices, Kind
from app.models.importing.take_in import take_in
from app.models.importing.understanding import understand
from tests.stress.counts import chosen
from tests.unit.models.importing.made_files import LIMITS

FILES = chosen(60, 2_000)
HEADER = ["id", "amount", "note"]
KINDS = {"id": Kind.IDENTIFIER, "amount": Kind.NUMBER, "note": Kind.TEXT}
DEFECTS = ("short", "long", "no number", "no id", "a lone quote", "behind a quote", "control", "beyond")
# what guesses spoil: zeros in front, exponents, dates, words for truth, letters of several bytes
IDS = (
    "00123",
    "1e5",
    "TRUE",
    "2024-01-01",
    "0x1F",
    "=1+1",
    "-7",
    "A\u030a",
    "\u212b",
    "Zoë",
    "日本",
    "🛒",
    "1.0",
)


@dataclass(frozen=True)
class Row:
    """One record as it was meant, and what was done to it."""

    id: str
    amount: str
    note: str
    defect: str | None

    def cells(self) -> list[str]:
        spoilt = {
            "no number": [self.id, f"{self.amount}x", self.note],
            "beyond": [self.id, "1e999", self.note],
            "no id": ["", self.amount, self.note],
            "short": [self.id, self.amount],
            "long": [self.id, self.amount, self.note, ""],
            "control": [self.id, self.amount, f"{self.note}\x1b"],
        }
        return spoilt.get(self.defect or "", [self.id, self.amount, self.note])


SOUND = Row("00999", "12.50", "sound", None)
notes = st.text(string.ascii_letters + " \";,\n'", min_size=1, max_size=12).map(lambda note: f"n{note}n")
rows = st.builds(
    Row,
    st.tuples(st.sampled_from(IDS), st.integers(0, 10**6)).map(lambda pair: f"{pair[0]}-{pair[1]}"),
    st.tuples(st.integers(-9_999, 9_999), st.integers(0, 99)).map(lambda pair: f"{pair[0]}.{pair[1]:02d}"),
    notes,
    st.none() | st.none() | st.none() | st.sampled_from(DEFECTS),
)
tables = st.tuples(
    st.lists(rows, min_size=3, max_size=40), st.sampled_from(",;|\t"), st.sampled_from(["\n", "\r\n"])
)


def written(row: Row, delimiter: str, end: str) -> str:
    if row.defect == "a lone quote":
        return f'{row.id}{delimiter}{row.amount}{delimiter}a"b{end}'
    if row.defect == "behind a quote":
        return f'{row.id}{delimiter}{row.amount}{delimiter}"a"b{end}'
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerow(row.cells())
    return text.getvalue()


@pytest.mark.timeout(1_800)
def test_every_row_is_accounted_for() -> None:
    seen: list[int] = []

    @settings(
        max_examples=FILES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(tables)
    def account(table: tuple[list[Row], str, str]) -> None:
        made, delimiter, end = table
        made = [*made, SOUND]  # without one, nobody could tell how numbers are written
        lines, places = [delimiter.join(HEADER) + end], []
        for row in made:
            places.append(1 + sum(line.count("\n") for line in lines))
            lines.append(written(row, delimiter, end))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            path.write_bytes("".join(lines).encode())
            found = understand(path, LIMITS, Choices(delimiter=delimiter, kinds=KINDS))
            taken = take_in(path, found, Path(folder) / "taken", LIMITS)
            accepted = duckdb.read_parquet(str(taken.accepted_path)).fetchall()
            with taken.rejected_path.open(encoding="utf-8", newline="") as file:
                rejected = list(csv.reader(file))[1:]
        bad = [place for row, place in zip(made, places, strict=True) if row.defect]
        assert taken.accepted + taken.rejected == taken.records == len(made)
        assert [int(row[0]) for row in rejected] == bad
        assert all(row[2] for row in rejected)
        good = [row for row in made if not row.defect]
        assert [row[1:] for row in accepted] == [(row.id, float(row.amount), row.note) for row in good]
        seen.append(len(made))

    account()
    print(f"{len(seen)} files of {sum(seen)} rows: each accepted as it was or rejected with its line")
    assert len(seen) >= FILES
