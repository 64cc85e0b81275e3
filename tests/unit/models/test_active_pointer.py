from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import ArtifactInvalid, ModelUnavailable
from app.models.active_pointer import MOST_REMEMBERED, ActivePointer


@pytest.fixture
def pointer(tmp_path: Path) -> ActivePointer:
    (tmp_path / "mall").mkdir()
    return ActivePointer(tmp_path / "mall")


class TestVersion:
    @pytest.mark.parametrize("content", [b"7\n", b"7", b" 7 \r\n"])
    def test_one_number(self, pointer: ActivePointer, content: bytes) -> None:
        pointer.path.write_bytes(content)
        assert pointer.version() == 7

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\n",
            b"1\n2\n",
            b"1\n\n",
            b"0",
            b"00",
            b"01",
            b"-1",
            b"+1",
            b"1.0",
            b"1_0",
            b"x",
            b"\xd9\xa1",
            b"9" * 10,
        ],
    )
    def test_anything_else(self, pointer: ActivePointer, content: bytes) -> None:
        pointer.path.write_bytes(content)
        with pytest.raises(ArtifactInvalid, match="not one line with a version number"):
            pointer.version()

    def test_nothing_was_activated_yet(self, pointer: ActivePointer) -> None:
        assert pointer.find() is None
        with pytest.raises(ModelUnavailable, match="no version of mall is active"):
            pointer.version()

    def test_a_folder_in_its_place(self, pointer: ActivePointer) -> None:
        pointer.path.mkdir()
        with pytest.raises(ArtifactInvalid, match="cannot be read"):
            pointer.version()


class TestHistory:
    def test_the_latest_last(self, pointer: ActivePointer) -> None:
        pointer.move(3, [1, 2, 1, 3])
        assert (pointer.version(), pointer.history()) == (3, [1, 2, 1, 3])
        assert pointer.history_before(3, [1, 2, 3]) == [1, 2, 1]

    def test_as_far_as_the_last_that_is_stored(self, pointer: ActivePointer) -> None:
        pointer.move(3, [1, 2, 3])
        assert pointer.history_before(3, [1, 3]) == [1]
        assert pointer.history_before(3, [3]) == []

    def test_it_does_not_grow_for_ever(self, pointer: ActivePointer) -> None:
        pointer.move(1, list(range(1, MOST_REMEMBERED + 51)))
        assert pointer.history() == list(range(51, MOST_REMEMBERED + 51))

    def test_what_cannot_be_read_is_left_out(self, pointer: ActivePointer) -> None:
        (pointer.path.parent / "HISTORY").write_bytes(b"1\nx\n2\n99999999999\n")
        assert pointer.history() == [1, 2]

    def test_a_folder_in_its_place(self, pointer: ActivePointer) -> None:
        (pointer.path.parent / "HISTORY").mkdir()
        assert pointer.history() == []
