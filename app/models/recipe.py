"""A recipe: how one kind of customer is segmented. Content in TOML, checked here."""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.core.errors import RecipeInvalid, RecipeNotFound

SHIPPED = Path(__file__).resolve().parent.parent / "recipes"
MOST_SEGMENTS = 8
# a field's name is also the id of its box and its key in the page's address
TAKEN_BY_PAGES = ("home", "main", "model", "target")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def _is_free(name: str) -> str:
    if hasattr(BaseModel, name) or name.startswith("model_") or name in TAKEN_BY_PAGES:
        raise ValueError("this name is taken by the program: choose another")
    return name


Name = Annotated[str, Field(pattern=rf"^{_NAME.pattern}$")]
FieldName = Annotated[Name, AfterValidator(_is_free)]
Text = Annotated[str, Field(min_length=1, max_length=600)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Column(_Part):
    """Where a value is found in a customer table, under which spellings."""

    column: Text
    aliases: tuple[Text, ...] = ()


class IdColumn(Column):
    """The customer's identifier: text, kept byte for byte, optional in the table."""


class Feature(Column):
    """One column that the distance is computed on.

    `minimum` and `maximum` bound what is accepted, in the feature's own unit; `step` is what a slider
    moves by; values are shown and suggested with `decimals` decimals.
    """

    name: FieldName
    label: Text
    unit: str = ""
    low_word: Text
    high_word: Text
    minimum: float
    maximum: float
    step: float = Field(default=1.0, gt=0)
    decimals: int = Field(default=1, ge=0, le=6)

    @model_validator(mode="after")
    def _bounds_are_ordered(self) -> Self:
        _refuse_empty_range(self.minimum, self.maximum)
        return self


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


class Persona(_Part):
    """Name, texts and palette slot for a segment whose centroid lies near `place`.

    `place` maps every feature to standard deviations from the mean customer.
    """

    key: Name
    name: Annotated[str, Field(min_length=1, max_length=80)]
    slot: int = Field(ge=1, le=MOST_SEGMENTS)
    place: dict[str, float]
    description: Text
    strategy: tuple[Text, ...] = Field(min_length=1)


class KnownTable(_Part):
    """A table that is recognised by the fingerprint of its values."""

    key: Name
    title: Text
    fingerprint: str


class Recipe(_Part):
    """How to segment one kind of customer: features, number of segments, personas, texts."""

    name: Name
    title: Text
    noun: Text
    segments: int = Field(ge=2, le=MOST_SEGMENTS)
    raw_file: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")]
    id: IdColumn
    features: tuple[Feature, ...] = Field(min_length=1)
    profile: tuple[Profile, ...] = ()
    personas: tuple[Persona, ...] = ()
    known_tables: tuple[KnownTable, ...] = ()
    older_names: dict[str, FieldName] = Field(default_factory=dict)

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features in the order of the distance."""
        return tuple(feature.name for feature in self.features)

    def find_persona(self, key: str | None) -> Persona | None:
        """Return the persona with this key, or None."""
        return next((persona for persona in self.personas if persona.key == key), None)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [*self.feature_names, *(column.name for column in self.profile)]
        _refuse_repeats("features and profile", names)
        _refuse_repeats("fields", [*self.feature_names, *(column.field for column in self.profile)])
        _refuse_repeats("personas' keys", [persona.key for persona in self.personas])
        _refuse_repeats("personas' names", [persona.name for persona in self.personas])
        _refuse_repeats("personas' slots", [str(persona.slot) for persona in self.personas])
        return self

    @model_validator(mode="after")
    def _personas_have_a_place(self) -> Self:
        for persona in self.personas:
            if set(persona.place) != set(self.feature_names):
                raise ValueError(f"persona {persona.key} needs a place on exactly the recipe's features")
        return self

    @model_validator(mode="after")
    def _older_names_fit(self) -> Self:
        if not self.older_names:
            return self
        numbers = [column.name for column in self.profile if isinstance(column, NumberProfile)]
        if not set(self.feature_names) <= set(self.older_names) <= {*self.feature_names, *numbers}:
            raise ValueError(
                "older_names needs every feature, and may have numbers of the profile beside them"
            )
        _refuse_repeats("older_names", list(self.older_names.values()))
        return self


def get_recipe(name: str, user_folder: Path | None = None) -> Recipe:
    """Load the recipe called `name`, a user's own before the shipped one.

    Raises
    ------
    RecipeNotFound
        If neither folder holds it.
    RecipeInvalid
        If the file is not TOML or breaks a rule; the message names the file and each faulty key.
    """
    if not _NAME.fullmatch(name):
        raise RecipeNotFound("a recipe's name has small letters, digits and underscores only")
    for folder in filter(None, (user_folder, SHIPPED)):
        path = folder / f"{name}.toml"
        if path.is_file():
            return _parse(path, name)
    raise RecipeNotFound(f"there is no recipe called {name}; shipped: {', '.join(shipped_names())}")


def recipe_names(user_folder: Path | None = None) -> list[str]:
    """Names of all recipes, a user's own and the shipped ones."""
    own = user_folder.glob("*.toml") if user_folder else ()
    return sorted({path.stem for path in own if _NAME.fullmatch(path.stem)} | set(shipped_names()))


def shipped_names() -> list[str]:
    """Names of the recipes that come with the product."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def _parse(path: Path, name: str) -> Recipe:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise RecipeInvalid(f"{path.name} is not readable as TOML: {error}") from error
    try:
        recipe = Recipe.model_validate(content)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'recipe'}: {e['msg']}" for e in error.errors())
        raise RecipeInvalid(f"{path.name}: {faults}") from error
    if recipe.name != name:
        raise RecipeInvalid(f"{path.name}: name must be {name}, as the file's")
    return recipe


def _refuse_empty_range(minimum: float, maximum: float) -> None:
    if minimum >= maximum:
        raise ValueError("minimum must be below maximum")


def _refuse_repeats(what: str, names: list[str]) -> None:
    repeated = [first for first, second in pairwise(sorted(names)) if first == second]
    if repeated:
        raise ValueError(f"{what} must be unique: {repeated[0]} stands twice")
