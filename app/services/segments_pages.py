"""The forms in which people name, colour and describe the segments of a recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from app.core.errors import InputInvalid, SegmentNotFound
from app.core.palette import SEGMENT_COLOURS
from app.schemas.segment import SegmentChange, SegmentRead
from app.schemas.segment_pages import PageFault, SegmentForm, SegmentsPage, Swatch
from app.services.recipe_service import RecipeService, RecipeServices
from app.services.segment_service import FIELDS, SegmentService

Fields = Mapping[str, Sequence[str]]
"""What a form sent: every value of each name."""

SLOTS = range(1, len(SEGMENT_COLOURS) + 1)
WRONG = {
    "name": "A name has 1 to 80 characters",
    "slot": "Choose one of the colours",
    "description": "A description has 1 to 600 characters",
    "strategy": "A strategy has 1 to 12 lines of at most 300 characters",
}
WORDS = {"name": "name", "slot": "colour", "description": "description", "strategy": "strategy"}
DONE = {
    "saved": "Saved: {name}. Every page and answer says so now.",
    "restored": "{name} has the model's own words and colour again.",
}


class SegmentsPages:
    """Shows what each segment says, and keeps what a person wants it to say."""

    def __init__(self, segments: SegmentService, recipes: RecipeService) -> None:
        self._segments = segments
        self._recipes = recipes

    def show(
        self, recipe: RecipeServices, done: str | None = None, segment_id: int | None = None
    ) -> SegmentsPage:
        """Build the page; `done` is a key of `DONE`, said of that segment. Raises ModelUnavailable."""
        found = self._segments.list_segments(recipe).segments
        named = next((segment.name for segment in found if segment.segment_id == segment_id), None)
        message = DONE[done].format(name=named) if done in DONE and named else None
        return self._page(recipe, [_form(segment, found) for segment in found], message)

    def change(self, recipe: RecipeServices, segment_id: int, fields: Fields) -> SegmentsPage | None:
        """Keep what a form changed of one segment; return the page again if something is to be corrected.

        What the form left as it was is no wish: it stays the model's own if it was.

        Raises
        ------
        SegmentNotFound, ModelUnavailable
        """
        found = self._segments.list_segments(recipe).segments
        segment = next((one for one in found if one.segment_id == segment_id), None)
        if segment is None:
            raise SegmentNotFound("the active version has no such segment")
        sent = _read(fields)
        before = {field: getattr(segment, field) for field in FIELDS}
        changed = {field: value for field, value in sent.items() if value != before[field]}
        try:
            self._segments.change_segment(recipe, segment_id, SegmentChange.model_validate(changed))
        except ValidationError as error:
            errors = {str(fault["loc"][0]): WRONG[str(fault["loc"][0])] for fault in error.errors()}
        except InputInvalid as error:
            errors = {fault.pointer.strip("/"): _sentence(fault.detail) for fault in error.faults}
        else:
            return None
        forms = [_form(one, found, *((sent, errors) if one is segment else ())) for one in found]
        return self._page(recipe, forms, None)

    def restore(self, recipe: RecipeServices, segment_id: int) -> None:
        """Give a segment the model version's own words and colour. Raises SegmentNotFound."""
        self._segments.change_segment(recipe, segment_id, SegmentChange(**dict.fromkeys(FIELDS)))

    def _page(self, recipe: RecipeServices, forms: list[SegmentForm], message: str | None) -> SegmentsPage:
        return SegmentsPage(
            title="Names and strategies",
            recipe=recipe.recipe.name,
            recipe_title=recipe.recipe.title,
            model_version=recipe.predictions.current().label,
            forms=forms,
            faults=[
                PageFault(field=field, text=text) for form in forms for field, text in form.errors.items()
            ],
            message=message,
            fault=None,
            frame=self._recipes.frame(recipe.recipe.name),
        )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _read(fields: Fields) -> dict[str, Any]:
    """Return the fields that a form has, as a segment holds them."""
    sent: dict[str, Any] = {name: values[0].strip() for name, values in fields.items() if name in FIELDS}
    if "slot" in sent and sent["slot"].isascii() and sent["slot"].isdigit():
        sent["slot"] = int(sent["slot"])
    if "strategy" in sent:
        lines = (line.strip() for line in sent["strategy"].split("\n"))
        sent["strategy"] = [line for line in lines if line]
    if "description" in sent:
        sent["description"] = " ".join(sent["description"].split())
    return sent


def _form(
    segment: SegmentRead,
    all_segments: Sequence[SegmentRead],
    sent: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> SegmentForm:
    taken = {other.slot: other.name for other in all_segments if other is not segment}
    shown = {field: getattr(segment, field) for field in FIELDS} | dict(sent or {})
    return SegmentForm(
        segment_id=segment.segment_id,
        shown_name=segment.name,
        shown_slot=segment.slot,
        name=shown["name"],
        slot=shown["slot"] if shown["slot"] in SLOTS else segment.slot,
        description=shown["description"],
        strategy="\n".join(shown["strategy"]),
        swatches=[Swatch(slot=slot, taken_by=taken.get(slot, "")) for slot in SLOTS],
        edited=_list([WORDS[field] for field in segment.edited]),
        errors={f"{field}-{segment.segment_id}": words for field, words in (errors or {}).items()},
    )


def _list(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
