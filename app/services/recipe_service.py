"""Every recipe that customers can be segmented by, and the services that answer for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.config import Settings
from app.core.errors import ModelUnavailable, RecipeInvalid
from app.models.active_model import ActiveModel
from app.models.artifact_store import ArtifactStore
from app.models.edited_texts import EditedTexts
from app.models.recipe import Category, Recipe, get_recipe, recipe_names
from app.schemas.base import Body
from app.schemas.page import Frame, RecipeLink
from app.schemas.recipe import RecipeCategory, RecipeList, RecipeNumber, RecipeRead, RecipeSummary
from app.services.explanation_service import ExplanationService
from app.services.model_card_service import ModelCardService
from app.services.prediction_service import PredictionService
from app.services.segment_map_service import SegmentMapService
from app.services.version_service import VersionService

Report = Callable[[str, str], None]


@dataclass(frozen=True)
class RecipeServices:
    """What answers for one recipe; `body` is the schema of its customers."""

    recipe: Recipe
    predictions: PredictionService
    explanations: ExplanationService
    maps: SegmentMapService
    cards: ModelCardService
    versions: VersionService
    body: type[Body]
    edits: EditedTexts


class RecipeService:
    """Makes the services of a recipe when it is first asked for; an edited file is read at the next start.

    Parameters
    ----------
    settings : Settings
    report : callable
        Told of each model version that is loaded or refused: event and detail.
    """

    def __init__(self, settings: Settings, report: Report = lambda event, detail: None) -> None:
        self._settings = settings
        self._report = report
        self._made: dict[str, RecipeServices] = {}

    def get_services(self, name: str) -> RecipeServices:
        """Return what answers for the recipe called `name`.

        Raises `RecipeNotFound` if there is none, `RecipeInvalid` if its file cannot be used.
        """
        if name not in self._made:
            self._made[name] = self._make(get_recipe(name, self._settings.recipes_dir))
        return self._made[name]

    def list_recipes(self) -> RecipeList:
        """Return every recipe, a user's own and the shipped ones."""
        return RecipeList(recipes=[self._summary(name) for name in recipe_names(self._settings.recipes_dir)])

    def get_recipe(self, name: str) -> RecipeRead:
        """Return one recipe with the schema of its customers. Raises as `get_services` does."""
        services = self.get_services(name)
        recipe = services.recipe
        return RecipeRead(
            name=recipe.name,
            title=recipe.title,
            noun=recipe.noun,
            segments=recipe.segments,
            features=[
                (RecipeCategory if isinstance(feature, Category) else RecipeNumber).model_validate(
                    feature, from_attributes=True
                )
                for feature in recipe.features
                if not feature.derived
            ],
            is_default=name == self._settings.default_recipe,
            model_version=_version(services),
            customer=services.body.model_json_schema(),
        )

    def frame(self, name: str | None) -> Frame:
        """Return what frames the pages of the recipe called `name`; of the default at the bare addresses."""
        default = self._settings.default_recipe
        summaries = [summary for summary in self.list_recipes().recipes if summary.model_version]
        links = [
            RecipeLink(
                name=summary.name,
                title=summary.title,
                home="/" if summary.is_default else _home(summary.name),
                about="/about" if summary.is_default else f"{_home(summary.name)}/about",
                is_current=summary.name == (name or default),
            )
            for summary in sorted(summaries, key=lambda summary: (not summary.is_default, summary.title))
        ]
        if name is None:
            return Frame(recipes=links)
        return Frame(
            home=_home(name), about=f"{_home(name)}/about", api=f"/api/v1/recipes/{name}", recipes=links
        )

    def _summary(self, name: str) -> RecipeSummary:
        is_default = name == self._settings.default_recipe
        try:
            services = self.get_services(name)
        except RecipeInvalid as error:
            return RecipeSummary(name=name, is_default=is_default, fault=error.detail)
        return RecipeSummary(
            name=name,
            title=services.recipe.title,
            segments=services.recipe.segments,
            features=list(services.recipe.feature_names),
            is_default=is_default,
            model_version=_version(services),
        )

    def _make(self, recipe: Recipe) -> RecipeServices:
        store = ArtifactStore(self._settings.artifacts_dir, recipe.name)
        edits = EditedTexts(self._settings.edits_dir / f"{recipe.name}.json")
        active = ActiveModel(store, recipe.feature_names, self._report)
        predictions = PredictionService(recipe, active, edits)
        return RecipeServices(
            recipe=recipe,
            predictions=predictions,
            explanations=ExplanationService(predictions),
            maps=SegmentMapService(predictions),
            cards=ModelCardService(predictions),
            versions=VersionService(recipe, store, predictions.describe),
            body=predictions.form.body(),
            edits=edits,
        )


def _home(name: str) -> str:
    return f"/recipes/{name}"


def _version(services: RecipeServices) -> str | None:
    try:
        return services.predictions.current().label
    except ModelUnavailable:
        return None
