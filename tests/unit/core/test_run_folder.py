from __future__ import annotations

import multiprocessing
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.core.run_folder import clear_run_folder, shared_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process plays the worker of a server whose parent is itself."""
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: SimpleNamespace(pid=os.getpid()))


def test_one_process_shares_nothing() -> None:
    assert shared_folder() is None


@pytest.mark.usefixtures("worker")
class TestAWorker:
    def test_all_workers_of_a_server_have_one(self, tmp_path: Path) -> None:
        folder = shared_folder()
        assert folder is not None
        assert folder.is_dir()
        assert shared_folder() == folder
        assert folder.parent == tmp_path

    @pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
    def test_nobody_else_may_look(self) -> None:
        folder = shared_folder()
        assert folder is not None
        assert folder.stat().st_mode & 0o077 == 0

    @pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
    def test_a_link_under_its_name_is_not_followed(self, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "kept").touch()
        (tmp_path / f"clientele-{os.getpid()}").symlink_to(elsewhere)
        assert shared_folder() is None
        clear_run_folder()
        assert (elsewhere / "kept").exists()

    def test_a_file_under_its_name(self, tmp_path: Path) -> None:
        (tmp_path / f"clientele-{os.getpid()}").touch()
        assert shared_folder() is None

    def test_what_an_earlier_server_left_is_removed(self) -> None:
        folder = shared_folder()
        assert folder is not None
        (folder / "left").touch()
        clear_run_folder()
        assert not folder.exists()
        clear_run_folder()
