"""Trains a recipe on a table and puts the new version into use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from app.core.config import Settings
from app.core.errors import ArtifactInvalid, LabelledTableLost, ModelUnavailable, NotFound, TableInvalid
from app.models.artifact_store import ArtifactStore
from app.models.customer_table import CustomerTable, Reading, read_customer_table
from app.models.evidence import NULL_DRAWS, REFITS
from app.models.importing.choices import Choices
from app.models.labelled_table import write_labelled_table
from app.models.ml_model import MLModel
from app.models.recipe import MOST_SEGMENTS, Recipe, get_recipe
from app.models.segment_choice import choose_segments
from app.models.training import train
from app.models.version_files import Plan
from app.schemas.training import TrainingRead
from app.services.dataset_files import import_limits
from app.services.merged_story import read_merged

if TYPE_CHECKING:
    from app.models.datasets.text_rows import StoredTable

Progress = Callable[[str, float], None]
# how we write labelled tables ourselves, so that nothing about them is in doubt
_AS_WRITTEN = Reading(Choices(encoding="utf-8", delimiter=","), decimal=".")


class TrainingService:
    """Trainings of all recipes over one data folder and one artefact folder.

    `null_draws` and `refits` are how many tables and resamples the evidence rests on; `reading` says how a
    file is to be read, within the settings' limits.
    """

    def __init__(
        self,
        settings: Settings,
        null_draws: int = NULL_DRAWS,
        refits: int = REFITS,
        reading: Reading | None = None,
    ) -> None:
        self._settings = settings
        self._null_draws = null_draws
        self._refits = refits
        self._reading = replace(reading or Reading(), limits=import_limits(settings))

    def train(
        self,
        recipe_name: str,
        data: Path | StoredTable | None = None,
        segments: int | Literal["auto"] | None = None,
        seed: int = 42,
        *,
        activate: bool = True,
        training_id: str | None = None,
        progress: Progress = lambda words, share: None,
    ) -> TrainingRead:
        """Train a recipe, store the version, and put it into use unless told otherwise.

        Parameters
        ----------
        data : Path, StoredTable or None
            A file of any format that an import reads, or a table taken in; None for the recipe's own.
        segments : int, "auto" or None
            How many, or chosen from the table with the reasons kept in the version; None as the recipe says.
        training_id : str or None
            What the version is known by to whoever asked. A training that was begun before and got as far as
            a stored version goes on from there, so that a crash makes no second one.

        Raises
        ------
        LabelledTableLost
            If all went well but the last step: the version is in use, its labelled table is not written.
        """
        recipe = get_recipe(recipe_name, self._settings.recipes_dir)
        asked = None if segments == "auto" else segments
        plan = Plan(self._segments(recipe, asked), seed, self._null_draws, self._refits, training_id)
        store = ArtifactStore(self._settings.artifacts_dir, recipe.name)
        if activate:
            self._settings.processed_dir.mkdir(parents=True, exist_ok=True)
        with store.training():
            progress("reading the table", 0.0)
            table = read_customer_table(data or self._shipped_table(recipe), recipe, self._reading)
            model = _stored_by(store, training_id)
            if model is None:
                if segments == "auto":
                    words = "choosing the number of segments"
                    choice = choose_segments(recipe, table, seed, lambda share: progress(words, share))
                    plan = replace(plan, k=choice.segments, choice=choice)
                previous = _predecessor(store)
                earlier = self._earlier_table(recipe, previous)
                trained = train(recipe, table, plan, previous, store.numbering(), progress, earlier)
                store.publish(trained.model.document.version, trained.files, trained.next_segment_id)
                model, row_segments = trained.model, trained.row_segments
            else:
                row_segments = _place(model, table)
                progress("trained", 1.0)
            labelled = None
            if activate:
                store.activate(model.document.version)
                labelled = self._write_labelled(recipe, table, model, row_segments)
        return _report(model, activated=activate, labelled=labelled)

    def _segments(self, recipe: Recipe, asked: int | None) -> int:
        k = recipe.segments if asked is None else asked
        if not 2 <= k <= MOST_SEGMENTS:
            raise TableInvalid(f"the number of segments must be between 2 and {MOST_SEGMENTS}")
        return k

    def _shipped_table(self, recipe: Recipe) -> Path:
        return self._settings.raw_dir / recipe.raw_file

    def _labelled_path(self, recipe: Recipe) -> Path:
        return self._settings.processed_dir / f"{recipe.name}_segments.csv"

    def _earlier_table(self, recipe: Recipe, previous: MLModel | None) -> CustomerTable | None:
        """Return the labelled table if it is the one that the previous version was trained on, else None."""
        if previous is None or not previous.document.data.has_ids:
            return None
        try:
            table = read_customer_table(self._labelled_path(recipe), recipe, _AS_WRITTEN)
        except TableInvalid:
            return None
        return table if table.fingerprint == previous.document.data.fingerprint else None

    def _write_labelled(
        self, recipe: Recipe, table: CustomerTable, model: MLModel, row_segments: Sequence[int]
    ) -> Path:
        path = self._labelled_path(recipe)
        document = model.document
        names = {segment.segment_id: segment.name for segment in document.segments}
        if document.exceptional:
            names[document.exceptional.segment_id] = document.exceptional.name
        try:
            write_labelled_table(path, table, recipe, row_segments, names)
        except OSError as error:
            raise LabelledTableLost(
                f"{model.label} is in use, but {path.name} could not be written: {error.strerror}"
            ) from error
        return path


def _stored_by(store: ArtifactStore, training_id: str | None) -> MLModel | None:
    """Return the version that this very training stored before it was interrupted, or None."""
    for version in reversed(store.versions()) if training_id else ():
        try:
            model = MLModel.from_files(store.read(version))
        except (ModelUnavailable, NotFound):
            continue
        if model.document.training_id == training_id:
            return model
    return None


def _place(model: MLModel, table: CustomerTable) -> tuple[int, ...]:
    outlying = model.document.exceptional
    found = (model.lands(row) for row in table.features.tolist())
    return tuple(
        outlying.segment_id if place is None and outlying else model.segments[place or 0].segment_id
        for place in found
    )


def _predecessor(store: ArtifactStore) -> MLModel | None:
    """Return the version whose segments live on, or None before the first.

    The active one, else the one that was active last, else the newest: a torn file must not cost the segments
    their identity. Where versions exist and none can be read, the training is refused for the same reason.
    """
    for version in _in_order_of_trust(store):
        try:
            return MLModel.from_files(store.read(version))
        except (ModelUnavailable, NotFound):
            continue
    if store.versions():
        raise ArtifactInvalid(
            f"no stored version of {store.recipe} can be read, so its segment ids cannot live on: bring one "
            f"back from a backup, or move the folder {store.recipe} away to begin anew"
        )
    return None


def _in_order_of_trust(store: ArtifactStore) -> list[int]:
    try:
        active = [store.pointer.version()]
    except ModelUnavailable:
        active = []
    return [*active, *reversed(store.pointer.history()), *reversed(store.versions())]


def _report(model: MLModel, *, activated: bool, labelled: Path | None) -> TrainingRead:
    document = model.document
    by_id = {analysis.segment_id: analysis for analysis in model.analysis.segments}
    segments = []
    for index, segment in enumerate(document.segments):
        numbers = by_id[segment.segment_id]
        segments.append(
            {
                "segment_id": segment.segment_id,
                "name": segment.name,
                "size": numbers.size,
                "share": numbers.share,
                "stability": numbers.stability,
                "centroid": {
                    f.name: f.word_of(x) if f.levels else x
                    for f, x in zip(document.features, model.centre(index), strict=True)
                },
            }
        )
    return TrainingRead.model_validate(
        {
            "model_version": document.label,
            "activated": activated,
            "recipe": document.recipe,
            "k": len(document.segments),
            "seed": document.seed,
            "data": document.data.model_dump(),
            "metrics": document.metrics.model_dump(),
            "verdict": document.verdict.model_dump(),
            "choice": model.analysis.choice.model_dump() if model.analysis.choice else None,
            "segments": segments,
            "exceptional": _exceptional(model),
            "merged": read_merged(document),
            "lineage": document.lineage.model_dump(),
            "labelled_table": str(labelled) if labelled else None,
        }
    )


def _exceptional(model: MLModel) -> dict[str, Any] | None:
    apart, numbers = model.document.exceptional, model.analysis.exceptional
    if apart is None or numbers is None:
        return None
    return {"name": apart.name} | numbers.model_dump(include={"segment_id", "size", "share"})
