from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from app.cli.database import database as command
from app.core.database import Database

CANARY = "s3cr3t-canary"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder that the settings name."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(command, words)


def test_from_nothing_to_now() -> None:
    assert (run("current").output, run("current").exit_code) == ("to upgrade: from nothing to 0002\n", 1)
    assert (run("upgrade").output, run("upgrade").exit_code) == ("upgraded: from nothing to 0002\n", 0)
    assert (run("current").output, run("current").exit_code) == ("current: 0002\n", 0)
    assert run("upgrade").output == "nothing to do: 0002\n"


def test_by_the_exit_code_alone(folder: Path) -> None:
    assert (run("current", "--quiet").output, run("current", "--quiet").exit_code) == ("", 1)
    assert not (folder / "clientele.db").exists()
    run("upgrade")
    assert (run("current", "--quiet").output, run("current", "--quiet").exit_code) == ("", 0)
    (folder / "clientele.db").write_bytes(b"customers, of a kind" * 100)
    assert (run("current", "--quiet").output, run("current", "--quiet").exit_code) == ("", 1)


def test_a_newer_release_wrote_it(folder: Path) -> None:
    run("upgrade")
    database = Database(f"sqlite:///{folder / 'clientele.db'}")
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    looked = run("current")
    assert looked.exit_code == 2
    assert looked.output == "a newer release wrote this database; start that release again\n"
    assert (run("current", "--quiet").output, run("current", "--quiet").exit_code) == ("", 2)
    refused = run("upgrade")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("clientele: cannot start: DATA_DIR: a newer release wrote this database")


def test_there_is_no_way_down() -> None:
    run("upgrade")
    refused = run("downgrade")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("clientele: there is no way down: ")
    assert refused.stderr.count("\n") == 1
    assert run("current").output == "current: 0002\n"
    assert "downgrade" not in run("--help").output


def test_settings_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"mysql://user:{CANARY}@host/shop")
    refused = run("current")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("clientele: cannot start: DATABASE_URL: ")
    assert CANARY not in refused.output


def test_a_database_that_does_not_answer(folder: Path) -> None:
    (folder / "clientele.db").write_bytes(b"customers, of a kind" * 100)
    refused = run("upgrade")
    assert refused.exit_code == 1
    assert refused.stderr == (
        "clientele: DATA_DIR: the database cannot be used: the file is no database, or is damaged\n"
    )


def test_as_a_module(repository: Path) -> None:
    words = [sys.executable, "-m", "app.cli.database", "current"]
    done = subprocess.run(words, cwd=repository, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "to upgrade: from nothing to 0002\n")
