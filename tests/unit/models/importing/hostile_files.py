"""Files that nobody should have to read: each refused with a reason, or read with its bad rows apart."""

from __future__ import annotations

import gzip
import random
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from tests.unit.models.importing.made_files import (
    Make,
    damaged,
    packed,
    parquet,
    rows_of,
    text,
    workbook,
)

HEADER = "id,amount\n"
TABLE = f"{HEADER}a1,1.5\nb2,2.5\nc3,3.5\n"
ROWS: list[list[object]] = [["id", "amount"], ["a1", 1.5], ["b2", 2.5], ["c3", 3.5]]
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aa">]><workbook>&a;</workbook>'
QUERY = "SELECT * FROM (VALUES ('a1', 1.5), ('b2', 2.5), ('c3', 3.5)) t(id, amount)"
BOOK = workbook(rows_of(ROWS))
PARQUET = parquet(QUERY)


@dataclass(frozen=True)
class Refused:
    """The whole file is refused, for this reason."""

    reason: str


@dataclass(frozen=True)
class Read:
    """Of the file's rows these are taken in, so many are not."""

    good: int
    bad: int = 0


GOOD = Read(3)
FILES: dict[str, tuple[Make, Refused | Read]] = {
    # nothing, or next to nothing
    "empty": (text(b""), Refused("is empty")),
    "newlines only": (text("\n\r\n\n"), Refused("nothing but blanks")),
    "a mark and nothing": (text(b"\xef\xbb\xbf"), Refused("nothing but blanks")),
    "blanks and delimiters": (text(" , ,\n,,\n"), Refused("nothing but blanks")),
    "header only": (text(HEADER), Read(0)),
    "no header": (text("1,2\n3,4\n"), Refused("no header")),
    "one NUL": (text(b"\0"), Refused("header cannot be read")),
    # headers
    "duplicate header": (text("id,id\n1,2\n"), Refused("two columns are called id")),
    "duplicate but for capitals": (text("Id,ID\na,b\n"), Refused("two columns are called")),
    "blank name in the middle": (text("id,,amount\na,b,1\n"), Refused("column 2 has no name")),
    "blank name at the end, empty": (text("id,amount,\na,1,\nb,2,\n"), Read(2)),
    "blank name at the end, filled": (text("id,amount,\na,1,\nb,2,x\n"), Read(1, 1)),
    "an invisible name": (text("id,\u200b\u202e\na,1\n"), Refused("column 2 has no name")),
    "a name of 1 MB": (text(f"id,{'x' * 2**20}\na,1\n"), Refused("the header cannot be read")),
    "200,000 columns": (text(",".join(f"c{n}" for n in range(200_000)) + "\n"), Refused("header")),
    "20,000 columns": (text(",".join(f"c{n}" for n in range(20_000)) + "\n"), Refused("20,000 columns")),
    "NUL in the header": (text("id,a\0b\n1,2\n"), Refused("header cannot be read")),
    "a header with a lone quote": (text('id,am"ount\na,1\n'), Refused("header cannot be read")),
    "names that are code": (text('"=cmd|x","<script>","x""; DROP TABLE rows; --"\na,b,c\n'), Read(1)),
    "the name row": (text("row,ROW_\na,b\n"), Read(1)),
    # rows
    "a short row": (text(TABLE + "d4\n"), Read(3, 1)),
    "a long row": (text(TABLE + "d4,1,2\n"), Read(3, 1)),
    "a decimal comma among points": (text(TABLE + "d4,1,5\n"), Read(3, 1)),
    "ragged first row": (text(HEADER + "a1,1,9\nb2,2.5\nc3,3.5\n"), Read(2, 1)),
    "blank lines between": (text("\n\nid,amount\n\na1,1.5\n,\n  \nb2,2.5\n\n"), Read(2)),
    "no line end at the end": (text(TABLE[:-1]), GOOD),
    "mixed line ends": (text("id,amount\r\na1,1.5\nb2,2.5\rc3,3.5\r\n"), GOOD),
    "old line ends": (text(TABLE.replace("\n", "\r")), GOOD),
    "a quote never closed": (text(TABLE + '"d4,1\ne5,2.5\n'), Read(4, 1)),
    "a quote never closed in row 1": (text(HEADER + '"a1,1.5\nb2,2.5\nc3,3.5\n'), Read(2, 1)),
    "text behind a quote": (text(TABLE + '"d4"x,1\n'), Read(3, 1)),
    "a lone quote in a cell": (text(TABLE + 'd"4,1\ne5,2.5\n'), Read(4, 1)),
    "newlines in quotes": (text(TABLE + '"d\n4\r\n",4.5\n'), Read(4)),
    "NUL in a cell": (text(TABLE + "d\0,4.5\n"), Read(3, 1)),
    "a control character": (text(TABLE + "d\x1b[2J,4.5\n"), Read(3, 1)),
    "a cell of 140,000 characters": (text(TABLE + f"{'d' * 140_000},4.5\n"), Read(3, 1)),
    "a line of 3 million characters": (text(TABLE + f"{'d' * 3_000_000},4.5\ne5,1.5\n"), Read(4, 1)),
    "a quote over 3 million characters": (text(TABLE + '"' + f"{'d' * 300},4\n" * 10_000), Read(10_002, 1)),
    "an id that is missing": (text(TABLE + "d,1\n" * 30 + " ,4.5\n"), Read(33, 1)),
    "ids that look alike": (text("id\n00123\n1e5\nTRUE\n2024-01-01\n\u212b\nA\u030a\n"), Read(6)),
    "letters that reverse": (text("id,t\n\u202ea,1.5\na\u200b,2.5\n\U000e0041,3.5\n"), GOOD),
    "formulas": (text("id,note\n=1+1,x\n@SUM(A1),y\n-2+3,z\n+4,w\n"), Read(4)),
    "a number of 400 digits": (text(HEADER + f"a1,1.5\nb2,{'9' * 400}\n" + "c,2\n" * 30), Read(31, 1)),
    "numbers beyond the finite": (text(HEADER + "a,1e999\n" + "c,2.5\n" * 30), Read(30, 1)),
    "words for no number": (text(HEADER + "a,NaN\nb,Infinity\n" + "c,2.5\n" * 60), Read(61, 1)),
    "0x10, 1_000 and Arabic digits": (text(HEADER + "a,0x10\nb,1_000\nc,٣\n" + "d,2\n" * 97), Read(97, 3)),
    # encodings
    "a mark of UTF-8": (text(b"\xef\xbb\xbf" + TABLE.encode()), GOOD),
    "UTF-16": (text(TABLE.encode("utf-16")), GOOD),
    "UTF-16 without a mark": (text(TABLE.encode("utf-16-be")), GOOD),
    "UTF-16 cut in a letter": (text(TABLE.encode("utf-16")[:-1]), Refused("not valid UTF-16")),
    "UTF-32": (text(TABLE.encode("utf-32")), GOOD),
    "a damaged letter": (text(TABLE.encode() + "é,1\n".encode() + b"\xff,4.5\n"), Read(4, 1)),
    "Latin-1": (text(TABLE.encode() + "Köln,1\n".encode("latin-1")), Read(4)),
    "random bytes": (text(random.Random(1).randbytes(50_000)), Refused("header")),
    # formats
    "an old spreadsheet": (text(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 64), Refused("old spreadsheet")),
    "a picture": (text(b"\x89PNG\r\n\x1a\n" + b"\0" * 99), Refused("a picture")),
    "a PDF": (text(b"%PDF-1.7\n"), Refused("PDF")),
    "a program": (text(b"\x7fELF" + b"\0" * 99), Refused("a program")),
    "an empty zip": (text(b"PK\x05\x06" + b"\0" * 18), Refused("empty zip")),
    "a web page": (text("<html><body>x</body></html>"), Read(0)),
    "sep= of a spreadsheet": (text("sep=;\nid;amount\na,b;1\n"), Read(1)),
    # gzip
    "gzip": (packed(TABLE), GOOD),
    "gzip cut short": (damaged(packed(TABLE), 30), Refused("cut short or damaged")),
    "gzip of one byte more": (
        lambda path: path.write_bytes(gzip.compress(TABLE.encode()) + b"x"),
        Refused("cut short or damaged"),
    ),
    "gzip in gzip": (
        lambda path: path.write_bytes(gzip.compress(gzip.compress(TABLE.encode()))),
        Refused("another archive"),
    ),
    "gzip of a workbook": (text(gzip.compress(b"PK\x03\x04" + b"x" * 99)), Refused("a zip archive")),
    "a gzip bomb": (text(gzip.compress(bytes(16 * 2**20))), Refused("times its size")),
    "a gzip bomb of good rows": (packed(HEADER + "a,1\n" * 2_000_000), Refused("times its size")),
    "gzip's magic alone": (text(b"\x1f\x8b"), Refused("cut short or damaged")),
    "gzip of nothing": (packed(""), Refused("nothing but blanks")),
    # workbooks
    "a workbook": (BOOK, GOOD),
    "a workbook cut short": (damaged(BOOK, 900), Refused("cut short, damaged")),
    "a workbook without sheets": (workbook(), Refused("workbook")),
    "an empty sheet": (workbook(""), Refused("nothing but blanks")),
    "a zip of a CSV": (lambda path: _zip(path, {"a.csv": TABLE.encode()}), Refused("not an XLSX workbook")),
    "a zip bomb": (
        lambda path: _zip(path, {"xl/workbook.xml": b"x", "xl/worksheets/sheet1.xml": bytes(16 * 2**20)}),
        Refused("times its size"),
    ),
    "a sheet from corner to corner": (
        workbook('<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        Refused("spans more than"),
    ),
    "a workbook of nonsense": (
        lambda path: _zip(path, {"xl/workbook.xml": b"<nonsense", "xl/worksheets/sheet1.xml": b"<x"}),
        Refused("cannot be read"),
    ),
    "entities that grow": (
        lambda path: _zip(path, {"xl/workbook.xml": ENTITIES}),
        Refused("workbook"),
    ),
    "the zip magic alone": (text(b"PK\x03\x04"), Refused("cut short, damaged")),
    "a ragged sheet": (workbook(rows_of([*ROWS, ["d4", 4.5, "x"]])), Read(3, 1)),
    "formulas in a sheet": (workbook(rows_of([["id", "t"], ["=1+1", "@x"], ["+a", "-b"]])), Read(2)),
    # Parquet
    "Parquet": (PARQUET, GOOD),
    "Parquet cut short": (damaged(PARQUET, 200), Refused("cut short, damaged")),
    "Parquet's magic alone": (text(b"PAR1"), Refused("cut short, damaged")),
    "Parquet's magic twice": (text(b"PAR1" + b"\xff" * 64 + b"PAR1"), Refused("cut short, damaged")),
    "Parquet of lists": (parquet("SELECT 'a' id, [1, 2] amounts"), Refused("lists or structures")),
    "Parquet of bytes": (parquet("SELECT 'a' id, 'x'::BLOB amounts"), Refused("lists or structures")),
    "Parquet of no rows": (parquet(f"{QUERY} LIMIT 0"), Read(0)),
    "Parquet of NaN": (parquet("SELECT 'a' id, x FROM (VALUES ('NaN'::DOUBLE), (1.5)) t(x)"), Read(2)),
    "Parquet of infinity": (
        parquet("SELECT 'a' id, x FROM (VALUES ('inf'::DOUBLE), (1.5), (2.5)) t(x)"),
        Read(2, 1),
    ),
    "Parquet with an odd name": (parquet('SELECT \'a\' AS "x""\'; --", 1.5 AS y'), Read(1)),
}
FILE_NAMES = (
    "..%2f..%2fx",
    "CON",
    "a b.csv",
    "x'; DROP TABLE rows; --.csv",
    "[a-z]*?.csv",
    "read_parquet('x').parquet",
    "\u202egpj.csv",
    "-rf",
    "d\n.csv",
    "s3:",
)


def _zip(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=zlib.Z_BEST_COMPRESSION) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
