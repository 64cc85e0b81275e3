from __future__ import annotations

import gzip
import io
import os
import random
import zipfile
from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import TableInvalid
from app.models import csv_reader
from app.models.csv_reader import read_csv

GOOD = "id,age,note\n1,30,plain\n2,40,other\n"
SECRET = "Zanzibar"  # stands in cells only: no message may repeat it


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    return file.getvalue()


BAD = {
    "empty file": (b"", "is empty", None),
    "newlines only": (b"\n\r\n\n", "is empty", None),
    "blanks behind a byte order mark": (b"\xef\xbb\xbf  \n", "is empty", None),
    "UTF-16 byte order mark only": ("".encode("utf-16"), "nothing but blanks", None),
    "no header": (b"1,30,5.5\n2,40,6\n", "no header", 1),
    "no header but some text": (f"1,{SECRET},19,15\n".encode(), "no header", 1),
    "NUL byte": (b"a,b\n1,\x002\n", "NUL byte", 2),
    "control character": (b"a,b\r\n1,\x1b[2J\r\n", "control character", 2),
    "UTF-16 without a mark": ("a,b\n1,2\n".encode("utf-16-le"), "NUL byte", 1),
    "duplicate column": (b"a,b,a \n1,2,3\n", "two columns are called a", 1),
    "blank column name": (b"a, ,c\n1,2,3\n", "column 2 has no name", 1),
    "zero-width column name": ("a,\u200b\n1,2\n".encode(), "column 2 has no name", 1),
    "trailing delimiter": (b"a,b,\n1,2,\n", "column 3 has no name", 1),
    "1 MB column name": (b"a," + b"x" * 2**20 + b"\n1,2\n", "more than 1,000,000 characters", 1),
    "long column name": (b"a," + b"x" * 5000 + b"\n1,2\n", "more than 1,000 characters", 1),
    "1,001 columns": (",".join(f"c{i}" for i in range(1001)).encode(), "at most 1,000", 1),
    "200,000 columns": (",".join(f"c{i}" for i in range(200_000)).encode(), "too many columns", 1),
    "cell too long": (b"a,b\n1," + b"x" * 131_073 + b"\n", "more than 131,072", 2),
    "quote not closed": (f'a,b\n1,2\n3,"{SECRET}\n5,6\n'.encode(), "not closed", 3),
    "text behind a quote": (f'a,b\n1,"{SECRET}"x\n'.encode(), "closing quote", 2),
    "lone quote": (f'a,b\n1,2\n3,{SECRET}"x\n'.encode(), "not quoted", 3),
    "ragged short": (b"a,b\n1,2\n3\n", "line 3 has 1 cells and the header has 2", 3),
    "ragged long": (f"a,b\n1,2\n3,4,{SECRET}\n".encode(), "line 3 has 3 cells", 3),
    "ragged after a newline in quotes": (b'a,b\n"1\n1",2\n3\n', "line 4", 4),
    "gzip": (gzip.compress(GOOD.encode()), "gzip", None),
    "zip or xlsx": (zipped(), "spreadsheet", None),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "spreadsheet", None),
    "parquet": (b"PAR1\x15\x04" + b"\0" * 30 + b"PAR1", "Parquet", None),
    "random bytes": (random.Random(7).randbytes(4096), "", None),
    "cut in a UTF-8 letter": ("a,b\n1,é\n2,é".encode()[:-1], "damaged", 3),
    "damaged UTF-8": ("a,b\n1,é\n2,é\n".encode() + b"3,\xff\n", "damaged", 4),
    "damaged behind a mark": (b"\xef\xbb\xbfa,b\n1,\xe9\n", "not valid Unicode", 2),
    "neither encoding": (b"a,b\n1,\x81\n", "neither", 2),
    "half a UTF-16 letter": ("a,b\n1,2\n".encode("utf-16")[:-1], "not valid Unicode", 2),
}


def write(folder: Path, content: bytes | str) -> Path:
    path = folder / "customers.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def cells(path: Path) -> list[list[str]]:
    return [row.cells for row in read_csv(path).rows()]


