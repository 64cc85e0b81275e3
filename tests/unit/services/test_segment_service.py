from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.config import Settings
from app.core.errors import InputInvalid, SegmentNotFound
from app.schemas.segment import SegmentChange
from app.services.recipe_service import RecipeService, RecipeServices
from app.services.segment_service import SegmentService
from app.services.storage import Storage


@pytest.fixture
def segments(trained: Settings) -> Iterator[SegmentService]:
    storage = Storage(trained, RecipeService(trained))
    yield storage.get_services().segments
    storage.close()


@pytest.fixture
def mall(trained: Settings) -> RecipeServices:
    return RecipeService(trained).get_services("mall")


def test_changes_add_up(segments: SegmentService, mall: RecipeServices) -> None:
    segments.change_segment(mall, 2, SegmentChange(name="Trendy"))
    segments.change_segment(mall, 2, SegmentChange(description="They are."))
    segments.change_segment(mall, 0, SegmentChange(name="Most"))
    found = segments.list_segments(mall).segments
    assert [(s.segment_id, s.edited) for s in found if s.edited] == [
        (0, ["name"]),
        (2, ["name", "description"]),
    ]


@pytest.mark.slow
def test_two_may_swap_names_in_turn(segments: SegmentService, mall: RecipeServices) -> None:
    first, second = (segment.name for segment in segments.list_segments(mall).segments[:2])
    with pytest.raises(InputInvalid, match="name: another"):
        segments.change_segment(mall, 0, SegmentChange(name=second))
    segments.change_segment(mall, 1, SegmentChange(name="For a moment"))
    segments.change_segment(mall, 0, SegmentChange(name=second))
    assert segments.change_segment(mall, 1, SegmentChange(name=first)).name == first


def test_of_several_who_want_a_name_at_once_one_gets_it(
    segments: SegmentService, mall: RecipeServices, trained: Settings
) -> None:
    def rename(segment_id: int) -> bool:
        another = RecipeService(trained).get_services("mall")  # as another server has it
        try:
            segments.change_segment(another, segment_id, SegmentChange(name="The best"))
        except InputInvalid:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(rename, range(5))) == 1
    assert [segment.name for segment in segments.list_segments(mall).segments].count("The best") == 1


def test_no_such_segment(segments: SegmentService, mall: RecipeServices) -> None:
    with pytest.raises(SegmentNotFound):
        segments.change_segment(mall, 17, SegmentChange(name="x"))
