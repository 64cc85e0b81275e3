"""A recipe: how one kind of customer is segmented. Content in TOML, checked here."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise
from itertools import product as combinations
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from app.core.errors import RecipeInvalid, RecipeNotFound
from app.models.encoding.document import MOST_TRIMMED
from app.models.encoding.transforms import product
from app.models.recipe_columns import (
    NAME,
    AnyFeature,
    Category,
    Column,
    Feature,
    FieldName,
    IdColumn,
    Name,
    NumberProfile,
    Part,
    Profile,
    ShareProfile,
    Text,
)

__all__ = [
    "MOST_SEGMENTS",
    "SHIPPED",
    "Category",
    "Column",
    "Exceptional",
    "Feature",
    "KnownTable",
    "NumberProfile",
    "Persona",
    "Profile",
    "Recipe",
    "ShareProfile",
    "check_recipe",
    "get_recipe",
    "recipe_names",
    "shipped_names",
]

SHIPPED = Path(__file__).resolve().parent.parent / "recipes"
MOST_SEGMENTS = 8


class Persona(Part):
    """Name, texts and palette slot for a segment whose centroid lies near `place`.

    `place` maps every number that the distance is computed on to standard deviations from the mean customer,
    after its transform; numbers that are left out may have a place, categories have none.
    """

    key: Name
    name: Annotated[str, Field(min_length=1, max_length=80)]
    slot: int = Field(ge=1, le=MOST_SEGMENTS)
    place: dict[str, float]
    description: Text
    strategy: tuple[Text, ...] = Field(min_length=1)


class Exceptional(Part):
    """The segment of those who lie far from every other: at most `share` of the training customers.

    They move no centroid, and later customers as far out join them. `scaled_by` says whose mean and deviation
    the numbers are standardised by: everybody's, or only the others', so that one huge value does not press
    its whole column together.
    """

    share: float = Field(gt=0, le=MOST_TRIMMED)
    scaled_by: Literal["everybody", "others"] = "everybody"
    name: Annotated[str, Field(min_length=1, max_length=80)]
    slot: int = Field(ge=1, le=MOST_SEGMENTS)
    description: Text
    strategy: tuple[Text, ...] = Field(min_length=1)


class KnownTable(Part):
    """A table that is recognised by the fingerprint of its values."""

    key: Name
    title: Text
    fingerprint: str


class Recipe(Part):
    """How to segment one kind of customer: features, number of segments, personas, texts.

    The recipe's table of features holds all that may be used; `features` are those in use, in the order of
    the distance, and the rest joins the `profile`. `least_size` is how many customers a segment must hold;
    None leaves it to the size of the table.
    """

    name: Name
    title: Text
    noun: Text
    segments: int = Field(ge=2, le=MOST_SEGMENTS)
    least_size: int | None = Field(default=None, ge=2)
    raw_file: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")]
    id: IdColumn
    all_features: tuple[AnyFeature, ...] = Field(min_length=1, alias="features")
    own_profile: tuple[Profile, ...] = Field(default=(), alias="profile")
    personas: tuple[Persona, ...] = ()
    exceptional: Exceptional | None = None
    known_tables: tuple[KnownTable, ...] = ()
    older_names: dict[str, FieldName] = Field(default_factory=dict)

    @cached_property
    def features(self) -> tuple[Feature | Category, ...]:
        """The columns that the distance is computed on."""
        return tuple(feature for feature in self.all_features if feature.is_used)

    @cached_property
    def numbers(self) -> tuple[Feature, ...]:
        """Those of the features that are numbers."""
        return tuple(feature for feature in self.features if isinstance(feature, Feature))

    @cached_property
    def profile(self) -> tuple[Profile, ...]:
        """The columns that describe segments and never make them."""
        left_out = [part for f in self.all_features if not f.is_used for part in f.as_profile()]
        return (*self.own_profile, *left_out)

    @cached_property
    def derived(self) -> dict[str, tuple[str, ...]]:
        """Sources of each column that is worked out, used or not, by its name."""
        return {feature.name: feature.derived for feature in self.all_features if feature.derived}

    @cached_property
    def is_plain(self) -> bool:
        """Whether every feature is a number that is only standardised, and nobody is exceptional."""
        return self.exceptional is None and all(feature.is_plain for feature in self.features)

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features in the order of the distance."""
        return tuple(feature.name for feature in self.features)

    def find_persona(self, key: str | None) -> Persona | None:
        """Return the persona with this key, or None."""
        return next((persona for persona in self.personas if persona.key == key), None)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        features = [feature.name for feature in self.all_features]
        _refuse_repeats("features and profile", [*features, *(column.name for column in self.own_profile)])
        _refuse_repeats("fields", [*features, *(column.field for column in self.own_profile)])
        _refuse_repeats("personas' keys", [persona.key for persona in self.personas])
        named: list[Persona | Exceptional] = [*self.personas]
        named += [self.exceptional] if self.exceptional else []
        _refuse_repeats("personas' names", [one.name for one in named])
        _refuse_repeats("personas' slots", [str(one.slot) for one in named])
        return self

    @model_validator(mode="after")
    def _personas_have_a_place(self) -> Self:
        known = {feature.name for feature in self.all_features if isinstance(feature, Feature)}
        for persona in self.personas:
            if not {feature.name for feature in self.numbers} <= set(persona.place) <= known:
                raise ValueError(f"persona {persona.key} needs a place on exactly the recipe's features")
        return self

    @model_validator(mode="after")
    def _distance_can_be_computed(self) -> Self:
        if not self.numbers:
            raise ValueError("at least one feature in use must be a number")
        return self

    @model_validator(mode="after")
    def _derived_columns_have_sources(self) -> Self:
        known = {f.name: f for f in self.all_features if isinstance(f, Feature) and not f.derived}
        for feature in self.all_features:
            if not set(feature.derived) <= set(known):
                raise ValueError(f"{feature.name} is made of something that is no number to be asked for")
            sources = [known[name] for name in feature.derived]
            if feature.is_used and not all(source.is_used for source in sources):
                raise ValueError(f"{feature.name} is in use, but what it is made of is not")
            if isinstance(feature, Feature) and sources:
                ends = list(map(product, combinations(*((s.minimum, s.maximum) for s in sources))))
                if min(ends) < feature.minimum or max(ends) > feature.maximum:
                    raise ValueError(f"the bounds of {feature.name} must hold all that its sources can make")
        return self

    def derive(self, known: Mapping[str, float]) -> dict[str, float]:
        """Return every derived column by its name from what is known, NaN where a source is missing."""
        return {
            name: product([known.get(source, math.nan) for source in sources])
            for name, sources in self.derived.items()
        }

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
    if not NAME.fullmatch(name):
        raise RecipeNotFound("a recipe's name has small letters, digits and underscores only")
    for folder in filter(None, (user_folder, SHIPPED)):
        path = folder / f"{name}.toml"
        if path.is_file():
            return _parse(path, name)
    raise RecipeNotFound(f"there is no recipe called {name}; shipped: {', '.join(shipped_names())}")


