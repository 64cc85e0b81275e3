from __future__ import annotations

import os
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from app.cli.file_reading import doubt_sentences, make_reading, read_sentences, reading_options
from app.models.customer_table import FileRead, Reading
from app.models.importing.choices import Choices
from app.models.importing.csv_records import Record
from app.models.importing.number_style import NumberStyle
from app.models.importing.questions import Option, Question, TableInDoubt
from app.models.importing.table_source import open_table
from tests.unit.models.importing.made_files import LIMITS, rows_of, workbook, write

INCOME = "Annual Income (k$)"


def run(*arguments: str) -> tuple[Result, Reading | None]:
    found: list[Reading] = []

    @click.command()
    @reading_options
    def command(**options: object) -> None:
        found.append(make_reading(options, lambda read: None))  # type: ignore[arg-type]

    return CliRunner().invoke(command, arguments), found[0] if found else None


def in_doubt(key: str, column: str, *options: Option) -> TableInDoubt:
    return TableInDoubt((Question(key, column, "Which?", options, is_required=True),))


class TestOptions:
    def test_nothing_is_decided_unless_said(self) -> None:
        _, reading = run()
        assert reading is not None
        assert (reading.choices, reading.decimal, reading.rejects) == (Choices(decimals={}), None, None)

    def test_all_of_them(self) -> None:
        decimals = ("--decimal", "comma", "--decimal", f"{INCOME}=point", "--decimal", "a=b=,")
        words = ("--missing", "unknown", "--missing", "?")
        result, reading = run(
            *decimals, *words, "--delimiter", "tab", "--encoding", "cp1254", "--rejects", "bad.csv"
        )
        assert reading is not None, result.stderr
        assert reading.choices == Choices(
            "cp1254", "\t", decimals={INCOME: ".", "a=b": ","}, missing=("unknown", "?")
        )
        assert (reading.decimal, reading.rejects) == (",", Path("bad.csv"))

    @pytest.mark.parametrize(("said", "mark"), [("semicolon", ";"), (";", ";"), ("vertical bar", "|")])
    def test_delimiters(self, said: str, mark: str) -> None:
        _, reading = run("--delimiter", said)
        assert reading is not None
        assert reading.choices.delimiter == mark

    @pytest.mark.parametrize("said", ["", "dot", "Income=", "comma=Income"])
    def test_no_decimal_mark(self, said: str) -> None:
        result, _ = run("--decimal", said)
        assert result.exit_code == 2
        assert "comma or point" in result.stderr

    def test_rejects_are_no_folder(self, tmp_path: Path) -> None:
        assert run("--rejects", str(tmp_path))[0].exit_code == 2


class TestReadSentences:
    def test_text(self, tmp_path: Path) -> None:
        source = open_table(write(tmp_path, "a;b\nZoë;2\n".encode("cp1252")), LIMITS)
        styles = {"plain": NumberStyle(), "b\x1b": NumberStyle(",", ".")}
        (sentence,) = read_sentences(FileRead(source, styles, 1, ()), None)
        assert sentence == "1 row read: semicolons, Windows-1252; b like 1.234,5"

    def test_workbook(self, tmp_path: Path) -> None:
        workbook(rows_of([["id"], ["a"]]), rows_of([["other"]]))(tmp_path / "book")
        read = FileRead(open_table(tmp_path / "book", LIMITS), {}, 1, ())
        assert read_sentences(read, None) == ["1 row read: Excel workbook; sheet First, one of 2"]

    def test_what_is_left_out(self, tmp_path: Path) -> None:
        source = open_table(write(tmp_path, "a,b\n1,2\n"), LIMITS)
        out = [Record(2, ["canary"], "ragged"), *(Record(n, [], "too long", "b") for n in range(3, 24))]
        lines = read_sentences(FileRead(source, {}, 1_000, tuple(out)), Path("folder/bad.csv"))
        assert lines[1:4] == [
            "22 of 1,022 rows left out, with their reasons in bad.csv:",
            "  line 2: ragged",
            "  line 3: b: too long",
        ]
        assert (len(lines), lines[-1]) == (23, "  and 2 more")
        assert "canary" not in "".join(lines)


class TestDoubtSentences:
    POINT, COMMA = Option(".", "a decimal point", "canary"), Option(",", "a decimal comma", "canary")

    def test_a_column(self) -> None:
        lines = doubt_sentences(in_doubt("decimals", INCOME, self.POINT, self.COMMA))
        assert lines[1] == "  Which?"
        assert lines[2].endswith("   for numbers like 1,234.5")
        assert lines[3].endswith("   for numbers like 1.234,5")
        assert "canary" not in "".join(lines)

    @pytest.mark.skipif(os.name == "nt", reason="quoted as POSIX shells do")
    def test_the_option_can_be_typed(self) -> None:
        lines = doubt_sentences(in_doubt("decimals", "it's $5", self.POINT, self.COMMA))
        assert shlex.split(lines[2])[:2] == ["--decimal", "it's $5=point"]
        result, reading = run(*shlex.split(lines[3])[:2])
        assert reading is not None, result.stderr
        assert reading.choices.decimals == {"it's $5": ","}

    def test_a_name_that_cannot_be_typed(self) -> None:
        lines = doubt_sentences(in_doubt("decimals", "n" * 61, self.POINT))
        assert lines[2].split()[:3] == ["--decimal", "point", "for"]

    def test_the_whole_file(self) -> None:
        options = (Option(";", "semicolon", ""), Option("|", "vertical bar", ""))
        lines = doubt_sentences(in_doubt("delimiter", "", *options))
        assert [line.strip().replace('"', "'") for line in lines[2:]] == [
            "--delimiter semicolon",
            "--delimiter 'vertical bar'",
        ]
