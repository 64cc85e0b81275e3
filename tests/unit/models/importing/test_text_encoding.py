from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import TableInvalid
from app.models.importing.text_encoding import TextEncoding, find_encoding
from tests.unit.models.importing.made_files import write


def found(folder: Path, content: bytes, chosen: str | None = None) -> TextEncoding:
    path = write(folder, content)
    return find_encoding(lambda: path.open("rb"), chosen)


class TestFindEncoding:
    @pytest.mark.parametrize(
        ("encoding", "name"),
        [
            ("ascii", "utf-8"),
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8-sig"),
            ("utf-16", "utf-16"),
            ("utf-16-le", "utf-16-le"),
            ("utf-16-be", "utf-16-be"),
            ("utf-32", "utf-32"),
        ],
    )
    def test_unicode_is_sure(self, encoding: str, name: str, tmp_path: Path) -> None:
        text = "id,city\n1,Ulm\n" if encoding == "ascii" else "id,city\n1,Köln\n"
        encoded = found(tmp_path, text.encode(encoding))
        assert (encoded.name, encoded.is_sure) == (name, True)

    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            ("Jürgen Großmann, Köln, Düsseldorf", "cp1252"),
            ("Hélène François œuvre", "cp1252"),
            ("Şişli, Çankaya, Beyoğlu, İstanbul ılık", "cp1254"),
            ("Łódź, Kraków, Gdańsk, żółć", "cp1250"),
            ("Москва Санкт-Петербург Новосибирск Екатеринбург", "cp1251"),
            ("Αθήνα Θεσσαλονίκη Πάτρα Ηράκλειο", "cp1253"),
        ],
    )
    def test_single_bytes_are_right_or_asked(self, text: str, encoding: str, tmp_path: Path) -> None:
        content = f"name\n{text}\n".encode(encoding)
        guess = found(tmp_path, content)
        if guess.is_sure:
            assert content.decode(guess.name) == content.decode(encoding)
        else:
            assert text[:20] in {guess.read_sample(option)[:20] for option in guess.options}

    def test_damaged_unicode_is_still_unicode(self, tmp_path: Path) -> None:
        encoded = found(tmp_path, "Köln München Düren\n".encode() + b"\xff\n")
        assert (encoded.name, encoded.errors) == ("utf-8", "surrogateescape")

    def test_a_mark_that_does_not_hold(self, tmp_path: Path) -> None:
        with pytest.raises(TableInvalid, match="not valid UTF-16 from about line 3"):
            found(tmp_path, "id\na\n".encode("utf-16") + b"\x00\xd8\x00")

    def test_a_choice_is_taken_as_it_is(self, tmp_path: Path) -> None:
        assert found(tmp_path, b"\xe9", "cp1250").name == "cp1250"
        assert found(tmp_path, b"\xef\xbb\xbfid", "UTF8").name == "utf-8-sig"

    def test_nothing_but_punctuation(self, tmp_path: Path) -> None:
        assert found(tmp_path, "price – £\n".encode("cp1252")).options[0] == "cp1252"
