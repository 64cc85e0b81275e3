"""Every recipe that customers can be segmented by, and the services that answer for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from app.core.config import Settings
from app.core.durable_files import flush_folder, replace_durably
from app.core.errors import (
    ModelUnavailable,
    RecipeExists,
    RecipeInvalid,
    RecipeNotFound,
    RecipeShipped,
)
from app.models.active_model import ActiveModel
from app.models.artifact_store import ArtifactStore
from app.models.edited_texts import EditedTexts
from app.models.recipe import Category, Recipe, check_recipe, get_recipe, recipe_names, shipped_names
from app.models.recipe_columns import NAME
from app.models.recipe_header import fits
from app.schemas.base import Body
from app.schemas.page import Frame, RecipeLink
from app.schemas.recipe import (
    RecipeCategory,
    RecipeList,
    RecipeNumber,
    RecipeOutlying,
    RecipeRead,
    RecipeSummary,
)
from app.services.explanation_service import ExplanationService
from app.services.model_card_service import ModelCardService
from app.services.prediction_service import PredictionService
from app.services.segment_map_service import SegmentMapService
from app.services.version_service import VersionService

LOCK = "recipes.lock"

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
    """Makes the services of a recipe when it is first asked for, and anew when its own file has changed.

    Parameters
    ----------
    settings : Settings
    report : callable
        Told of each model version that is loaded or refused, and of each recipe whose file cannot be used:
        event and detail.
    """

    def __init__(self, settings: Settings, report: Report = lambda event, detail: None) -> None:
        self._settings = settings
        self._report = report
        self._made: dict[str, tuple[tuple[int, int] | None, RecipeServices | RecipeInvalid]] = {}

    def get_services(self, name: str) -> RecipeServices:
        """Return what answers for the recipe called `name`.

        Raises `RecipeNotFound` if there is none, `RecipeInvalid` if its file cannot be used.
        """
        seen = self._look(name)
        known = self._made.get(name)
        if known is None or known[0] != seen:
            self._made[name] = known = (seen, self._try(name))
        if isinstance(known[1], RecipeInvalid):
            raise RecipeInvalid(known[1].detail)
        return known[1]

    def find_faults(self) -> dict[str, str]:
        """Return why recipes are left out, by their names: files of one's own that cannot be used."""
        found = {}
        for name in recipe_names(self._settings.recipes_dir):
            try:
                self.get_services(name)
            except (RecipeInvalid, RecipeNotFound) as error:
                found[name] = error.detail
        return found

    def make_shipped(self, name: str) -> RecipeServices:
        """Return what would answer for a recipe as it came, whatever a user's own file of its name says."""
        return self._make(get_recipe(name))

    def _try(self, name: str) -> RecipeServices | RecipeInvalid:
        """Make the services; a file that cannot be used is told of once, not at each request."""
        try:
            return self._make(get_recipe(name, self._settings.recipes_dir))
        except RecipeInvalid as error:
            self._report("recipe_refused", error.detail)
            return error

    def _look(self, name: str) -> tuple[int, int] | None:
        """Return what tells whether one's own file has changed; another worker may have made it."""
        if not NAME.fullmatch(name):
            return None
        try:
            status = self._own_file(name).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def add_recipe(self, document: Mapping[str, Any]) -> RecipeRead:
        """Keep a recipe of one's own, as the TOML file that a person would write.

        Raises
        ------
        RecipeExists
            If a recipe of that name is there.
        RecipeInvalid
            If the document breaks a rule of recipes.
        """
        name = check_recipe(document).name
        self._settings.recipes_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(self._settings.data_dir / LOCK):  # of two at once, the second is told of the first
            if name in recipe_names(self._settings.recipes_dir):
                raise RecipeExists(f"there is a recipe called {name}: choose another name")
            replace_durably(self._own_file(name), _toml(document))
        return self.get_recipe(name)

    def has_recipe(self, document: Mapping[str, Any]) -> bool:
        """Answer whether a recipe of one's own says just what this document says. Raises RecipeInvalid."""
        try:
            return self._own_file(check_recipe(document).name).read_bytes() == _toml(document)
        except FileNotFoundError:
            return False

    def delete_recipe(self, name: str) -> None:
        """Forget a recipe of one's own; its model versions stay on disk and come back with its name.

        Raises
        ------
        RecipeNotFound
            If there is none.
        RecipeShipped
            If it came with the product, or is the default.
        """
        if name not in recipe_names(self._settings.recipes_dir):
            raise RecipeNotFound(f"there is no recipe called {name}")
        if name in shipped_names() or name == self._settings.default_recipe:
            raise RecipeShipped(f"{name} came with the product or is the default: it stays")
        self._own_file(name).unlink(missing_ok=True)
        flush_folder(self._settings.recipes_dir)

    def find_own_file(self, recipe: Recipe) -> Path | None:
        """Return the file that a recipe is trained on unless told otherwise, None without one."""
        path = self._settings.raw_dir / recipe.raw_file
        return path if path.is_file() else None

    def list_recipes(self) -> RecipeList:
        """Return every recipe, a user's own and the shipped ones."""
        return RecipeList(recipes=[self._summary(name) for name in recipe_names(self._settings.recipes_dir)])

    def list_fitting(self, header: Sequence[str]) -> list[RecipeSummary]:
        """Return the recipes that a table with these columns can be segmented by."""
        return [
            summary
            for summary in self.list_recipes().recipes
            if summary.fault is None and fits(header, self.get_services(summary.name).recipe)
        ]

    def get_recipe(self, name: str) -> RecipeRead:
        """Return one recipe with the schema of its customers. Raises as `get_services` does."""
        services = self.get_services(name)
        recipe = services.recipe
        return RecipeRead(
            name=recipe.name,
            title=recipe.title,
            noun=recipe.noun,
            segments=recipe.segments,
            least_size=recipe.least_size,
            exceptional=_outlying(recipe),
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
            home=_home(name),
            about=f"{_home(name)}/about",
            models=f"/models?recipe={name}",
            api=f"/api/v1/recipes/{name}",
            recipes=links,
        )

    def bare_frame(self, name: str) -> Frame:
        """Return the same for pages that choose among recipes in a way of their own, or do not."""
        frame = self.frame(None if name == self._settings.default_recipe else name)
        return frame.model_copy(update={"recipes": []})

    def _summary(self, name: str) -> RecipeSummary:
        is_default = name == self._settings.default_recipe
        try:
            services = self.get_services(name)
        except (RecipeInvalid, RecipeNotFound) as error:  # broken, or gone since the folder was listed
            return RecipeSummary(name=name, is_default=is_default, fault=error.detail)
        return RecipeSummary(
            name=name,
            title=services.recipe.title,
            segments=services.recipe.segments,
            features=list(services.recipe.feature_names),
            is_default=is_default,
            model_version=_version(services),
        )

    def _own_file(self, name: str) -> Path:
        return self._settings.recipes_dir / f"{name}.toml"

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
            versions=VersionService(
                recipe, store, predictions.describe, predictions.describe_exceptional, edits
            ),
            body=predictions.form.body(),
            edits=edits,
        )


def _toml(document: Mapping[str, Any]) -> bytes:
    import tomli_w  # noqa: PLC0415 - seldom needed

    return tomli_w.dumps(document, multiline_strings=False).encode("utf-8")


def _outlying(recipe: Recipe) -> RecipeOutlying | None:
    apart = recipe.exceptional
    return RecipeOutlying(name=apart.name, share=apart.share) if apart else None


def _home(name: str) -> str:
    return f"/recipes/{name}"


def _version(services: RecipeServices) -> str | None:
    try:
        return services.predictions.current().label
    except ModelUnavailable:
        return None
