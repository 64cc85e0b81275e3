"""The columns of a recipe: what a table and a request call them, and what is accepted in them."""

from __future__ import annotations

import math
import re
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from app.models.encoding.document import MissingLevel, Weight, level_key
from app.models.encoding.transforms import TransformName

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# a field's name is also the id of its box and its key in the page's address
TAKEN_BY_PAGES = ("home", "main", "model", "target")
_NO_NAME = re.compile(r"[^a-z0-9]+")


def _is_free(name: str) -> str:
    if hasattr(BaseModel, name) or name.startswith("model_") or name in TAKEN_BY_PAGES:
        raise ValueError("this name is taken by the program: choose another")
    return name


Name = Annotated[str, Field(pattern=rf"^{NAME.pattern}$")]
FieldName = Annotated[Name, AfterValidator(_is_free)]
Text = Annotated[str, Field(min_length=1, max_length=600)]


class Part(BaseModel):
    """A part of a recipe: immutable, without keys that mean nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Column(Part):
    """Where a value is found in a customer table, under which spellings."""

    column: Text
    aliases: tuple[Text, ...] = ()


class IdColumn(Column):
    """The customer's identifier: text, kept byte for byte, optional in the table."""


class NumberProfile(Column):
    """A number that describes segments and never makes them, such as age."""

    kind: Literal["number"]
    name: FieldName
    label: Text
    unit: str = ""
    minimum: float
    maximum: float

    @model_validator(mode="after")
    def _bounds_are_ordered(self) -> Self:
        _refuse_empty_range(self.minimum, self.maximum)
        return self

    @property
    def field(self) -> str:
        """Name under which a request may carry it."""
        return self.name


class ShareProfile(Column):
    """The share of customers whose text in `column` is one of `counted`, such as women by gender."""

    kind: Literal["share"]
    name: FieldName
    label: Text
    unit: str = "share"
    field: FieldName
    counted: tuple[Text, ...] = Field(min_length=1)
    others: tuple[Text, ...] = ()


Profile = Annotated[NumberProfile | ShareProfile, Field(discriminator="kind")]


class _Usable(Column):
    """A column that the distance may be computed on.

    A sensitive one is left out, and only described, unless the recipe says ``use = true``: that is the
    recorded decision. `weight` is how much it counts, 1 being one standardised number.
    """

    name: FieldName
    label: Text
    use: bool | None = None
    sensitive: bool = False
    weight: Weight = 1.0

    @property
    def is_used(self) -> bool:
        """Whether the distance is computed on it."""
        return not self.sensitive if self.use is None else self.use


class Feature(_Usable):
    """A number that the distance may be computed on.

    `minimum` and `maximum` bound what is accepted, in the feature's own unit; `step` is what a slider
    moves by; values are shown and suggested with `decimals` decimals. `derived` names the columns whose
    product it is: it is worked out and never asked for. A missing value is refused, or taken for the median.
    """

    kind: Literal["number"] = "number"
    unit: str = ""
    low_word: Text
    high_word: Text
    minimum: float
    maximum: float
    step: float = Field(default=1.0, gt=0)
    decimals: int = Field(default=1, ge=0, le=6)
    transform: TransformName = "none"
    missing: Literal["refuse", "median"] = "refuse"
    derived: tuple[FieldName, ...] = ()

    @model_validator(mode="after")
    def _bounds_are_ordered(self) -> Self:
        _refuse_empty_range(self.minimum, self.maximum)
        return self

    @property
    def is_plain(self) -> bool:
        """Whether its coordinate is the standardised number itself and nothing else."""
        return (self.transform, self.weight, self.missing, self.derived) == ("none", 1.0, "refuse", ())

    def as_profile(self) -> tuple[NumberProfile, ...]:
        """Return what describes segments by it."""
        keys = ("column", "aliases", "name", "label", "unit", "minimum", "maximum")
        return (NumberProfile(kind="number", **{key: getattr(self, key) for key in keys}),)


class Category(_Usable):
    """One word out of `categories`, such as a region, that the distance may be computed on.

    Case does not matter; any other word counts as "other". Inside, a word is its place in `categories`, a
    number that nothing is computed on.
    """

    kind: Literal["category"]
    categories: tuple[Text, ...] = Field(min_length=2)
    missing: Literal["refuse"] | MissingLevel = "mean"
    derived: ClassVar[tuple[str, ...]] = ()
    is_plain: ClassVar[bool] = False

    @model_validator(mode="after")
    def _words_differ(self) -> Self:
        if len(self.places) < len(self.categories):
            raise ValueError("each category must stand once")
        return self

    @cached_property
    def places(self) -> dict[str, int]:
        """Place of each category by its word's `level_key`."""
        return {level_key(word): place for place, word in enumerate(self.categories)}

    def code(self, word: str) -> float:
        """Return the place of a word, the one behind the last for any other word, NaN for a blank one."""
        return float(self.places.get(level_key(word), len(self.categories))) if word.strip() else math.nan

    def as_profile(self) -> tuple[ShareProfile, ...]:
        """Return what describes segments by it: the share of each category."""
        slugs = [_NO_NAME.sub("_", word.casefold()).strip("_") for word in self.categories]
        is_told = len({slug[:20] for slug in slugs if slug}) == len(slugs)
        return tuple(
            ShareProfile(
                kind="share",
                column=self.column,
                aliases=self.aliases,
                name=f"{self.name[:19]}_{slugs[place][:20] if is_told else place + 1}",
                label=word,
                field=self.name,
                counted=(word,),
                others=tuple(other for other in self.categories if other != word),
            )
            for place, word in enumerate(self.categories)
        )


def _kind(given: Any) -> str:
    kind = given.get("kind", "number") if isinstance(given, dict) else getattr(given, "kind", "")
    return f"<{kind}>"


# tags in angle brackets, so that they can be left out of the place of a fault
AnyFeature = Annotated[
    Annotated[Feature, Tag("<number>")] | Annotated[Category, Tag("<category>")], Discriminator(_kind)
]


def _refuse_empty_range(minimum: float, maximum: float) -> None:
    if minimum >= maximum:
        raise ValueError("minimum must be below maximum")
