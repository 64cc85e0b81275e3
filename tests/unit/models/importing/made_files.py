"""Files for the tests of the import, made in the test and never kept."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import duckdb

from app.models.importing.choices import Choices
from app.models.importing.limits import ImportLimits
from app.models.importing.understanding import Understanding, understand

LIMITS = ImportLimits()
Make = Callable[[Path], object]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def write(folder: Path, content: bytes | str, name: str = "customers.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(folder: Path, content: bytes | str, choices: Choices | None = None) -> Understanding:
    return understand(write(folder, content), LIMITS, choices)


def text(content: bytes | str) -> Make:
    return lambda path: path.write_bytes(content.encode() if isinstance(content, str) else content)


def packed(content: str) -> Make:
    return lambda path: path.write_bytes(gzip.compress(content.encode()))


def cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float)):
        return f"<c><v>{value!r}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def rows_of(table: Iterable[Iterable[object]]) -> str:
    return "".join(f"<row>{''.join(map(cell, row))}</row>" for row in table)


def workbook(*sheets: str, names: Sequence[str] = ("First", "Second", "Third")) -> Make:
    """A workbook of sheets given as the XML of their rows."""

    def make(path: Path) -> None:
        entries = "".join(
            f'<sheet name={quoteattr(names[n])} sheetId="{n + 1}" r:id="r{n}"/>' for n in range(len(sheets))
        )
        links = "".join(
            f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(len(sheets))
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types"/>')
            link = f'<Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            archive.writestr("_rels/.rels", _relationships(link))
            book = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{entries}</sheets></workbook>'
            archive.writestr("xl/workbook.xml", book)
            archive.writestr("xl/_rels/workbook.xml.rels", _relationships(links))
            for n, rows in enumerate(sheets):
                sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
                archive.writestr(f"xl/worksheets/sheet{n}.xml", sheet)

    return make


def _relationships(links: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def parquet(query: str) -> Make:
    def make(path: Path) -> None:
        with duckdb.connect(":memory:") as base:
            base.execute(f"COPY ({query}) TO '{path.parent / 'made'}' (FORMAT parquet)")
        (path.parent / "made").rename(path)

    return make


def damaged(make: Make, keep: int) -> Make:
    """The same file, cut after so many bytes."""

    def made(path: Path) -> None:
        make(path)
        path.write_bytes(path.read_bytes()[:keep])

    return made
