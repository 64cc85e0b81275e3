from __future__ import annotations

import shutil
import tempfile
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import doctor as command
from app.core.config import Settings
from app.core.errors import SettingsInvalid

PUBLIC: dict[str, Any] = {
    "host": "0.0.0.0", "force_https": True, "trusted_proxies": (ip_network("10.0.0.0/8"),), "rate_limit": 100,
}  # fmt: skip
# What is set, and what is to be mended.
EXPOSURES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "this machine only": ({}, []),
    "this machine by name": ({"host": "localhost"}, []),
    "all is well": (PUBLIC, []),
    "plain http": (PUBLIC | {"force_https": False}, ["FORCE_HTTPS"]),
    "no limit": (PUBLIC | {"rate_limit": 0}, ["RATE_LIMIT"]),
    "open to all": ({"host": "192.0.2.7"}, ["FORCE_HTTPS", "RATE_LIMIT"]),
    "https that nobody vouches for": (PUBLIC | {"trusted_proxies": ()}, ["FORCE_HTTPS"]),
    "everybody a proxy": (PUBLIC | {"trusted_proxies": (ip_network("::/0"),)}, ["TRUSTED_PROXIES"]),
    "talkative": ({"log_level": "DEBUG"}, ["LOG_LEVEL"]),
    "a page by plain http": ({"cors_origins": ("http://shop.example",)}, ["CORS_ORIGINS"]),
    "a page on this machine": ({"cors_origins": ("http://localhost:3000", "https://shop.example")}, []),
}


def run(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Result:
    monkeypatch.setattr(command, "load_settings", lambda: settings.model_copy(update={"job_worker": True}))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=2**40))
    return CliRunner().invoke(command.doctor)


def keys(result: Result) -> list[str]:
    *lines, summary = result.output.splitlines()
    assert {line[:6] for line in lines} <= {"mend  ", "ok    "}
    lines = [line for line in lines if line.startswith("mend")]
    assert summary == (f"{len(lines)} to mend" if lines else "nothing to mend")
    assert result.exit_code == (1 if lines else 0)
    return [line.removeprefix("mend  ").split(":")[0] for line in lines]


@pytest.mark.parametrize("name", EXPOSURES)
def test_settings(monkeypatch: pytest.MonkeyPatch, trained: Settings, name: str) -> None:
    chosen, expected = EXPOSURES[name]
    assert keys(run(monkeypatch, trained.model_copy(update=chosen))) == expected


def test_a_line_for_each_thing_that_is_in_order(monkeypatch: pytest.MonkeyPatch, trained: Settings) -> None:
    lines = run(monkeypatch, trained).output.splitlines()
    about = [line.split()[1].rstrip(":") for line in lines[:-1]]
    assert about == [
        "DATA_DIR", "ARTIFACTS_DIR", "lifestyle", "mall", "DATA_DIR", "JOB_WORKER",
    ]  # fmt: skip
    assert not trained.database_file.exists()


class TestFolders:
    def test_not_there(self, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
        assert keys(run(monkeypatch, settings)) == ["DATA_DIR", "ARTIFACTS_DIR", "ARTIFACTS_DIR"]

    def test_not_writable(self, monkeypatch: pytest.MonkeyPatch, trained: Settings) -> None:
        def refuse(dir: Path) -> None:  # noqa: A002 - the name that the module uses
            raise PermissionError(dir)

        monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
        several = trained.model_copy(update={"web_concurrency": 2})
        assert keys(run(monkeypatch, several)) == ["DATA_DIR", "ARTIFACTS_DIR", "WEB_CONCURRENCY"]
        assert keys(run(monkeypatch, trained)) == ["DATA_DIR", "ARTIFACTS_DIR"]

    def test_nothing_is_left_in_them(self, monkeypatch: pytest.MonkeyPatch, trained: Settings) -> None:
        before = sorted(trained.artifacts_dir.iterdir())
        run(monkeypatch, trained)
        assert sorted(trained.artifacts_dir.iterdir()) == before


class TestModel:
    def test_torn(self, monkeypatch: pytest.MonkeyPatch, trained: Settings) -> None:
        (trained.artifacts_dir / "mall" / "1" / "analysis.json").write_bytes(b"{}")
        result = run(monkeypatch, trained)
        assert keys(result) == ["ARTIFACTS_DIR"]
        assert "analysis.json of mall/1 is not the file that was written" in result.output

    def test_an_older_one_stands_in(self, monkeypatch: pytest.MonkeyPatch, trained: Settings) -> None:
        (trained.artifacts_dir / "mall" / "ACTIVE").write_bytes(b"2\n")
        result = run(monkeypatch, trained)
        assert keys(result) == ["ARTIFACTS_DIR"]
        assert "mall/1 would answer in its place" in result.output

    def test_no_such_recipe(self, monkeypatch: pytest.MonkeyPatch, trained: Settings) -> None:
        settings = trained.model_copy(update={"default_recipe": "retail9"})
        assert keys(run(monkeypatch, settings)) == ["DEFAULT_RECIPE"]


class TestRecipes:
    def test_one_of_ones_own_is_left_out(self, monkeypatch: pytest.MonkeyPatch, trained: Settings) -> None:
        trained.recipes_dir.mkdir(parents=True)
        (trained.recipes_dir / "lifestyle.toml").write_text("name = ", encoding="utf-8")
        result = run(monkeypatch, trained)
        assert keys(result) == ["DATA_DIR"]
        assert "the recipe lifestyle is left out: lifestyle.toml is not readable as TOML" in result.output

    def test_the_default_is_told_of_once(self, monkeypatch: pytest.MonkeyPatch, trained: Settings) -> None:
        trained.recipes_dir.mkdir(parents=True)
        (trained.recipes_dir / "mall.toml").write_text("name = ", encoding="utf-8")
        assert keys(run(monkeypatch, trained)) == ["DEFAULT_RECIPE"]


def test_settings_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Settings:
        raise SettingsInvalid("cannot start: PORT: too large")

    monkeypatch.setattr(command, "load_settings", refuse)
    result = CliRunner().invoke(command.doctor)
    assert (result.exit_code, result.stderr) == (2, "clientele: cannot start: PORT: too large\n")