def check_recipe(document: Mapping[str, Any]) -> Recipe:
    """Return a recipe from its document.

    Raises
    ------
    RecipeInvalid
        If it breaks a rule; the message names each faulty key.
    """
    try:
        return Recipe.model_validate(document)
    except ValidationError as error:
        faults = "; ".join(f"{_place(e['loc'])}: {e['msg']}" for e in error.errors())
        raise RecipeInvalid(faults) from error


def recipe_names(user_folder: Path | None = None) -> list[str]:
    """Names of all recipes, a user's own and the shipped ones."""
    own = user_folder.glob("*.toml") if user_folder else ()
    return sorted(
        {path.stem for path in own if NAME.fullmatch(path.stem) and path.is_file()} | set(shipped_names())
    )


def shipped_names() -> list[str]:
    """Names of the recipes that come with the product."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def _parse(path: Path, name: str) -> Recipe:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise RecipeInvalid(f"{path.name} is not readable as TOML: {error}") from error
    try:
        recipe = check_recipe(content)
    except RecipeInvalid as error:
        raise RecipeInvalid(f"{path.name}: {error.detail}") from error
    if recipe.name != name:
        raise RecipeInvalid(f"{path.name}: name must be {name}, as the file's")
    return recipe


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(key) for key in location if not str(key).startswith("<")) or "recipe"


def _refuse_repeats(what: str, names: list[str]) -> None:
    repeated = [first for first, second in pairwise(sorted(names)) if first == second]
    if repeated:
        raise ValueError(f"{what} must be unique: {repeated[0]} stands twice")
