from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.cli import setup_steps
from app.cli.setup_steps import Setup, Step, perform, read_dotenv, run_command, serve_command, wait_for
from app.core.config import Settings

PREPARED = ["-m venv", "pip install", "generators.mall", "train_model", "database upgrade"]


@dataclass
class FakeRunner:
    """Remember commands and do what a real one would leave behind."""

    root: Path
    failing: str = ""
    commands: list[str] = field(default_factory=list)

    def __call__(self, command: Sequence[str]) -> int:
        text = " ".join(command)
        self.commands.append(text)
        if self.failing and self.failing in text:
            return 2
        if "-m venv" in text:
            touch(self.root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
        if "data.generators.mall" in text:
            touch(Path(command[-1]))
        if "train_model.py" in text:
            touch(self.root / "models_artifacts" / "mall" / "ACTIVE")
        tables = self.root / "tables at this release"
        if "app.cli.database upgrade" in text:
            touch(tables)
        return 0 if "app.cli.database current" not in text or tables.exists() else 1

    @property
    def work(self) -> list[str]:
        """What was done, without the questions to the interpreter."""
        words = (
            "-m venv",
            "pip install",
            "generators.mall",
            "train_model",
            "database upgrade",
            "main.py",
            "playwright",
            "check.py",
        )
        return [word for command in self.commands for word in words if word in command]


def touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for lock in ("requirements.txt", "requirements-postgres.txt", "requirements-dev.txt"):
        (tmp_path / lock).write_text(f"{lock}==1", encoding="utf-8")
    for name in ("DATA_DIR", "ARTIFACTS_DIR", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BROWSER_PATH", sys.executable)  # some program: a browser is there
    return tmp_path


def set_up(root: Path, runner: FakeRunner, action: str, version: tuple[int, int] = (3, 11)) -> int:
    return perform(Setup(root, runner, runner, version).steps(action))


class TestFreshClone:
    def test_run(self, root: Path) -> None:
        runner = FakeRunner(root)
        assert set_up(root, runner, "run") == 0
        assert runner.work == [*PREPARED, "main.py"]
        assert any("--require-hashes -r requirements.txt" in command for command in runner.commands)

    def test_test(self, root: Path) -> None:
        runner = FakeRunner(root)
        assert set_up(root, runner, "test") == 0
        assert runner.work == [*PREPARED, "check.py"]
        assert any("--require-hashes -r requirements-dev.txt" in command for command in runner.commands)

    def test_prepare(self, root: Path) -> None:
        runner = FakeRunner(root)
        assert set_up(root, runner, "prepare") == 0
        assert runner.work == PREPARED


class TestSecondRun:
    def test_changes_nothing(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        set_up(root, FakeRunner(root), "prepare")
        capsys.readouterr()
        runner = FakeRunner(root)
        assert set_up(root, runner, "prepare") == 0
        assert runner.work == []
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 6
        assert all("already there" in line for line in lines)

    def test_run_after_test_installs_nothing(self, root: Path) -> None:
        set_up(root, FakeRunner(root), "test")
        runner = FakeRunner(root)
        set_up(root, runner, "run")
        assert runner.work == ["main.py"]

    def test_test_after_run_installs_the_rest(self, root: Path) -> None:
        set_up(root, FakeRunner(root), "run")
        runner = FakeRunner(root)
        set_up(root, runner, "test")
        assert runner.work == ["pip install", "check.py"]

    def test_changed_lock_is_installed(self, root: Path) -> None:
        set_up(root, FakeRunner(root), "prepare")
        (root / "requirements.txt").write_text("other==2", encoding="utf-8")
        runner = FakeRunner(root)
        set_up(root, runner, "prepare")
        assert runner.work == ["pip install"]

    def test_older_run_lock_spoils_the_test_lock(self, root: Path) -> None:
        # Gone back to an older checkout and forth again: the packages for tests are no longer as stamped.
        set_up(root, FakeRunner(root), "test")
        newer = (root / "requirements.txt").read_text(encoding="utf-8")
        (root / "requirements.txt").write_text("older==1", encoding="utf-8")
        set_up(root, FakeRunner(root), "prepare")
        (root / "requirements.txt").write_text(newer, encoding="utf-8")
        runner = FakeRunner(root)
        set_up(root, runner, "test")
        assert runner.work == ["pip install", "check.py"]

    def test_tables_of_an_older_release_are_upgraded(self, root: Path) -> None:
        set_up(root, FakeRunner(root), "prepare")
        (root / "tables at this release").unlink()
        runner = FakeRunner(root)
        set_up(root, runner, "prepare")
        assert runner.work == ["database upgrade"]

    def test_postgresql_brings_its_driver(self, root: Path) -> None:
        set_up(root, FakeRunner(root), "prepare")
        (root / ".env").write_text("DATABASE_URL=postgresql://user:word@host/shop\n", encoding="utf-8")
        runner = FakeRunner(root)
        set_up(root, runner, "prepare")
        (install,) = [command for command in runner.commands if "pip install" in command]
        assert install.endswith("-r requirements.txt -r requirements-postgres.txt")
        for action in ("prepare", "test", "prepare"):
            set_up(root, again := FakeRunner(root), action)
        assert again.work == []

    def test_another_interpreter_inside_is_replaced(self, root: Path) -> None:
        set_up(root, FakeRunner(root), "prepare")
        runner = FakeRunner(root, failing="importlib.util")
        set_up(root, runner, "prepare")
        assert runner.work == ["-m venv"]


class TestFailure:
    @pytest.mark.parametrize("step", [*PREPARED, "main.py"])
    def test_code_is_passed_on_and_the_rest_left(self, root: Path, step: str) -> None:
        runner = FakeRunner(root, failing=step)
        assert set_up(root, runner, "run") == 2
        assert runner.work[-1] == step

    def test_failed_install_is_tried_again(self, root: Path) -> None:
        set_up(root, FakeRunner(root, failing="pip install"), "prepare")
        runner = FakeRunner(root)
        assert set_up(root, runner, "prepare") == 0
        assert "pip install" in runner.work

    def test_old_python_is_refused(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        runner = FakeRunner(root)
        assert set_up(root, runner, "run", version=(3, 10)) == 2
        assert runner.commands == []
        assert "needs Python 3.11 or newer; this is 3.10" in capsys.readouterr().err


class TestFolders:
    def test_environment_wins_over_dotenv(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (root / ".env").write_text("DATA_DIR=from_file\nARTIFACTS_DIR=artifacts\n", encoding="utf-8")
        monkeypatch.setenv("DATA_DIR", str(root / "from_environment"))
        touch(root / "from_environment" / "raw" / "mall_customers.csv")
        touch(root / "artifacts" / "mall" / "ACTIVE")
        runner = FakeRunner(root)
        assert set_up(root, runner, "prepare") == 0
        assert runner.work == ["-m venv", "pip install", "database upgrade"]

    @pytest.mark.parametrize(
        "text", ["DATA_DIR=d", "DATA_DIR = 'd'", 'export DATA_DIR="d"', "# x=1\n\nDATA_DIR=d\n#DATA_DIR=e"]
    )
    def test_dotenv_is_read_as_the_settings_read_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
    ) -> None:
        monkeypatch.delenv("DATA_DIR", raising=False)
        (tmp_path / ".env").write_text(text, encoding="utf-8")
        assert read_dotenv(tmp_path / ".env")["DATA_DIR"] == "d"
        assert Settings(_env_file=tmp_path / ".env").data_dir == Path("d")


class TestRunCommand:
    def test_exit_code(self) -> None:
        assert run_command([sys.executable, "-c", "raise SystemExit(2)"]) == 2

    def test_missing_program(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run_command(["no-such-program"]) == 1
        assert "cannot run no-such-program" in capsys.readouterr().err

    @pytest.mark.skipif(os.name == "nt", reason="signals of this kind are POSIX")
    def test_killed(self) -> None:
        assert run_command([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]) == 137


class TestServe:
    @pytest.mark.skipif(os.name == "nt", reason="exec is POSIX")
    def test_becomes_the_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[tuple[str, list[str]]] = []

        def become(path: str, arguments: list[str]) -> None:
            calls.append((path, arguments))
            raise SystemExit(0)

        monkeypatch.setattr(os, "execv", become)
        monkeypatch.setattr(os, "chdir", lambda folder: None)
        with pytest.raises(SystemExit):
            serve_command(["python", "main.py"])
        assert calls == [("python", ["python", "main.py"])]

    def test_elsewhere_waits_through_ctrl_c(self) -> None:
        class Server(subprocess.Popen[bytes]):
            is_interrupted = False

            def wait(self, timeout: float | None = None) -> int:
                if not self.is_interrupted:
                    self.is_interrupted = True
                    raise KeyboardInterrupt
                return super().wait(timeout)

        with Server([sys.executable, "-c", "raise SystemExit(3)"]) as server:
            assert wait_for(server) == 3


class TestMain:
    def test_default_is_run(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[str] = []

        def perform_none(steps: list[Step]) -> int:
            seen.extend(step.name for step in steps)
            return 0

        monkeypatch.setattr(setup_steps, "perform", perform_none)
        assert setup_steps.main([]) == 0
        assert seen == ["Python", "environment", "packages", "data", "model", "database", "server"]

    def test_interrupt(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(steps: list[Step]) -> int:
            raise KeyboardInterrupt

        monkeypatch.setattr(setup_steps, "perform", interrupt)
        assert setup_steps.main(["prepare"]) == 130

    def test_unknown_action(self) -> None:
        with pytest.raises(SystemExit, match="2"):
            setup_steps.main(["fly"])
