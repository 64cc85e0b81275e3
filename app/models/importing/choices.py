"""What a person decided about a file; each choice takes the place of one guess."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from app.models.importing.limits import refuse
from app.utils.safe_text import shorten

Decimal = Literal[".", ","]
DateOrder = Literal["ymd", "dmy", "mdy"]
GUESSED_DELIMITERS = (",", ";", "\t", "|", "^", "~")


class Kind(StrEnum):
    """What a column holds."""

    IDENTIFIER = "identifier"
    NUMBER = "number"
    YES_NO = "yes/no"
    CATEGORY = "category"
    DATE = "date"
    TEXT = "text"
    EMPTY = "empty"


@dataclass(frozen=True)
class Choices:
    """A person's answers; what is None or absent is guessed.

    Attributes
    ----------
    encoding, delimiter, sheet : str or None
        How the file as a whole is read.
    kinds, decimals, date_orders : mapping of str to str
        By the column's name as the header spells it, without surrounding blanks.
    missing : collection of str or None
        Words that say that a cell holds no value, in place of the usual ones (``NA``, ``null``, ``-``…).
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    kinds: Mapping[str, Kind] = field(default_factory=lambda: MappingProxyType({}))
    decimals: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    date_orders: Mapping[str, DateOrder] = field(default_factory=lambda: MappingProxyType({}))
    missing: Collection[str] | None = None

    def check(self) -> None:
        """Refuse an encoding or a delimiter that is not read.

        Raises
        ------
        TableInvalid
            With the choice that is at fault.
        """
        if self.delimiter is not None and not can_delimit(self.delimiter):
            refuse("the delimiter must be one character that is no letter, digit, quote or line end")
        if self.encoding is not None:
            try:
                is_text = codecs.lookup(self.encoding)._is_text_encoding
            except (LookupError, ValueError):
                is_text = False
            if not is_text:
                refuse("the encoding is not known: choose one such as utf-8, cp1252 or cp1254")

    def check_columns(self, header: tuple[str, ...]) -> None:
        """Refuse a choice about a column that the header does not have, or of a value that is not offered.

        Raises
        ------
        TableInvalid
            With the column's name.
        """
        offered: tuple[tuple[Mapping[str, str], set[str]], ...] = (
            (self.kinds, set(Kind)),
            (self.decimals, {".", ","}),
            (self.date_orders, {"ymd", "dmy", "mdy"}),
        )
        for chosen, values in offered:
            for name, value in chosen.items():
                if name not in header:
                    refuse(f"a choice is about the column {shorten(name)}, which the file does not have")
                if value not in values:
                    refuse(f"the choice for the column {shorten(name)} must be one of {sorted(values)}")


def can_delimit(text: str) -> bool:
    """Answer whether a text can stand between cells: a tab, or one mark that is no letter, digit or quote."""
    return text == "\t" or (len(text) == 1 and text.isprintable() and not text.isalnum() and text != '"')
