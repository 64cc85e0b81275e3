from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import train as command
from app.core.config import Settings
from app.core.errors import TrainingUnsound
from app.models.artifact_store import ArtifactStore
from app.services.training_service import TrainingService
from data.generators import mall

HEADER = "CustomerID,Gender,Age,Annual Income (k$),Spending Score (1-100)"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Folders of this test's own with the look-alike in them, and little evidence."""
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("ARTIFACTS_DIR", str(settings.artifacts_dir))
    monkeypatch.setattr(command, "TrainingService", partial(TrainingService, null_draws=2, refits=2))
    mall.write(settings.raw_dir / "mall_customers.csv")


@pytest.fixture
def store(settings: Settings) -> ArtifactStore:
    return ArtifactStore(settings.artifacts_dir, "mall")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command.train, arguments)


def on_disk(store: ArtifactStore) -> set[str]:
    return {path.name for path in store.folder.glob("*")} - {".training.lock"}


class TestTrain:
    def test_the_result_is_told_in_words(self, store: ArtifactStore) -> None:
        result = run()
        assert result.exit_code == 0, result.stderr
        lines = result.stdout.splitlines()
        assert lines[0].startswith("mall/1: 5 segments of 200 customers (the synthetic look-alike")
        assert lines[2].startswith("silhouette 0.5")
        assert [line.split()[0] for line in lines[4:9]] == ["0", "1", "2", "3", "4"]
        assert lines[-1] == "in use now"
        assert store.pointer.version() == 1

    def test_progress_goes_to_standard_error(self) -> None:
        result = run("--segments", "2")
        told = result.stderr.splitlines()
        assert told[0] == "reading the table …"
        assert told[-1] == "trained … 100 %"
        assert len(told) == len(set(told))
        assert "…" not in result.stdout

    def test_the_result_as_json(self) -> None:
        result = run("--json", "--segments", "3", "--seed", "7")
        body = json.loads(result.stdout)
        assert (body["model_version"], body["k"], body["seed"], body["activated"]) == ("mall/1", 3, 7, True)

    @pytest.mark.slow
    def test_segments_that_were_merged_are_told(self, settings: Settings, tmp_path: Path) -> None:
        path = tmp_path / "few_far_off.csv"
        known = (settings.raw_dir / "mall_customers.csv").read_text(encoding="utf-8").splitlines()
        far = [f"{number},Female,30,{number},99" for number in (300, 301, 302)]
        path.write_text("\n".join([*known, *far]) + "\n", encoding="utf-8")
        options = ("--data", str(path), "--segments", "6", "--no-activate")
        body = json.loads(run("--json", *options).stdout)
        assert (body["merged"]["segments"], body["merged"]["least_size"]) == (6, 5)
        assert min(segment["size"] for segment in body["segments"]) >= 5
        lines = run(*options).stdout.splitlines()
        assert lines[1] == body["merged"]["text"]
        assert lines[1].startswith(f"{body['k']} segments serve instead of 6: ")

    def test_stored_but_not_used(self, store: ArtifactStore) -> None:
        result = run("--no-activate")
        assert result.exit_code == 0
        assert result.stdout.splitlines()[-1] == "stored, not in use"
        assert on_disk(store) == {"1", "NEXT"}

    @pytest.mark.slow
    def test_retired_and_born_segments_are_told(self) -> None:
        assert "retired" not in run().stdout
        assert "retired" not in run("--seed", "1").stdout
        assert "retired: [" in run("--segments", "3").stdout

    def test_a_table_and_a_recipe_of_ones_own(self, settings: Settings, tmp_path: Path) -> None:
        path = tmp_path / "shop.csv"
        path.write_text(
            "income;score\n" + "".join(f"{x}.5;{x % 100 + 1}\n" for x in range(80)), encoding="utf-8"
        )
        result = run("--data", str(path), "--recipe", "mall", "--segments", "2")
        assert result.exit_code == 0, result.stderr
        assert "2 segments of 80 customers (a table of mall customers)" in result.stdout

    def test_help(self) -> None:
        result = run("--help")
        assert result.exit_code == 0
        for option in ("--recipe", "--data", "--segments", "--seed", "--no-activate", "--json", "Exit codes"):
            assert option in result.stdout


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("", "empty"),
            (f"{HEADER}\n", "0 rows"),
            (HEADER.replace("Annual Income (k$)", "Wealth") + "\n1,F,20,5,50\n", "Annual Income (k$)"),
            (f"{HEADER}\n1,F,20,15,39\n2,F,20,many,39\n", "line 3: Annual Income (k$): "),
            (f"{HEADER}\n1,F,20,15,39\n2,F,20,15,101\n", "line 3: Spending Score (1-100): "),
            (f"{HEADER}\n" + "".join(f"{n},F,20,{n},{n}\n" for n in range(1, 4)), "3 rows"),
            (f"{HEADER}\n" + "".join(f"{n},F,20,15,39\n" for n in range(1, 60)), "1 "),
        ],
        ids=["empty", "no rows", "column missing", "text", "beyond the bounds", "too few", "all equal"],
    )
    def test_a_table(self, store: ArtifactStore, tmp_path: Path, content: str, told: str) -> None:
        path = tmp_path / "bad.csv"
        path.write_text(content, encoding="utf-8")
        result = run("--data", str(path))
        assert (result.exit_code, result.stdout) == (2, "")
        assert "\nerror: " in result.stderr
        assert told in result.stderr
        assert "Traceback" not in result.stderr
        assert on_disk(store) == set()

    def test_a_rejected_value_is_not_repeated(self, tmp_path: Path) -> None:
        path = tmp_path / "bad.csv"
        path.write_text(f"{HEADER}\n1,F,20,canary-271828,39\n", encoding="utf-8")
        result = run("--data", str(path))
        assert result.exit_code == 2
        assert "canary" not in result.output

    @pytest.mark.parametrize("path", ["nothing.csv", ".", ""])
    def test_no_table(self, store: ArtifactStore, path: str) -> None:
        result = run("--data", path)
        assert (result.exit_code, result.stdout) == (2, "")
        assert on_disk(store) == set()

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--segments", "1"), ("--segments", "9"), ("--segments", "many"), ("--seed", "-1"),
            ("--seed", str(2**31)), ("--nothing",), ("more",), ("--recipe", "nothing"),
            ("--recipe", "../mall"), ("--recipe", ""),
        ],
        ids=" ".join,
    )  # fmt: skip
    def test_options(self, store: ArtifactStore, arguments: tuple[str, ...]) -> None:
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert on_disk(store) == set()

    def test_a_bad_setting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", "canary")
        result = run()
        assert result.exit_code == 2
        assert result.stderr.startswith("error: cannot start: PORT: ")
        assert "canary" not in result.stderr

    def test_another_training(self, store: ArtifactStore) -> None:
        with store.training():
            result = run()
        assert result.exit_code == 1
        assert "another training of mall is running" in result.stderr

    def test_the_version_in_use_stays(self, store: ArtifactStore, tmp_path: Path) -> None:
        assert run("--segments", "2").exit_code == 0
        assert run("--data", str(tmp_path / "nothing.csv")).exit_code == 2
        assert store.pointer.version() == 1
        assert on_disk(store) == {"1", "ACTIVE", "HISTORY", "NEXT"}


