"""Which column of a table is which of a recipe's, by their headers alone; loads no library for numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from app.core.errors import TableInvalid
from app.models.recipe import Recipe
from app.models.recipe_columns import Category, Column, Feature, ShareProfile
from app.utils.safe_text import shorten

ID = "id"
NAMES_SHOWN = 12
PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def find_columns(header: tuple[str, ...], recipe: Recipe) -> dict[str, int]:
    """Return where each of the recipe's columns stands in the header, by the column's name.

    Raises
    ------
    TableInvalid
        If a feature's column is missing, or two can both be it.
    """
    columns = (*recipe.features, *recipe.profile)
    wanted: dict[str, Column] = {
        column.name: column for column in columns if column.name not in recipe.derived
    }
    wanted[ID] = recipe.id
    readings = [_readings([name]) for name in header]
    places: dict[str, int] = {}
    for name, column in wanted.items():
        spellings = _readings(_spellings(column))
        found = [place for place, reading in enumerate(readings) if reading & spellings]
        if len(found) > 1:
            both = " and ".join(shorten(header[place]) for place in found[:2])
            raise TableInvalid(f"the columns {both} can both be {column.column}: rename or drop one")
        if found:
            places[name] = found[0]
    asked = [feature for feature in recipe.features if not feature.derived]
    missing = [feature for feature in asked if feature.name not in places]
    if missing:
        _refuse_missing(missing, header)
    return places


def fits(header: Sequence[str], recipe: Recipe) -> bool:
    """Answer whether a table with these columns has all that a recipe measures."""
    try:
        find_columns(tuple(header), recipe)
    except TableInvalid:
        return False
    return True


def _spellings(column: Column) -> list[str]:
    # A share's own name is not a spelling: a column called Women need not hold genders.
    own = column.field if isinstance(column, ShareProfile) else getattr(column, "name", "")
    return [column.column, *column.aliases, own]


def _readings(names: Iterable[str]) -> set[str]:
    """Return what is left of names in lower case, letters and digits only, with and without units."""
    readings = set()
    for name in names:
        folded = unicodedata.normalize("NFKC", name).casefold()
        for form in (folded, _BRACKETS.sub("", folded)):
            readings.add("".join(mark for mark in form if mark.isalnum()))
    return readings - {""}


def _refuse_missing(missing: Sequence[Feature | Category], header: tuple[str, ...]) -> None:
    wanted = "; ".join(
        f"{column.column} (also read: {', '.join(column.aliases[:4]) or column.name})" for column in missing
    )
    # Without a header the first customer's values would stand here, so a number among them means silence.
    if any(PLAIN_NUMBER.fullmatch(name) for name in header):
        found = "the first line holds numbers and may not be a header"
    else:
        names = ", ".join(shorten(name) for name in header[:NAMES_SHOWN])
        found = f"the file has {names}" + (" and more" if len(header) > NAMES_SHOWN else "")
    what = "a column is missing" if len(missing) == 1 else f"{len(missing)} columns are missing"
    raise TableInvalid(f"{what}: {wanted}; {found}")