class TestBadFile:
    @pytest.mark.parametrize("name", BAD)
    def test_refused_with_a_sentence(self, name: str, tmp_path: Path) -> None:
        content, sentence, line = BAD[name]
        with pytest.raises(TableInvalid) as caught:
            cells(write(tmp_path, content))
        assert sentence in caught.value.detail
        assert SECRET not in caught.value.detail
        assert len(caught.value.detail) < 200
        if line is not None:
            assert [fault.line for fault in caught.value.faults] == [line]

    def test_folder(self, tmp_path: Path) -> None:
        with pytest.raises(TableInvalid, match="is a folder"):
            read_csv(tmp_path)

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(TableInvalid, match="does not exist"):
            read_csv(tmp_path / "absent.csv")

    @pytest.mark.parametrize("name", ["a\0.csv", "x" * 4000])
    def test_impossible_name(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(TableInvalid, match="cannot be opened"):
            read_csv(tmp_path / name)

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may read every file")
    def test_permission(self, tmp_path: Path) -> None:
        path = write(tmp_path, GOOD)
        path.chmod(0)
        with pytest.raises(TableInvalid, match="permissions"):
            read_csv(path)

    def test_permission_refused_by_the_system(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = write(tmp_path, GOOD)
        monkeypatch.setattr(Path, "open", _deny)
        with pytest.raises(TableInvalid, match="permissions"):
            read_csv(path)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
    def test_pipe(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.csv")
        with pytest.raises(TableInvalid, match="not an ordinary file"):
            read_csv(tmp_path / "pipe.csv")

    def test_too_large_is_not_read(self, tmp_path: Path) -> None:
        path = tmp_path / "large.csv"
        with path.open("wb") as file:
            file.truncate(csv_reader.BYTES_AT_MOST + 1)
        with pytest.raises(TableInvalid, match="larger than 64 MB"):
            read_csv(path)

    def test_too_many_rows(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(csv_reader, "ROWS_AT_MOST", 1)
        with pytest.raises(TableInvalid, match="more than 1 rows"):
            cells(write(tmp_path, GOOD))

    def test_column_name_is_shown_short_and_plain(self, tmp_path: Path) -> None:
        name = "\u202e" + "n" * 80
        with pytest.raises(TableInvalid) as caught:
            read_csv(write(tmp_path, f"{name},{name}\n1,2\n"))
        assert caught.value.detail == f"two columns are called {'n' * 59}…"

    @pytest.mark.parametrize("delimiter", [",", ";"])
    def test_cut_at_any_byte(self, delimiter: str, tmp_path: Path) -> None:
        content = 'id,town,age\n1,"São\nPaulo",30\n2,"a ""b""",40\n'.replace(",", delimiter).encode()
        whole = cells(write(tmp_path, content))
        for cut in range(len(content)):
            try:
                rows = cells(write(tmp_path, content[:cut]))
            except TableInvalid:
                continue
            assert [row[:2] for row in rows] == [row[:2] for row in whole[: len(rows)]]


class TestGoodFile:
    @pytest.mark.parametrize(
        ("encoding", "recognised"),
        [
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8"),
            ("utf-16", "utf-16-le"),
            ("cp1252", "cp1252"),
            ("latin-1", "cp1252"),
        ],
    )
    def test_encodings(self, encoding: str, recognised: str, tmp_path: Path) -> None:
        file = read_csv(write(tmp_path, "név,age\nZoë,30\n".encode(encoding)))
        assert (file.encoding, file.header) == (recognised, ("név", "age"))
        assert [row.cells for row in file.rows()] == [["Zoë", "30"]]

    def test_utf_16_big_endian(self, tmp_path: Path) -> None:
        assert cells(write(tmp_path, "\ufeffa,b\n1,é\n".encode("utf-16-be"))) == [["1", "é"]]

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_delimiters(self, delimiter: str, tmp_path: Path) -> None:
        file = read_csv(write(tmp_path, GOOD.replace(",", delimiter)))
        assert (file.delimiter, file.header) == (delimiter, ("id", "age", "note"))

    def test_semicolons_with_decimal_commas(self, tmp_path: Path) -> None:
        assert cells(write(tmp_path, "a;b\n1,5;2,5\n3,5;4,5\n")) == [["1,5", "2,5"], ["3,5", "4,5"]]

    def test_single_column(self, tmp_path: Path) -> None:
        assert cells(write(tmp_path, "age\n30\n\n40\n")) == [["30"], ["40"]]

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_line_ends_and_trailing_blank_lines(self, end: str, tmp_path: Path) -> None:
        file = read_csv(write(tmp_path, GOOD.replace("\n", end) + end + "  " + end + " ,,, " + end))
        assert [row.line for row in file.rows()] == [2, 3]

    def test_newline_in_quotes_keeps_the_line_numbers(self, tmp_path: Path) -> None:
        rows = list(read_csv(write(tmp_path, 'a,b\n"1\n2",3\n4,5\n')).rows())
        assert rows == [(2, ["1\n2", "3"]), (4, ["4", "5"])]

    def test_cells_stay_as_they_are(self, tmp_path: Path) -> None:
        row = ["00123", "1e5", "TRUE", "2024-01-01", " x ", "<script>", "\u2028"]
        assert cells(write(tmp_path, "a,b,c,d,e,f,g\n" + ",".join(row) + "\n")) == [row]


class TestRowAccounting:
    KINDS = {  # noqa: RUF012  read only
        "good": "7,x,y",
        "quoted": '7,"x\ny",z',
        "blank": "",
        "blank cells": ", ,",
        "short": "7,x",
        "long": "7,x,y,z",
        "lone quote": '7,x",y',
    }

    @settings(max_examples=40, deadline=None)
    @given(
        kinds=st.lists(st.sampled_from(sorted(KINDS)), max_size=12),
        end=st.sampled_from(["\n", "\r\n"]),
    )
    def test_every_line_is_accepted_or_named(
        self, kinds: list[str], end: str, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        lines = ["id,b,c", *(self.KINDS[kind] for kind in kinds)]
        path = write(tmp_path_factory.mktemp("rows"), end.join(lines))
        blank = {"blank", "blank cells"}
        sound = list(takewhile(lambda kind: kind in {"good", "quoted", *blank}, kinds))
        accepted, refused = account(path)
        assert accepted == sum(kind not in blank for kind in sound)
        first_bad_line = 2 + len(sound) + sound.count("quoted")
        assert refused == (None if sound == kinds else first_bad_line)


def account(path: Path) -> tuple[int, int | None]:
    """Number of rows accepted, and the line of the refusal if there was one."""
    accepted = 0
    try:
        for _ in read_csv(path).rows():
            accepted += 1
    except TableInvalid as error:
        return accepted, error.faults[0].line
    return accepted, None


def _deny(*_: object, **__: object) -> None:
    raise PermissionError
