from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.core import durable_files
from app.core.durable_files import flush_folder, is_older, remove_staged, replace_durably, write_durably


class PowerLoss(BaseException):
    """Stands for the end of the process at any call."""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the calls in the order in which they reach the system."""
    seen: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def flush(handle: int) -> None:
        seen.append("flush folder" if Path(f"/proc/self/fd/{handle}").is_dir() else "flush file")
        fsync(handle)

    def move(self: Path, target: Path) -> Path:
        seen.append("move")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(Path, "replace", move)
    return seen


class TestWriteDurably:
    def test_the_content_is_flushed(self, tmp_path: Path, calls: list[str]) -> None:
        write_durably(tmp_path / "a", b"one\r\ntwo\x00")
        assert (tmp_path / "a").read_bytes() == b"one\r\ntwo\x00"
        assert calls == ["flush file"]

    def test_no_folder(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            write_durably(tmp_path / "nothing" / "a", b"")


class TestReplaceDurably:
    @pytest.mark.parametrize("old", [None, b"", b"old and longer than the new"])
    def test_the_new_content_takes_the_place(self, tmp_path: Path, old: bytes | None) -> None:
        path = tmp_path / "a"
        if old is not None:
            path.write_bytes(old)
        replace_durably(path, b"new")
        assert path.read_bytes() == b"new"
        assert list(tmp_path.iterdir()) == [path]

    def test_two_at_once_are_whole(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        # in containers that share a folder, processes have the same number
        monkeypatch.setattr(os, "getpid", lambda: 1)
        contents = [bytes([letter]) * 100_000 for letter in b"abcdefgh"]
        with ThreadPoolExecutor(len(contents)) as pool:
            list(pool.map(lambda content: replace_durably(tmp_path / "a", content), contents))
        assert (tmp_path / "a").read_bytes() in contents
        assert list(tmp_path.iterdir()) == [tmp_path / "a"]

    @pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs to tell files from folders")
    def test_nothing_is_moved_before_it_is_on_disk(self, tmp_path: Path, calls: list[str]) -> None:
        replace_durably(tmp_path / "a", b"new")
        assert calls == ["flush file", "move", "flush folder"]

    @pytest.mark.parametrize("step", ["write_durably", "flush_folder"])
    def test_a_crash_leaves_the_old_or_the_new(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        def end(*_: object) -> None:
            raise PowerLoss

        path = tmp_path / "a"
        path.write_bytes(b"old")
        monkeypatch.setattr(durable_files, step, end)
        with pytest.raises(PowerLoss):
            replace_durably(path, b"new")
        assert path.read_bytes() == (b"old" if step == "write_durably" else b"new")
        assert list(tmp_path.iterdir()) == [path]

    def test_half_a_write_is_swept(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def write_half(path: Path, content: bytes) -> None:
            path.write_bytes(content[:1])
            raise OSError(28, "No space left on device")

        path = tmp_path / "a"
        path.write_bytes(b"old")
        monkeypatch.setattr(durable_files, "write_durably", write_half)
        with pytest.raises(OSError, match="No space"):
            replace_durably(path, b"new")
        assert {found.name: found.read_bytes() for found in tmp_path.iterdir()} == {"a": b"old"}


class TestRemoveStaged:
    def test_what_a_kill_left(self, tmp_path: Path) -> None:
        old, young, others = tmp_path / ".a.json.12.tmp", tmp_path / ".a.json.13.tmp", tmp_path / "b.12.tmp"
        for path in (old, young, others):
            path.touch()
        for path in (old, others):
            os.utime(path, (1_000, 1_000))
        assert remove_staged(tmp_path, 2_000.0) == 1
        assert sorted(tmp_path.iterdir()) == sorted([young, others])

    def test_no_folder(self, tmp_path: Path) -> None:
        assert remove_staged(tmp_path / "nothing", 2_000.0) == 0


class TestIsOlder:
    def test_a_folder_is_as_young_as_what_it_holds(self, tmp_path: Path) -> None:
        folder = tmp_path / "a" / "b"
        folder.mkdir(parents=True)
        (folder / "c").touch()
        for path in (tmp_path, folder.parent, folder):
            os.utime(path, (1_000, 1_000))
        assert not is_older(tmp_path, 2_000.0)
        os.utime(folder / "c", (1_000, 1_000))
        assert is_older(tmp_path, 2_000.0)

    def test_what_is_gone(self, tmp_path: Path) -> None:
        assert not is_older(tmp_path / "nothing", 2_000.0)


class TestFlushFolder:
    def test_where_folders_cannot_be_opened(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(durable_files, "os", SimpleNamespace(name="nt"))
        flush_folder(Path("there is no such folder"))

    def test_no_handle_is_left_open(self, tmp_path: Path) -> None:
        before = os.open(tmp_path, os.O_RDONLY)
        os.close(before)
        flush_folder(tmp_path)
        after = os.open(tmp_path, os.O_RDONLY)
        os.close(after)
        assert after == before
