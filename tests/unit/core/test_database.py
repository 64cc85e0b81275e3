from __future__ import annotations

import importlib
import os
import socket
import stat
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from app.core.config import Settings
from app.core.database import FILE, Database
from app.core.errors import ClienteleError, DatabaseUnavailable, SettingsInvalid

CANARY = "s3cr3t-canary"
UNUSABLE = {
    "no url": CANARY,
    "another database": f"mysql://u:{CANARY}@host/shop",
    "another driver": f"postgresql+psycopg2://u:{CANARY}@host/shop",
    "a driver that does not exist": f"postgresql+{CANARY}://u:x@host/shop",
    "no name": f"postgresql://u:{CANARY}@host",
    "a port that is no number": f"postgresql://u:x@host:{CANARY}/shop",
    "in memory": "sqlite://",
    "in memory by name": "sqlite:///:memory:",
    "options of sqlite": f"sqlite:///shop.db?mode={CANARY}",
    "two slashes": f"sqlite://{CANARY}/shop.db",
}


def settings_over(folder: Path, url: str = "") -> Settings:
    return Settings(_env_file=None, data_dir=folder, database_url=SecretStr(url))


def refusal(url: str) -> ClienteleError:
    with pytest.raises(ClienteleError) as caught, Database(url).reading() as session:
        session.execute(text("SELECT 1"))
    assert "\n" not in caught.value.detail
    assert CANARY not in caught.value.detail
    assert caught.value.__cause__ is None
    return caught.value


class TestUrl:
    def test_a_file_below_the_data_unless_set(self, tmp_path: Path) -> None:
        database = Database.of(settings_over(tmp_path))
        assert database.is_sqlite
        assert database.url.database == str(tmp_path / FILE)
        assert database.key == "DATA_DIR"

    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
    def test_spellings_of_postgresql(self, tmp_path: Path, scheme: str) -> None:
        database = Database.of(settings_over(tmp_path, f"{scheme}://u:{CANARY}@host/shop"))
        assert not database.is_sqlite
        assert database.key == "DATABASE_URL"
        assert CANARY not in repr(database.url)

    @pytest.mark.parametrize("url", UNUSABLE.values(), ids=UNUSABLE.keys())
    def test_unusable(self, url: str) -> None:
        error = refusal(url)
        assert isinstance(error, SettingsInvalid)
        assert error.detail.startswith("cannot start: DATABASE_URL: ")

    def test_settings_do_not_show_it(self, tmp_path: Path) -> None:
        settings = settings_over(tmp_path, f"postgresql://u:{CANARY}@host/shop")
        assert CANARY not in f"{settings!r} {settings} {settings.model_dump_json()}"


class TestUnreachable:
    def test_a_port_that_nobody_listens_on(self) -> None:
        with socket.socket() as taken:  # bound, but not listening: nobody else gets it
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            error = refusal(f"postgresql://u:{CANARY}@127.0.0.1:{port}/shop")
        assert isinstance(error, DatabaseUnavailable)
        assert error.detail == "DATABASE_URL: the database cannot be used: it does not answer"

    def test_a_setting_that_the_driver_does_not_know(self) -> None:
        error = refusal(f"postgresql://u:x@/shop?{CANARY}=1")
        assert error.detail.endswith("the address holds an option that is not known")

    def test_a_missing_driver(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "psycopg", None)
        error = refusal(f"postgresql://u:{CANARY}@host/shop")
        assert isinstance(error, SettingsInvalid)
        assert "DATABASE_URL: the driver is not installed" in error.detail

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / FILE).write_bytes(b"customers, of a kind" * 100)
        with pytest.raises(DatabaseUnavailable) as caught, Database.of(settings_over(tmp_path)).writing():
            pass
        assert caught.value.detail == (
            "DATA_DIR: the database cannot be used: the file is no database, or is damaged"
        )

    def test_a_folder_that_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "data").write_text("")
        database = Database.of(settings_over(tmp_path / "data"))
        with pytest.raises(DatabaseUnavailable, match=r"^DATA_DIR: "), database.reading():
            pass


class TestSqlite:
    def test_nothing_happens_before_the_first_use(self, tmp_path: Path) -> None:
        database = Database.of(settings_over(tmp_path / "data"))
        database.close()
        assert not (tmp_path / "data").exists()

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
    def test_the_file_is_this_users_alone(self, tmp_path: Path) -> None:
        database = Database.of(settings_over(tmp_path / "data"))
        with database.writing() as session:
            session.execute(text("CREATE TABLE t (x)"))
        database.close()
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
        assert modes == {0o600}

    def test_a_write_while_another_is_not_done_waits(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importlib.import_module("app.core.database"), "PATIENCE_SECONDS", 0.05)
        database = Database.of(settings_over(tmp_path))
        with (
            database.writing(),
            pytest.raises(DatabaseUnavailable, match="it is busy for too long"),
            database.writing(),
        ):
            pass
        with database.writing() as session:
            session.execute(text("CREATE TABLE t (x)"))
        database.close()
