"""The ways in which files say that a value is not there."""

from __future__ import annotations

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
