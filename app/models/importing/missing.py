"""The ways in which files say that a value is not there."""

from __future__ import annotations

from collections.abc import Callable, Collection

_WORDS = """
    na n/a n.a. #n/a #na #null! #value! #ref! #div/0! #name? #num! null (null) <null> none nan nil nd n.d.
    - -- --- – — ? . k.a. k.a n/v yok s/o ns nc missing
"""
_PHRASES = {"keine angabe", "no data", "not available", "sin datos", "veri yok", "non renseigné"}
_MARKERS = frozenset(_WORDS.split()) | _PHRASES | {"", "\\n"}
_LONGEST = max(map(len, _MARKERS))


def is_missing(text: str) -> bool:
    """Answer whether a cell says that it holds no value, as ``NA``, ``null``, ``-`` and an empty one do."""
    if len(text) > _LONGEST:
        return not text.strip()
    return text.strip().casefold() in _MARKERS


def missing_test(words: Collection[str] | None = None) -> Callable[[str], bool]:
    """Return the test whether a cell holds no value; `words` take the place of the usual ones.

    Blank cells hold none in any case; capitals and surrounding blanks do not matter.

    Examples
    --------
    >>> holds_none = missing_test(["unbekannt"])
    >>> holds_none("Unbekannt "), holds_none(""), holds_none("NA")
    (True, True, False)
    """
    if words is None:
        return is_missing
    folded = frozenset(word.strip().casefold() for word in words) | {""}
    return lambda text: text.strip().casefold() in folded
