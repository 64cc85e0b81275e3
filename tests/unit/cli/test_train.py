"""The training command line: what it prints, what it answers, what it leaves behind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import train as train_module
from app.cli.train import train
from app.core.config import Settings
from app.models.artifact_store import ArtifactStore
from app.services.training_service import TrainingService

Run = Callable[..., Result]


@pytest.fixture
def run(trained: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line over a trained folder, with few draws of evidence."""
    monkeypatch.setattr(train_module, "load_settings", lambda: trained)
    monkeypatch.setattr(train_module, "TrainingService", lambda settings: TrainingService(settings, 3, 5))
    return lambda *arguments: CliRunner().invoke(train, [str(argument) for argument in arguments])


def table(folder: Path, text: str) -> Path:
    """Write a table and return its path."""
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def rows(count: int, income: Callable[[int], object] = lambda row: 20 + row) -> str:
    """Return a table of `count` customers."""
    lines = [f"{row},{income(row)},{1 + row * 7 % 99}" for row in range(count)]
    return "\n".join(["CustomerID,Income,Score", *lines]) + "\n"


class TestTrains:
    def test_a_summary_for_people(self, run: Run) -> None:
        result = run()
        assert result.exit_code == 0, result.stderr
        assert result.stdout.startswith("mall/2: 5 segments of 200 customers")
        assert "VIP / Whale" in result.stdout
        assert result.stdout.rstrip().endswith("in use now")

    def test_progress_goes_to_standard_error(self, run: Run) -> None:
        result = run("--json")
        assert json.loads(result.stdout)["model_version"] == "mall/2"
        assert "comparing with tables without groups … 100 %" in result.stderr

    def test_stored_but_not_in_use(self, run: Run, trained: Settings) -> None:
        result = run("--no-activate")
        assert result.stdout.rstrip().endswith("stored, not in use")
        assert ArtifactStore(trained.artifacts_dir, "mall").active_version() == 1

    def test_born_and_retired_segments_are_named(self, run: Run) -> None:
        assert "retired: [" in run("--segments", 4).stdout

    def test_another_table_in_other_spellings(self, run: Run, tmp_path: Path) -> None:
        result = run("--data", table(tmp_path, rows(60)), "--segments", 3, "--json")
        assert result.exit_code == 0, result.stderr
        assert json.loads(result.stdout)["data"]["rows"] == 60


class TestRefuses:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "is empty"),
            ("CustomerID,Income\n1,2\n", "spending"),
            (rows(4), "at least"),
            (rows(30, lambda row: 50), "same"),
            (rows(30, lambda row: "canary-text" if row == 5 else 20 + row), "line 7"),
            (rows(30, lambda row: 2000 if row == 5 else 20 + row), "1000"),
        ],
    )
    def test_a_table_with_its_reason(
        self, run: Run, trained: Settings, tmp_path: Path, text: str, words: str
    ) -> None:
        before = sorted(path.name for path in (trained.artifacts_dir / "mall").rglob("*"))
        result = run("--data", table(tmp_path, text))
        assert result.exit_code == 2
        assert words in result.stderr
        assert "canary" not in result.stderr
        assert result.stdout == ""
        after = sorted(path.name for path in (trained.artifacts_dir / "mall").rglob("*"))
        assert [name for name in after if name != ".training.lock"] == [
            name for name in before if name != ".training.lock"
        ]

    def test_a_table_that_is_not_there(self, run: Run, tmp_path: Path) -> None:
        assert run("--data", tmp_path / "nowhere.csv").exit_code == 2

    @pytest.mark.parametrize(
        "arguments",
        [("--segments", "9"), ("--segments", "1"), ("--seed", "-1"), ("--recipe", "nobodys"), ("--x",)],
    )
    def test_options_out_of_bounds(self, run: Run, arguments: tuple[str, ...]) -> None:
        assert run(*arguments).exit_code == 2

    def test_a_training_that_runs_already(self, run: Run, trained: Settings) -> None:
        with ArtifactStore(trained.artifacts_dir, "mall").training():
            result = run()
        assert (result.exit_code, "already" in result.stderr or "running" in result.stderr) == (2, True)

    def test_a_disk_that_refuses(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(ArtifactStore, "publish", full)
        result = run()
        assert result.exit_code == 1
        assert "No space left on device" in result.stderr


class TestScript:
    def test_help(self, repository: Path) -> None:
        done = subprocess.run(
            [sys.executable, "train_model.py", "--help"], cwd=repository, capture_output=True, check=True
        )
        for option in (b"--recipe", b"--data", b"--segments", b"--seed", b"--no-activate", b"--json"):
            assert option in done.stdout
