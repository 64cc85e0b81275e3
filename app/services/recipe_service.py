"""Every recipe that customers can be segmented by, and the services that answer for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.config import Settings
from app.core.errors import ModelUnavailable, RecipeInvalid
from app.models.active_model import ActiveModel
from app.models.artifact_store import ArtifactStore
from app.models.edited_texts import EditedTexts
from app.models.recipe import Recipe, get_recipe, recipe_names
from app.schemas.base import Body
from app.schemas.recipe import RecipeFeature, RecipeList, RecipeRead, RecipeSummary
from app.services.explanation_service import ExplanationService
from app.services.prediction_service import PredictionService
from app.services.version_service import VersionService

Report = Callable[[str, str], None]


@dataclass(frozen=True)
class RecipeServices:
    """What answers for one recipe; `body` is the schema of its customers."""

    recipe: Recipe
    predictions: PredictionService
    explanations: ExplanationService
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
                RecipeFeature.model_validate(feature, from_attributes=True) for feature in recipe.features
            ],
            is_default=name == self._settings.default_recipe,
            model_version=_version(services),
            customer=services.body.model_json_schema(),
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
            recipe,
            predictions,
            ExplanationService(predictions),
            VersionService(recipe, store, predictions.describe),
            predictions.form.body(),
            edits,
        )


def _version(services: RecipeServices) -> str | None:
    try:
        return services.predictions.current().label
    except ModelUnavailable:
        return None
