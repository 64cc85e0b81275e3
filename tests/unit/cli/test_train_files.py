"""Files of every shape on the training command line: taken right, asked about, or refused with the line."""

from __future__ import annotations

import csv
import gzip
import json
import shlex
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import train as command
from app.core.config import Settings
from app.models.artifact_store import ArtifactStore
from app.services.training_service import TrainingService
from data.generators import mall
from tests.unit.models.importing.made_files import rows_of, workbook

HEADER = "Kunden;ID;Gender;Age;Annual Income (k$);Spending Score (1-100)"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Folders of this test's own, and little evidence."""
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("ARTIFACTS_DIR", str(settings.artifacts_dir))
    monkeypatch.setattr(command, "TrainingService", partial(TrainingService, null_draws=2, refits=2))


@pytest.fixture
def store(settings: Settings) -> ArtifactStore:
    return ArtifactStore(settings.artifacts_dir, "mall")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command.train, [*arguments, "--segments", "2"])


def text_of(income: str = "{},5", rows: int = 40) -> str:
    people = [f"Zoë;{n:05};Female;30;{income.format(10 + n % 20)};{1 + n * 7 % 100}" for n in range(rows)]
    return "\n".join([HEADER, *people, ""])


class TestTaken:
    def test_as_a_spreadsheet_in_berlin_writes_it(self, settings: Settings, tmp_path: Path) -> None:
        path = tmp_path / "kunden.csv.gz"
        path.write_bytes(gzip.compress(text_of().encode("cp1252")))
        result = run("--data", str(path))
        assert result.exit_code == 0, result.stderr
        told = "40 rows read: gzipped CSV, semicolons, Windows-1252; Annual Income (k$) like 1234,5"
        assert told in result.stderr.splitlines()
        labelled = (settings.processed_dir / "mall_segments.csv").read_text("utf-8").splitlines()
        assert labelled[1].startswith("00000,10.5,1,30,female,")

    def test_the_look_alike_is_known_as_a_workbook(self, tmp_path: Path) -> None:
        header, *rows = (line.split(",") for line in mall.generate().splitlines())
        workbook(rows_of([header, *([*row[:2], *map(int, row[2:])] for row in rows)]))(tmp_path / "mall.xlsx")
        result = run("--data", str(tmp_path / "mall.xlsx"))
        assert result.exit_code == 0, result.stderr
        assert "the synthetic look-alike that ships with this product" in result.stdout

    def test_the_same_file_again_follows_its_customers(self, tmp_path: Path) -> None:
        # its labelled table holds numbers of three decimals, which elsewhere would be a question
        path = tmp_path / "kunden.csv"
        path.write_text(text_of("{}.125"), encoding="utf-8")
        for _ in range(2):
            result = run("--data", str(path), "--decimal", "point", "--json")
            assert result.exit_code == 0, result.stderr
        assert json.loads(result.stdout)["lineage"]["previous"] == "mall/1"

    def test_a_word_of_ones_own_for_a_missing_value(self, settings: Settings, tmp_path: Path) -> None:
        path = tmp_path / "kunden.csv"
        path.write_text(text_of().replace(";30;10,5;", ";unbekannt;10,5;"), encoding="utf-8")
        refused = run("--data", str(path))
        assert refused.exit_code == 2
        assert "line 2, Age: this is not a plain number" in refused.stderr
        result = run("--data", str(path), "--missing", "unbekannt")
        assert result.exit_code == 0, result.stderr
        labelled = (settings.processed_dir / "mall_segments.csv").read_text("utf-8").splitlines()
        ages = [row["Age"] for row in csv.DictReader(labelled)]
        assert (ages.count(""), len(ages)) == (2, 40)


class TestAsked:
    def test_the_question_names_its_answers(self, store: ArtifactStore, tmp_path: Path) -> None:
        path = tmp_path / "kunden.csv"
        path.write_text(text_of("{}.271"), encoding="utf-8")
        result = run("--data", str(path))
        assert (result.exit_code, result.stdout) == (2, "")
        assert ".271" not in result.stderr
        assert "Annual Income (k$) can be read in two ways" in result.stderr
        answers = [line.strip() for line in result.stderr.splitlines() if line.startswith("    --decimal")]
        assert answers == [
            "--decimal 'Annual Income (k$)=point'   for numbers like 1,234.5",
            "--decimal 'Annual Income (k$)=comma'   for numbers like 1.234,5",
        ]
        assert not store.versions()
        assert run("--data", str(path), *shlex.split(answers[0])[:2]).exit_code == 0
        refused = run("--data", str(path), *shlex.split(answers[1])[:2])
        assert refused.exit_code == 2
        assert "line 2: Annual Income (k$): the number must lie between 0 and 1000" in refused.stderr

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (("--decimal", "Income=comma"), "the column Income, which the file does not have"),
            (("--delimiter", "x"), "the delimiter must be one character"),
            (("--encoding", "canary"), "the encoding is not known"),
            (("--sheet", "First"), "not a workbook"),
        ],
    )
    def test_answers_that_do_not_fit(self, options: tuple[str, ...], told: str, tmp_path: Path) -> None:
        path = tmp_path / "kunden.csv"
        path.write_text(text_of(), encoding="utf-8")
        result = run("--data", str(path), *options)
        assert (result.exit_code, result.stdout) == (2, "")
        assert told in result.stderr


class TestFaultyRows:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "kunden.csv"
        path.write_text(text_of() + "Bo;00100;Male;30;canary;5\nBo;00101;Male;30\n", encoding="utf-8")
        return path

    def test_they_refuse_the_table_and_say_what_to_do(self, path: Path, store: ArtifactStore) -> None:
        result = run("--data", str(path))
        assert (result.exit_code, result.stdout) == (2, "")
        *_, cell, row, advice = result.stderr.splitlines()
        assert cell == "  line 42: Annual Income (k$): this is not a number written like 1234,5"
        assert row == "  line 43: the row has 4 cells and the header has 6"
        assert "--rejects FILE" in advice
        assert "canary" not in result.stderr
        assert not store.versions()

    def test_left_out_on_request(self, path: Path) -> None:
        rejects = path.with_name("rejects.csv")
        result = run("--data", str(path), "--rejects", str(rejects))
        assert result.exit_code == 0, result.stderr
        assert "2 segments of 40 customers" in result.stdout
        assert "2 of 42 rows left out, with their reasons in rejects.csv:" in result.stderr
        assert "  line 43: the row has 4 cells and the header has 6" in result.stderr
        assert "canary" not in result.stderr
        assert len(rejects.read_text(encoding="utf-8").splitlines()) == 3