class TestFaults:
    def test_a_folder_that_cannot_be_written(self, settings: Settings) -> None:
        settings.artifacts_dir.write_bytes(b"a file in the folder's place")
        result = run()
        assert (result.exit_code, result.stdout) == (1, "")
        assert "error: the version could not be written: " in result.stderr

    def test_two_forms_that_disagree(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object, **__: object) -> None:
            raise TrainingUnsound("the pickled pair and the served numbers differ on 1 of 4500")

        monkeypatch.setattr(TrainingService, "train", fail)
        result = run()
        assert result.exit_code == 1
        assert result.stderr == "error: the pickled pair and the served numbers differ on 1 of 4500\n"

    def test_a_lost_count(self, store: ArtifactStore) -> None:
        run("--segments", "2")
        (store.folder / "NEXT").unlink()
        result = run()
        assert result.exit_code == 1
        assert "the file NEXT of mall is gone" in result.stderr


class TestProgram:
    def train(self, repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "train_model.py", *arguments],
            cwd=repository,
            env=os.environ | {"PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    @pytest.mark.slow
    def test_it_trains(self, repository: Path, store: ArtifactStore) -> None:
        done = self.train(repository, "--json")
        assert done.returncode == 0, done.stderr
        body = json.loads(done.stdout)
        assert body["verdict"]["code"] == "separate_groups"
        assert body["verdict"]["p_value"] == pytest.approx(0.005)
        assert done.stderr.startswith("reading the table …\n")
        assert store.pointer.version() == 1

    @pytest.mark.slow
    def test_it_refuses(self, repository: Path, store: ArtifactStore) -> None:
        done = self.train(repository, "--data", "nothing.csv")
        assert (done.returncode, done.stdout) == (2, "")
        assert "nothing.csv does not exist" in done.stderr
        assert on_disk(store) == set()
