"""Text of a customer's file made harmless: for a message, and for a spreadsheet."""

from __future__ import annotations

import unicodedata

_SHOWN_AT_MOST = 60
_STARTS_A_FORMULA = frozenset("=+-@")
_STARTS_A_CELL_ANEW = frozenset("\t\r\n")


def shorten(name: str) -> str:
    r"""Return a column's name fit for a message: no control or formatting characters, 60 at most.

    Examples
    --------
    >>> shorten("Income\x1b[2J")
    'Income[2J'
    """
    plain = "".join(mark for mark in name if unicodedata.category(mark)[0] != "C")
    return plain if len(plain) <= _SHOWN_AT_MOST else f"{plain[: _SHOWN_AT_MOST - 1]}…"


def defuse(text: str) -> str:
    """Return text that no spreadsheet runs: a formula's start, however hidden, gets an apostrophe.

    Examples
    --------
    >>> defuse("=1+1"), defuse("Anna")
    ("'=1+1", 'Anna')
    """
    if text[:1] in _STARTS_A_CELL_ANEW:
        return f"'{text}"
    # Blanks, zero-width characters and direction marks are passed over; full-width forms are folded.
    visible = (mark for mark in text if not mark.isspace() and unicodedata.category(mark) not in {"Cc", "Cf"})
    first = unicodedata.normalize("NFKC", next(visible, ""))
    return f"'{text}" if first in _STARTS_A_FORMULA else text
