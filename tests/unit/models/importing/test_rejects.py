from __future__ import annotations

import csv
import io

from app.models.importing.csv_records import Record
from app.models.importing.rejects import Rejects


def test_a_spreadsheet_may_open_it() -> None:
    file = io.StringIO(newline="")
    Rejects(file, ("id", "=x")).write(
        [Record(2, ["=1+1", "\x1b2\r3"], "too long", "@x"), Record(9, [], "short")]
    )
    assert list(csv.reader(io.StringIO(file.getvalue(), newline=""))) == [
        ["line", "column", "reason", "id", "'=x"],
        ["2", "'@x", "too long", "'=1+1", "\ufffd2\r3"],
        ["9", "", "short"],
    ]
