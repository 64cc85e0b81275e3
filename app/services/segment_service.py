"""Names, colours and strategies that people give to segments; they follow a segment through retrainings."""

from __future__ import annotations

from typing import Any

from app.core.database import Database
from app.core.errors import FieldFault, InputInvalid, SegmentNotFound
from app.models.edited_texts import EditedText
from app.models.records.segment_edit import SegmentEditRecord, SegmentEditStore, SegmentTexts
from app.schemas.segment import SegmentChange, SegmentList, SegmentRead
from app.services.recipe_service import RecipeServices

FIELDS = ("name", "slot", "description", "strategy")


class SegmentService:
    """The edits of all recipes in one database, published to all processes as a file a recipe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_segments(self, recipe: RecipeServices) -> SegmentList:
        """Return every segment of the active version. Raises ModelUnavailable."""
        model = recipe.predictions.current()
        edits = recipe.edits.current()
        segments = []
        for segment in model.segments:
            texts = recipe.predictions.describe(segment)
            edit = edits.get(segment.segment_id, EditedText())
            segments.append(
                SegmentRead(
                    segment_id=segment.segment_id,
                    name=texts.name,
                    slot=texts.slot,
                    color=texts.color,
                    description=texts.description,
                    strategy=texts.strategy,
                    edited=[field for field in FIELDS if getattr(edit, field) is not None],
                )
            )
        return SegmentList(model_version=model.label, segments=segments)

    def change_segment(self, recipe: RecipeServices, segment_id: int, change: SegmentChange) -> SegmentRead:
        """Keep a person's words for a segment of the active version.

        Raises
        ------
        SegmentNotFound
            If the active version has no such segment.
        InputInvalid
            If another of its segments has that name or colour already.
        """
        self._one(recipe, segment_id)
        name = recipe.recipe.name
        with self._database.writing() as session:
            edits = SegmentEditStore(session)
            edits.take_turn()
            # only now, or two changes at once could give two segments one name
            self._refuse_taken(recipe, segment_id, change)
            before = edits.find_edit(name, segment_id)
            texts: dict[str, Any] = {field: getattr(before, field, None) for field in FIELDS}
            texts |= change.model_dump(include=change.model_fields_set)
            if any(value is not None for value in texts.values()):
                edits.save_edit(name, segment_id, SegmentTexts(**texts))
            else:
                edits.delete_edit(name, segment_id)
            # within the transaction: two changes at once then publish one after the other
            recipe.edits.publish(_read(edits.list_edits(name)))
        return self._one(recipe, segment_id)

    def _refuse_taken(self, recipe: RecipeServices, segment_id: int, change: SegmentChange) -> None:
        others = [s for s in self.list_segments(recipe).segments if s.segment_id != segment_id]
        if change.name is not None and change.name.casefold() in {s.name.casefold() for s in others}:
            raise _taken("name", "another segment has this name")
        if change.slot is not None and change.slot in {segment.slot for segment in others}:
            raise _taken("slot", "another segment has this colour")

    def _one(self, recipe: RecipeServices, segment_id: int) -> SegmentRead:
        for segment in self.list_segments(recipe).segments:
            if segment.segment_id == segment_id:
                return segment
        raise SegmentNotFound("the active version has no such segment")


def _taken(field: str, words: str) -> InputInvalid:
    return InputInvalid(f"{field}: {words}", (FieldFault(f"/{field}", words),))


def _read(rows: dict[int, SegmentEditRecord]) -> dict[int, EditedText]:
    return {
        segment_id: EditedText(
            name=row.name,
            slot=row.slot,
            description=row.description,
            strategy=None if row.strategy is None else tuple(row.strategy),
        )
        for segment_id, row in rows.items()
    }
