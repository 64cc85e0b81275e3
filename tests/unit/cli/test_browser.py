from __future__ import annotations

import os
import platform
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.cli import browser
from app.cli.browser import BrowserSearch, is_debian_root


@dataclass
class Script:
    """A runner whose commands fail where they contain one of the given words."""

    failing: tuple[str, ...] = ()
    commands: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def run(self, command: Sequence[str]) -> int:
        self.commands.append(" ".join(command))
        return int(any(word in self.commands[-1] for word in self.failing))

    def search(self) -> BrowserSearch:
        return BrowserSearch("python", self.run, self.said.append)


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setattr(browser, "PLACES", (str(tmp_path / "Google Chrome"),))
    monkeypatch.setattr(browser, "is_debian_root", lambda: False)


class TestIsFound:
    def test_nowhere(self) -> None:
        assert not Script().search().is_found()

    @pytest.mark.parametrize("name", browser.NAMES)
    def test_on_the_path(self, tmp_path: Path, name: str) -> None:
        program = tmp_path / (f"{name}.exe" if os.name == "nt" else name)
        program.touch()
        program.chmod(stat.S_IRWXU)
        assert Script().search().is_found()

    def test_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BROWSER_PATH", sys.executable)
        assert Script().search().is_found()

    def test_named_but_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BROWSER_PATH", "gone")
        assert not Script().search().is_found()

    def test_where_we_may_install_only_the_quick_one_will_do(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(browser, "is_debian_root", lambda: True)
        (tmp_path / "chromium").touch(stat.S_IRWXU)
        assert not Script().search().is_found()
        (tmp_path / browser.HEADLESS).touch(stat.S_IRWXU)
        assert Script().search().is_found()

    def test_where_installers_put_one(self, tmp_path: Path) -> None:
        (tmp_path / "Google Chrome").touch()
        assert Script().search().is_found()


class TestInstall:
    def test_debian(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(browser, "is_debian_root", lambda: True)
        script = Script()
        assert script.search().install() == 0
        assert len(script.commands) == 2
        assert script.commands[1].endswith(
            "install --no-install-recommends chromium-headless-shell fonts-dejavu-core"
        )

    @pytest.mark.parametrize("failing", ["apt-get -q -y update", "apt-get -q -y install"])
    def test_debian_without_packages(self, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
        monkeypatch.setattr(browser, "is_debian_root", lambda: True)
        script = Script(failing=(failing,))
        assert script.search().install() == 0
        assert script.commands[-1] == "python -m playwright install chromium"
        assert script.said == []

    def test_another_one_will_do_where_there_are_no_packages(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(browser, "is_debian_root", lambda: True)
        (tmp_path / "chromium").touch(stat.S_IRWXU)
        script = Script(failing=("apt-get",))
        assert script.search().install() == 0
        assert len(script.commands) == 1

    def test_elsewhere(self) -> None:
        script = Script()
        assert script.search().install() == 0
        assert script.commands == ["python -m playwright install chromium"]

    def test_none_to_be_had_is_said_and_no_failure(self) -> None:
        script = Script(failing=("playwright",))
        assert script.search().install() == 0
        assert script.said == ["no browser could be installed: the browser tests will be skipped"]


class TestIsDebianRoot:
    @pytest.mark.skipif(os.name == "nt", reason="there are no user ids")
    @pytest.mark.parametrize(
        ("system", "user", "answer"), [("debian", 0, True), ("debian", 1000, False), ("ubuntu", 0, False)]
    )
    def test_system_and_user(
        self, monkeypatch: pytest.MonkeyPatch, system: str, user: int, answer: bool
    ) -> None:
        monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": system})
        monkeypatch.setattr(os, "geteuid", lambda: user)
        assert is_debian_root() is answer

    def test_no_such_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing() -> dict[str, str]:
            raise OSError

        monkeypatch.setattr(platform, "freedesktop_os_release", missing)
        assert is_debian_root() is False
