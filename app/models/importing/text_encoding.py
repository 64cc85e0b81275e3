"""Find out how a file's text is encoded, over the whole file and in one piece of memory of fixed size."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from app.models.importing.file_bytes import CHUNK
from app.models.importing.limits import refuse

SAMPLE = 32 * 1024
BYTE_ORDER_MARKS = {  # the longer ones first: UTF-32's mark starts with UTF-16's
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Of single-byte encodings those that customers' spreadsheets write. Windows' ones hold all letters of the
# ISO ones that they go by, so the ISO ones are not offered. Beside each the letters that its languages
# use: a general guess takes French for Czech on a short sample, while these tell them apart or leave a doubt.
LATIN = {
    "cp1252": "äöüßÄÖÜẞéèêëàâçîïôûùœÉÈÊÀÂÇÎÔŒñáíóúÑÁÍÓÚ¿¡ãõÃÕåøæÅØÆ€£°²",
    "cp1254": "çğıöşüÇĞİÖŞÜâîûÂÎÛ€",
    "cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽőűŐŰäöüÄÖÜăâîșțşţßđĐ€",
}
OTHER_SCRIPTS = ("cp1251", "cp1253")
_PUNCTUATION = "’‘“”„«»–—…·•\u00a0®©™"
_CLOSE = 0.9
_RUN = re.compile(rb"[\x80-\xff]+")
_LONG_RUN = 4


@dataclass(frozen=True)
class TextEncoding:
    """How the text is encoded.

    Attributes
    ----------
    name : str
        Python's name of the encoding.
    is_sure : bool
        False where other encodings give other letters and nothing in the file decides.
    options : tuple of str
        Encodings that fit, the best first.
    sample : bytes
        A line with letters beyond ASCII, for showing how each option reads it; empty where it is sure.
    """

    name: str
    is_sure: bool = True
    options: tuple[str, ...] = ()
    sample: bytes = b""

    @property
    def errors(self) -> str:
        """How a damaged letter is passed on: as a lone surrogate, so that only its record is rejected."""
        return "strict" if self.name.startswith(("utf-16", "utf-32")) else "surrogateescape"

    def read_sample(self, option: str) -> str:
        """Return the sample as `option` reads it."""
        return self.sample.decode(option, "replace").strip()[:80]


@dataclass
class _Count:
    """What one pass over the bytes has found."""

    letters: int = 0
    damaged: int = 0
    sample: bytes = b""


def find_encoding(opener: Callable[[], BinaryIO], chosen: str | None = None) -> TextEncoding:
    """Say how the text is encoded: by its byte order mark, as strict UTF-8, else by a guess.

    A file with more whole UTF-8 letters than damaged ones is UTF-8 with some damage: read in a single-byte
    encoding it would come out garbled in silence.

    Parameters
    ----------
    opener : callable
        Opens the bytes from their start.
    chosen : str or None
        A person's choice, which is taken as it is.

    Raises
    ------
    TableInvalid
        If a mark promises Unicode that does not follow, or the text is not in the chosen encoding.
    """
    with opener() as file:
        head = file.read(4096)
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)
    if chosen is not None:
        return TextEncoding("utf-8-sig" if codecs.lookup(chosen).name == "utf-8" else chosen)
    name = marked or _unmarked_utf16(head)
    if name and name != "utf-8-sig":
        _check_strictly(opener, name)
        return TextEncoding(name)
    count = _count(opener)
    if not count.damaged or count.letters >= count.damaged or marked:
        return TextEncoding("utf-8-sig" if marked else "utf-8")
    return _guess(count.sample)


def _unmarked_utf16(head: bytes) -> str | None:
    """Recognise UTF-16 without a mark by the NUL bytes that every second place then holds."""
    half = len(head) // 2
    if half >= 2 and head[1::2].count(0) > 0.8 * half and not head[::2].count(0):
        return "utf-16-le"
    if half >= 2 and head[::2].count(0) > 0.8 * half and not head[1::2].count(0):
        return "utf-16-be"
    return None


def _check_strictly(opener: Callable[[], BinaryIO], name: str) -> None:
    decoder = codecs.getincrementaldecoder(name)()
    line = 1
    with opener() as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                refuse(f"the text is not valid {name.upper()} from about line {line:,} on, as it promises")
            if not chunk:
                return
            line += text.count("\n")


def _count(opener: Callable[[], BinaryIO]) -> _Count:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    count = _Count()
    with opener() as file:
        while True:
            chunk = file.read(CHUNK)
            text = decoder.decode(chunk, final=not chunk)
            if not text.isascii():
                beyond = len(text) - len(text.encode("ascii", "ignore"))
                damaged = len(text) - len(text.encode("utf-8", "ignore").decode())
                count.damaged += damaged
                count.letters += beyond - damaged
                if damaged and len(count.sample) < SAMPLE:
                    lines = chunk.replace(b"\r", b"\n").split(b"\n")
                    told = b"\n".join(line[:1000] for line in lines if not line.isascii())
                    count.sample += told[:SAMPLE]
            if not chunk:
                return count


def _guess(sample: bytes) -> TextEncoding:
    """Choose among the single-byte encodings; sure only where those that fit read the sample alike."""
    # Read here only: nothing else needs the package, and it takes a while to load.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    # Latin letters with marks stand among plain ones, Cyrillic and Greek words have none of these.
    runs = [len(run) for run in _RUN.findall(sample)]
    latin = 2 * sum(length for length in runs if length >= _LONG_RUN) <= sum(runs)
    candidates = tuple(LATIN) if latin else (*OTHER_SCRIPTS, "cp1250")
    best = from_bytes(sample, cp_isolation=list(candidates)).best()
    guessed = candidates[0] if best is None else best.encoding
    merits = {name: _merit(sample, name) if latin else 1.0 for name in candidates}
    top = max(merits.values())
    fitting = sorted((name for name in candidates if merits[name] >= _CLOSE * top), key=lambda n: -merits[n])
    if guessed in fitting and merits[guessed] == top and not latin:
        fitting.sort(key=lambda name: name != guessed)
    readings = {sample.decode(name, "replace") for name in fitting}
    options = fitting if len(readings) > 1 else fitting[:1]
    line = next(
        (line for line in sample.split(b"\n") if len({line.decode(name, "replace") for name in fitting}) > 1),
        sample.split(b"\n")[0],
    )
    return TextEncoding(fitting[0], len(readings) == 1, tuple(options), line)


def _merit(sample: bytes, name: str) -> float:
    """Return the share of the letters beyond ASCII that the encoding's languages use."""
    marks = [mark for mark in sample.decode(name, "replace") if ord(mark) > 127 and mark not in _PUNCTUATION]
    return sum(mark in LATIN[name] for mark in marks) / len(marks) if marks else 1.0
