"""Columns of two answers, such as yes and no, in the languages of the shops that write them."""

from __future__ import annotations

# The last two are Turkish capitals as they come out in small letters.
_PAIRS = tuple(
    tuple(pair.split())
    for pair in (
        "yes no", "y n", "true false", "t f", "1 0", "ja nein", "j n", "wahr falsch", "oui non", "o n",
        "vrai faux", "on off", "sí no", "si no", "s n", "verdadero falso", "evet hayır", "e h",
        "doğru yanlış", "evet hayir", "doğru yanliş",
    )
)  # fmt: skip
_TOGETHER = frozenset(frozenset(pair) for pair in _PAIRS)
_ANSWERS = {word: place == 0 for pair in _PAIRS for place, word in enumerate(pair)}


def are_answers(words: frozenset[str]) -> bool:
    """Answer whether these words in small letters, all that a column holds, are the two of one pair."""
    return words in _TOGETHER


def answer(cell: str) -> bool | None:
    """Return what a cell says; None where it is neither yes nor no.

    Examples
    --------
    >>> answer("Ja"), answer("0"), answer("perhaps")
    (True, False, None)
    """
    return _ANSWERS.get(cell.strip().casefold())
