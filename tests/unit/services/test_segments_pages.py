from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.core.config import Settings
from app.core.errors import SegmentNotFound
from app.services.recipe_service import RecipeService, RecipeServices
from app.services.segments_pages import SegmentsPages
from app.services.storage import Storage


@pytest.fixture
def recipes(trained: Settings) -> RecipeService:
    return RecipeService(trained)


@pytest.fixture
def mall(recipes: RecipeService) -> RecipeServices:
    return recipes.get_services("mall")


@pytest.fixture
def pages(trained: Settings, recipes: RecipeService) -> Iterator[SegmentsPages]:
    storage = Storage(trained, recipes)
    yield storage.get_services().segment_pages
    storage.close()


def test_what_is_sent_unchanged_stays_the_model_s(pages: SegmentsPages, mall: RecipeServices) -> None:
    form = pages.show(mall).forms[2]
    sent = {
        "name": form.name,
        "slot": str(form.slot),
        "description": form.description,
        "strategy": form.strategy,
    }
    assert pages.change(mall, form.segment_id, {name: [value] for name, value in sent.items()}) is None
    assert pages.show(mall).forms[2].edited == ""
    assert pages.change(mall, form.segment_id, {"slot": ["8"], "description": ["Two\nlines."]}) is None
    now = pages.show(mall).forms[2]
    assert (now.shown_slot, now.description, now.edited) == (8, "Two lines.", "colour and description")
    pages.restore(mall, form.segment_id)
    assert pages.show(mall).forms[2] == form


def test_a_faulty_form_keeps_what_was_typed(pages: SegmentsPages, mall: RecipeServices) -> None:
    typed = {"name": ["x" * 81], "slot": ["99"], "strategy": ["Call.\n\nThank."], "other": ["?"]}
    page = pages.change(mall, 1, typed)
    assert page is not None
    form = page.forms[1]
    assert (form.name, form.strategy, form.slot) == ("x" * 81, "Call.\nThank.", form.shown_slot)
    assert [fault.field for fault in page.faults] == ["name-1", "slot-1"]
    assert all(not other.errors for other in page.forms if other is not form)


def test_no_such_segment(pages: SegmentsPages, mall: RecipeServices) -> None:
    with pytest.raises(SegmentNotFound):
        pages.change(mall, 77, {})
    with pytest.raises(SegmentNotFound):
        pages.restore(mall, 77)
