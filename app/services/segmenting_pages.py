"""The form that makes a recipe out of a customer table, and what comes of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import ValidationError

from app.core.errors import FieldFault, InputInvalid, RecipeExists
from app.schemas.job import JobRead
from app.schemas.recipe import FeatureSuggestion, RecipeCreate, RecipeSuggestion
from app.schemas.search import SearchDraft
from app.schemas.segment_pages import (
    ColumnChoice,
    ColumnLeftOut,
    ExceptionalChoice,
    PageFault,
    SegmentingPage,
)
from app.schemas.training import TrainingCreate
from app.services.dataset_service import DatasetService
from app.services.job_kinds import TRAINING
from app.services.job_service import JobService
from app.services.recipe_draft import SEGMENTS, RecipeDrafts, slug
from app.services.recipe_service import RecipeService
from app.services.search_service import SearchService

Fields = Mapping[str, Sequence[str]]
"""What a form sent: every value of each name."""

# beyond what a field may hold, so that too much is told and not cut
SENT = {"title": 200, "name": 200, "segments": 20, "least_size": 20, "exceptional_share": 20, "key": 40}
WRONG = {
    "title": "The title needs 1 to 100 characters",
    "name": "The name needs 1 to 40 small letters, digits and underscores, a letter first",
    "segments": "The number of segments is a whole number from 2 to 8",
    "least_size": "The least size is a whole number from 2 to 1,000,000",
    "exceptional_share": "The share is a number of percents from 0.1 to 2",
    "weight": "A weight is a number from 0.1 to 10",
    "transform": "Choose one of the transforms",
    "columns": "Choose 1 to 20 columns",
}
GONE = "That search is not kept any more: this is what the table suggests."
NO_NUMBER = "Choose at least one column of numbers: words alone make no distances"


class SegmentingPages:
    """Shows what a table suggests, and takes what a person makes of it."""

    def __init__(
        self,
        drafts: RecipeDrafts,
        datasets: DatasetService,
        recipes: RecipeService,
        jobs: JobService,
        searches: SearchService,
    ) -> None:
        self._drafts = drafts
        self._datasets = datasets
        self._recipes = recipes
        self._jobs = jobs
        self._searches = searches

    def show(self, dataset_id: str, search_id: str = "", key: str = "") -> SegmentingPage:
        """Build the form as the table suggests it, or as a draft of a search does. Raises DatasetNotFound."""
        suggestion = self._drafts.suggest(dataset_id)
        taken = [recipe.name for recipe in self._recipes.list_recipes().recipes]
        draft = self._searches.find_draft(dataset_id, search_id, key) if search_id else None
        columns = [
            _column(place, feature, use=feature.use) if draft is None else _drafted(place, feature, draft)
            for place, feature in enumerate(suggestion.features)
            if feature.can_be_used
        ]
        first = suggestion.model_copy(update={"name": slug(suggestion.name, taken)})
        texts = dict.fromkeys(SENT, "") | {"title": first.title, "name": first.name}
        texts["exceptional_share"] = f"{100.0 * suggestion.exceptional.share:g}"
        apart = suggestion.exceptional.use
        page = self._page(dataset_id, suggestion, texts, columns, {}, apart=apart)
        if not search_id:
            return page
        return page.model_copy(update={"filled": f"Filled in: {draft.title}." if draft else GONE})

    def submit(self, dataset_id: str, fields: Fields) -> JobRead | SegmentingPage:
        """Make the recipe and ask for its training; or return the form with what is to be corrected.

        A form that is sent twice makes one recipe and one training.

        Raises
        ------
        DatasetNotFound
        """
        suggestion = self._drafts.suggest(dataset_id)
        columns = _sent_columns(suggestion.features, fields)
        texts = {name: _first(fields, name).strip()[:longest] for name, longest in SENT.items()}
        chosen, apart = [column for column in columns if column.use], "exceptional" in fields
        errors: dict[str, str] = {}
        if chosen and not any(column.is_number for column in chosen):
            errors["columns"] = NO_NUMBER
        try:
            wish = RecipeCreate.model_validate(_wish(dataset_id, texts, chosen, apart=apart))
            if not errors:
                self._keep(wish)
        except ValidationError as error:
            errors |= _broken(error, chosen)
        except RecipeExists:
            errors["name"] = "Another recipe has this name"
        except InputInvalid as error:
            errors |= _refused(error.faults, chosen) or {"columns": error.detail}
        if errors:
            return self._page(dataset_id, suggestion, texts, columns, errors, apart=apart)
        segments: Literal["auto"] | None = None if texts["segments"] else "auto"
        asked = TrainingCreate(recipe=wish.name, dataset_id=dataset_id, segments=segments)
        once = f"segment:{texts['key']}:{dataset_id}:{wish.name}:{segments or wish.segments}"
        return self._jobs.submit(TRAINING, asked.model_dump(), once if texts["key"] else None)

    def _keep(self, wish: RecipeCreate) -> None:
        try:
            self._drafts.create(wish)
        except RecipeExists:
            # what was sent twice was kept at the first time
            if not self._drafts.is_kept(wish):
                raise

    def _page(
        self,
        dataset_id: str,
        suggestion: RecipeSuggestion,
        texts: Mapping[str, str],
        columns: list[ColumnChoice],
        errors: dict[str, str],
        *,
        apart: bool,
    ) -> SegmentingPage:
        dataset = self._datasets.get_dataset(dataset_id)
        order = [*_ABOVE, *(f"{part}-{c.place}" for c in columns for part in _PARTS)]
        return SegmentingPage(
            title="Segment these customers",
            dataset_id=dataset_id,
            dataset_name=dataset.name,
            rows=dataset.rows,
            recipe_title=texts["title"],
            recipe_name=texts["name"],
            segments=texts["segments"],
            least_size=texts["least_size"],
            exceptional=ExceptionalChoice(
                use=apart, percent=texts["exceptional_share"], reason=suggestion.exceptional.reason
            ),
            key=texts["key"] or secrets.token_hex(8),
            filled="",
            columns=columns,
            left_out=[
                ColumnLeftOut(name=feature.column, reason=feature.reason)
                for feature in suggestion.features
                if not feature.can_be_used
            ],
            errors=errors,
            faults=[PageFault(field=field, text=errors[field]) for field in order if field in errors],
        )


_ABOVE = ("title", "name", "segments", "least_size", "exceptional_share", "columns")
_PARTS = ("use", "transform", "weight")


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _column(place: int, feature: FeatureSuggestion, *, use: bool, **sent: str) -> ColumnChoice:
    return ColumnChoice(
        place=place,
        name=feature.column,
        is_number=feature.kind == "number",
        use=use,
        reason=feature.reason,
        transform=sent.get("transform", feature.transform),
        weight=sent.get("weight", f"{feature.weight:g}"),
        missing=feature.missing,
    )


def _drafted(place: int, feature: FeatureSuggestion, draft: SearchDraft) -> ColumnChoice:
    """Return a column as a draft uses it, or left out as the draft leaves it."""
    chosen = next((column for column in draft.columns if column.column == feature.column), None)
    if chosen is None:
        return _column(place, feature, use=False)
    sent = {"transform": chosen.transform, "weight": f"{chosen.weight:g}"}
    return _column(place, feature, use=True, **sent)


def _sent_columns(features: Sequence[FeatureSuggestion], fields: Fields) -> list[ColumnChoice]:
    used = set(fields.get("use", ()))
    columns = []
    for place, feature in enumerate(features):
        names = {part: f"{part}-{place}" for part in ("transform", "weight")}
        sent = {part: _first(fields, name).strip() for part, name in names.items() if name in fields}
        if feature.can_be_used:
            columns.append(_column(place, feature, use=str(place) in used, **sent))
    return columns


def _wish(
    dataset_id: str, texts: Mapping[str, str], chosen: Sequence[ColumnChoice], *, apart: bool
) -> dict[str, Any]:
    return {
        "title": texts["title"],
        "name": texts["name"],
        "dataset_id": dataset_id,
        "segments": _whole(texts["segments"] or str(SEGMENTS)),
        "least_size": _whole(texts["least_size"]) if texts["least_size"] else None,
        "exceptional": apart,
        "exceptional_share": _share(texts["exceptional_share"]) if apart else None,
        "features": [
            {
                "column": column.name,
                "weight": column.weight.replace(",", "."),
                "transform": column.transform if column.is_number else None,
            }
            for column in chosen
        ],
    }


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() else text


def _share(percent: str) -> float | str | None:
    """Read a number of percents; what is none is told by the schema."""
    try:
        return round(float(percent.replace(",", ".")) / 100.0, 6) if percent else None
    except ValueError:
        return percent


def _broken(error: ValidationError, chosen: Sequence[ColumnChoice]) -> dict[str, str]:
    """Say for each field's id which bound it breaks, and never what was sent."""
    found = {}
    for fault in error.errors(include_url=False, include_input=False):
        field, *rest = fault["loc"]
        if field != "features":
            found[str(field)] = WRONG[str(field)]
        elif rest:
            found[f"{rest[1]}-{chosen[int(rest[0])].place}"] = WRONG[str(rest[1])]
        else:
            found["columns"] = WRONG["columns"]
    return found


def _refused(faults: Sequence[FieldFault], chosen: Sequence[ColumnChoice]) -> dict[str, str]:
    parts = [(fault.pointer.split("/"), fault.detail) for fault in faults]
    return {
        f"use-{chosen[int(part[2])].place}": f"{chosen[int(part[2])].name}: {words}"
        for part, words in parts
        if len(part) > 2
    }
