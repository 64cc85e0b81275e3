from __future__ import annotations

from pathlib import Path

import pytest

from app.models.edited_texts import EditedText, EditedTexts


@pytest.fixture
def texts(tmp_path: Path) -> EditedTexts:
    return EditedTexts(tmp_path / "edits" / "mall.json")


def test_without_a_file_there_are_none(texts: EditedTexts) -> None:
    assert texts.current() == {}
    assert texts.current() is texts.current()


def test_what_is_published_is_followed(texts: EditedTexts, tmp_path: Path) -> None:
    other = EditedTexts(tmp_path / "edits" / "mall.json")
    assert other.current() == {}
    texts.publish({3: EditedText(name="Größe", strategy=("a", "b"))})
    assert other.current() == {3: EditedText(name="Größe", strategy=("a", "b"))}
    assert other.current() is other.current()
    texts.publish({})
    assert other.current() == {}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"1": {"slot": 9}}', b'{"x": {}}', b"\xff"])
def test_a_torn_file_leaves_them_as_they_were(texts: EditedTexts, tmp_path: Path, content: bytes) -> None:
    texts.publish({3: EditedText(slot=2)})
    before = texts.current()
    (tmp_path / "edits" / "mall.json").write_bytes(content + b" ")
    assert texts.current() is before
