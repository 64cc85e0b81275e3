"""What `/recipes` answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool

from app.schemas.base import EXAMPLE_ID, Answer, Body, WholeNumber


class RecipeNumber(Answer):
    """One number that segments are made by, as a form or a slider needs it."""

    name: str
    label: str
    unit: str
    minimum: float
    maximum: float
    step: float
    decimals: int


class RecipeCategory(Answer):
    """One category that segments are made by, as a form needs it; any other word counts as "other"."""

    name: str
    label: str
    categories: list[str]


class RecipeOutlying(Answer):
    """The segment of customers who lie far from every other."""

    name: str = Field(examples=["Exceptional"])
    share: float = Field(description="The most of the training customers in it, 0 to 1.", examples=[0.01])


class RecipeSummary(Answer):
    """One way to segment customers."""

    name: str = Field(examples=["mall"])
    title: str = ""
    segments: int | None = Field(
        default=None, description="How many segments a training makes unless told otherwise."
    )
    features: list[str] = Field(default_factory=list)
    is_default: bool = Field(description="Whether the addresses without a recipe's name answer for it.")
    model_version: str | None = Field(
        default=None, description="The version that answers; null while none does."
    )
    fault: str | None = Field(default=None, description="Why the recipe cannot be used.")


class RecipeList(Answer):
    """Every recipe, by name."""

    recipes: list[RecipeSummary]


class RecipeRead(Answer):
    """One recipe, with what a customer is told by."""

    name: str = Field(examples=["mall"])
    title: str = Field(examples=["Mall customers"])
    noun: str = Field(examples=["mall customer"])
    segments: int = Field(examples=[5])
    least_size: int | None = Field(
        description="Fewest customers of a segment; null where the size of the table says it."
    )
    exceptional: RecipeOutlying | None = Field(description="null where nobody is kept apart.")
    features: list[RecipeNumber | RecipeCategory] = Field(
        description="What a customer is asked for; what is worked out from others is left out."
    )
    is_default: bool
    model_version: str | None
    customer: dict[str, Any] = Field(description="JSON Schema of the body that predict and explain take.")


class FeatureChoice(Body):
    """A column that segments are to be made by."""

    column: str = Field(max_length=1_000, description="As the table spells it.", examples=["Annual income"])
    transform: Literal["none", "log1p", "yeo_johnson"] | None = Field(
        default=None, description="Of a number; suggested from its skewness unless given."
    )
    weight: float = Field(default=1.0, ge=0.1, le=10.0, description="How much it counts, 1 being usual.")
    missing: Literal["refuse", "median"] | None = Field(
        default=None, description="A missing number stops the training or is taken for the median."
    )


class RecipeCreate(Body):
    """A recipe out of a customer table."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["outlet"])
    title: str = Field(min_length=1, max_length=100, examples=["Outlet customers"])
    noun: str = Field(default="customer", min_length=1, max_length=40)
    dataset_id: str = Field(max_length=40, examples=[EXAMPLE_ID])
    segments: WholeNumber = Field(default=5, ge=2, le=8)
    least_size: Annotated[WholeNumber, Field(ge=2, le=1_000_000)] | None = Field(
        default=None,
        description="Fewest customers of a segment: a smaller one is merged into the neighbour where that "
        "costs least. Unless given, a hundredth of the table, 5 to 30, and fewer in a tiny one.",
    )
    exceptional: StrictBool | None = Field(
        default=None,
        description="Whether customers far from all others move no segment and are one of their own; as the "
        "table suggests unless given.",
    )
    exceptional_share: Annotated[float, Field(ge=0.001, le=0.02)] | None = Field(
        default=None,
        description="The most of the training customers that may be kept apart, 0 to 1; as the table "
        "suggests unless given. Given alone, it keeps them apart.",
    )
    features: list[FeatureChoice] = Field(min_length=1, max_length=20)


class FeatureSuggestion(Answer):
    """Whether and how a column should make segments, and why."""

    column: str = Field(examples=["Annual income"])
    kind: Literal["number", "category"]
    use: bool
    can_be_used: bool
    reason: str
    transform: Literal["none", "log1p", "yeo_johnson"]
    weight: float
    missing: int


class ExceptionalSuggestion(Answer):
    """Whether customers far from all others should be kept apart, at most what share of them, and why."""

    use: bool
    share: float = Field(examples=[0.01])
    reason: str = Field(
        examples=["3 of the 400 customers lie far from all others, most of all by Annual income"]
    )


class RecipeSuggestion(Answer):
    """A recipe as the table suggests it."""

    name: str = Field(examples=["outlet"])
    title: str = Field(examples=["Outlet customers"])
    segments: int = Field(examples=[5])
    features: list[FeatureSuggestion]
    exceptional: ExceptionalSuggestion
