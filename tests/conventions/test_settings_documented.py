from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.core.config import PROJECT, Settings


@pytest.fixture
def no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def as_text(value: object) -> str:
    if isinstance(value, Path):
        return value.relative_to(PROJECT).as_posix()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_example_shows_each_setting(repository: Path, name: str) -> None:
    field = Settings.model_fields[name]
    block = f"# {field.description}\n#{name.upper()}={as_text(field.default)}\n"
    assert block in (repository / ".env.example").read_text(encoding="utf-8")


def test_example_shows_nothing_else(repository: Path) -> None:
    shown = re.findall(r"^#?(\w+)=", (repository / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    assert shown == [name.upper() for name in Settings.model_fields]


@pytest.mark.usefixtures("no_settings_around")
class TestExampleAsDotenv:
    def test_as_it_is(self, repository: Path) -> None:
        settings = Settings(_env_file=repository / ".env.example")
        assert settings == Settings(_env_file=None)

    def test_with_every_line_in_force(
        self, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(repository)  # relative folders count from where the program starts
        example = (repository / ".env.example").read_text(encoding="utf-8")
        dotenv = tmp_path / ".env"
        dotenv.write_text(re.sub(r"^#(?=\w+=)", "", example, flags=re.MULTILINE), encoding="utf-8")
        settings, defaults = Settings(_env_file=dotenv), Settings(_env_file=None)
        for name in Settings.model_fields:
            loaded = getattr(settings, name)
            assert (loaded.resolve() if isinstance(loaded, Path) else loaded) == getattr(defaults, name)


def test_readme_says_where_settings_are_explained(repository: Path) -> None:
    assert ".env.example" in (repository / "README.md").read_text(encoding="utf-8")
