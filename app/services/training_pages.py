"""The page of one training, and the tables that a recipe can be trained on."""

from __future__ import annotations

from itertools import islice
from typing import Literal

from app.core.errors import (
    DatabaseUnavailable,
    ModelUnavailable,
    NotFound,
    RecipeInvalid,
    RecipeNotFound,
    SettingsInvalid,
)
from app.models.recipe_header import fits
from app.schemas.job import JobRead
from app.schemas.page import Frame
from app.schemas.segment_pages import TableChoice, Trained, TrainedSegment, TrainingPage
from app.schemas.training import TrainingCreate, TrainingOutlying, TrainingRead, TrainingSegment
from app.schemas.version import VersionOutlying, VersionSegment, VersionSummary
from app.services.choice_story import tell_choice
from app.services.job_kinds import TRAINING
from app.services.recipe_service import RecipeService, RecipeServices
from app.services.storage import Storage
from app.services.wording import ordinary_text, verdict_sentence
from app.utils.quantities import number_text

MOST_TABLES, TABLES_LOOKED_AT = 50, 200
TITLES = {
    "pending": "Finding the segments",
    "running": "Finding the segments",
    "completed": "The training is done",
    "failed": "The training failed",
    "cancelled": "The training was cancelled",
}
ADVICE = {
    "table_invalid": "Mend the table and bring it again, or choose other columns of it.",
    "dataset_not_found": "The table was deleted meanwhile: choose another one.",
    "recipe_not_found": "The recipe was deleted meanwhile: make a new one out of the table.",
    "recipe_invalid": "Mend the recipe's file, or make a new recipe out of the table.",
    "labelled_table_lost": "The version is in use. Make room in the data folder, then train again.",
}
OTHER_ADVICE = "Train again. If it fails again, the server's log tells more."


class TrainingPages:
    """Tells a person of trainings, and begins them; the database is opened when it is first needed."""

    def __init__(self, recipes: RecipeService, storage: Storage) -> None:
        self._recipes = recipes
        self._storage = storage

    def show(self, training_id: str) -> TrainingPage:
        """Build the page of a training. Raises JobNotFound."""
        job = self._storage.get_services().jobs.get_job(training_id, TRAINING)
        name: str = job.asked["recipe"]
        recipe = self._find_recipe(name)
        return TrainingPage(
            title=TITLES[job.status],
            job=job,
            recipe=name,
            recipe_title=recipe.recipe.title if recipe else name,
            recipe_is_there=recipe is not None,
            dataset_id=job.asked["dataset_id"],
            percent=int(100 * job.progress),
            words=_words(job),
            trained=_trained(job, recipe),
            advice=ADVICE.get(job.failure.type.rpartition(":")[2], OTHER_ADVICE) if job.failure else "",
            frame=self._recipes.bare_frame(name) if recipe else Frame(),
        )

    def begin(self, recipe: str, dataset_id: str, key: str, *, is_open: bool = False) -> JobRead:
        """Begin a training; the same key for the same table answers the first one again.

        A number of segments that was chosen from the table for the version in use is chosen anew.

        Parameters
        ----------
        dataset_id : str
            A table's id; empty for the recipe's own file.
        is_open : bool
            Whether the number of segments is chosen from the table in any case.

        Raises
        ------
        RecipeNotFound, RecipeInvalid, DatasetNotFound
        """
        named = self._recipes.get_services(recipe)
        stored = self._storage.get_services()
        if dataset_id:
            stored.datasets.get_dataset(dataset_id)
        segments: Literal["auto"] | None = "auto" if is_open or _was_open(named) else None
        asked = TrainingCreate(recipe=recipe, dataset_id=dataset_id or None, segments=segments)
        once = f"page:{key}:{recipe}:{dataset_id}:{segments}" if key else None
        return stored.jobs.submit(TRAINING, asked.model_dump(), once)

    def cancel(self, training_id: str) -> None:
        """Stop a training. Raises JobNotFound."""
        self._storage.get_services().jobs.cancel_job(training_id, TRAINING)

    def list_tables(self, recipe: RecipeServices) -> list[TableChoice]:
        """Return what a recipe can be trained on: its own file if it is there, then tables, newest first.

        Without a database, or while it does not answer, the file alone is left.
        """
        own = self._recipes.find_own_file(recipe.recipe)
        tables = [TableChoice(id="", text=f"{own.name}, the recipe's own file")] if own else []
        try:
            stored = self._storage.find_services()
            found = stored.datasets.list_datasets(TABLES_LOOKED_AT).datasets if stored else []
        except (DatabaseUnavailable, SettingsInvalid):
            found = []
        fitting = (table for table in found if fits([column.name for column in table.columns], recipe.recipe))
        tables += [
            TableChoice(id=table.id, text=f"{table.name}, {number_text(table.rows)} rows")
            for table in islice(fitting, MOST_TABLES)
        ]
        return tables

    def _find_recipe(self, name: str) -> RecipeServices | None:
        try:
            return self._recipes.get_services(name)
        except (RecipeNotFound, RecipeInvalid):
            return None


def _words(job: JobRead) -> str:
    if job.cancel_requested and not job.has_ended:
        return "stopping"
    return job.words or "waiting for its turn"


def _was_open(recipe: RecipeServices) -> bool:
    try:
        return recipe.predictions.current().analysis.choice is not None
    except ModelUnavailable:
        return False


def _trained(job: JobRead, recipe: RecipeServices | None) -> Trained | None:
    if job.result is None:
        return None
    result = TrainingRead.model_validate({"labelled_table": None} | job.result)
    summary = _find_version(result, recipe)
    segments = _segments(result, summary)
    return Trained(
        model_version=result.model_version,
        is_active=summary is not None and summary.is_active,
        verdict=verdict_sentence(result.verdict.code, result.k),
        verdict_code=result.verdict.code,
        verdict_text=result.verdict.text,
        choice=tell_choice(result.choice) if result.choice else None,
        customers=ordinary_text(result.data.rows, result.exceptional.size if result.exceptional else 0),
        k=result.k,
        merged=result.merged.text if result.merged else "",
        segments=segments,
        widest=max((segment.share for segment in segments), default=1.0),
        has_moves=result.lineage.previous is not None,
    )


def _segments(result: TrainingRead, summary: VersionSummary | None) -> list[TrainedSegment]:
    """Tell of every segment, the exceptional last: by now people may have named it, or it is gone."""
    made: list[TrainingSegment | TrainingOutlying] = [*result.segments]
    made += [result.exceptional] if result.exceptional else []
    known: list[VersionSegment | VersionOutlying] = []
    if summary and summary.card:
        known = [*summary.card.segments, *([summary.card.exceptional] if summary.card.exceptional else [])]
    now = {segment.segment_id: segment for segment in known}
    return [
        TrainedSegment(
            name=now[segment.segment_id].name if segment.segment_id in now else segment.name,
            slot=now[segment.segment_id].slot if segment.segment_id in now else 0,
            size=segment.size,
            share=segment.share,
        )
        for segment in made
    ]


def _find_version(result: TrainingRead, recipe: RecipeServices | None) -> VersionSummary | None:
    try:
        return recipe.versions.get_summary(int(result.model_version.rpartition("/")[2])) if recipe else None
    except NotFound:
        return None
