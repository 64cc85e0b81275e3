from __future__ import annotations

from typing import Any

import pytest

from app.core.palette import SEGMENT_COLOURS
from app.models.edited_texts import EditedText
from app.models.moves_document import Move, MovesDocument
from app.models.recipe import Recipe, get_recipe
from app.services.moves_story import tell_moves


@pytest.fixture(scope="module")
def mall() -> Recipe:
    return get_recipe("mall")


def moves(*causes: tuple[int, int, int], customers: int = 200, **changed: Any) -> MovesDocument:
    """Moves from segment 0 to as many others, each with its customers by data, by model and by both."""
    document = {
        "from_version": "mall/1",
        "to_version": "mall/2",
        "basis": "joined",
        "segments": [
            {"segment_id": 0, "name": "Old name", "persona": "vip", "slot": 2},
            {"segment_id": 1, "name": "Own name", "persona": None, "slot": 1},
            {"segment_id": 7, "name": "Newborn", "persona": "gone", "slot": 3},
        ],
        "born": [7],
        "retired": [1],
        "customers": customers,
        "stayed": [{"segment_id": 0, "customers": customers - sum(map(sum, causes))}],
        "moves": [
            {"from_segment": 0, "to_segment": to, "by_data": d, "by_model": m, "by_both": b}
            for to, (d, m, b) in enumerate(causes, start=1)
        ],
        "new": [{"segment_id": 0, "customers": 4}],
        "gone": [{"segment_id": 1, "customers": 2}],
    }
    return MovesDocument.model_validate(document | changed)


def with_exceptional(*causes: tuple[int, int, int], **changed: Any) -> MovesDocument:
    """The same where the second segment, number 1, is that of the exceptional."""
    found = moves(*causes)
    segments = [found.segments[0], found.segments[1].model_copy(update={"is_exceptional": True})]
    return found.model_copy(update={"segments": tuple(segments), "retired": (), **changed})


class TestExceptional:
    def test_who_became_so_is_told_with_the_cause(self, mall: Recipe) -> None:
        text = tell_moves(with_exceptional((2, 1, 0)), mall, {}).text
        assert text.endswith("3 became exceptional: 2 because they changed, 1 because the model changed.")

    def test_who_ceased_to_be(self, mall: Recipe) -> None:
        back = Move(from_segment=1, to_segment=0, by_data=0, by_model=0, by_both=4)
        text = tell_moves(with_exceptional((0, 0, 0), moves=(back,)), mall, {}).text
        assert text == (
            "4 of 200 customers moved: 4 because of both. 4 ceased to be exceptional: 4 because of both."
        )

    def test_from_one_exceptional_segment_to_another_is_neither(self, mall: Recipe) -> None:
        both = tuple(s.model_copy(update={"is_exceptional": True}) for s in with_exceptional().segments)
        assert "exceptional" not in tell_moves(with_exceptional((2, 0, 0), segments=both), mall, {}).text

    def test_the_segment_is_marked_and_named_as_the_recipe_has_it(self) -> None:
        lifestyle = get_recipe("lifestyle")
        segment = tell_moves(with_exceptional(), lifestyle, {}).segments[1]
        assert (segment.name, segment.is_exceptional) == ("Exceptional", True)
        assert "is_exceptional" not in tell_moves(moves(), lifestyle, {}).segments[0].model_dump()


class TestText:
    @pytest.mark.parametrize(
        ("found", "text"),
        [
            (
                moves((2, 1, 0)),
                "3 of 200 customers moved: 2 because they changed, 1 because the model changed.",
            ),
            (
                moves((1, 0, 0), (0, 0, 3)),
                "4 of 200 customers moved: 1 because they changed, 3 because of both.",
            ),
            (
                moves((0, 1500, 0), customers=5000),
                "1,500 of 5,000 customers moved: 1,500 because the model changed.",
            ),
            (moves(), "None of 200 customers moved."),
            (moves(customers=1), "None of 1 customer moved."),
            (
                moves((0, 3, 0), basis="newer_table"),
                "The change of the model alone moves 3 of 200 customers in the table of mall/2.",
            ),
            (
                moves(basis="newer_sample"),
                "The change of the model alone moves none of 200 customers drawn from the table of mall/2.",
            ),
        ],
    )
    def test_in_one_sentence(self, found: MovesDocument, text: str, mall: Recipe) -> None:
        assert tell_moves(found, mall, {}).text == text


class TestNumbers:
    def test_all_of_them(self, mall: Recipe) -> None:
        told = tell_moves(moves((2, 1, 0), (0, 0, 3)), mall, {})
        assert (told.moved, told.by_data, told.by_model, told.by_both) == (6, 2, 1, 3)
        assert [(c.from_segment, c.to_segment, c.customers) for c in told.cells] == [
            (0, 0, 194),
            (0, 1, 3),
            (0, 2, 3),
        ]
        assert [(t.segment_id, t.customers) for t in told.new_customers] == [(0, 4)]
        assert [(t.segment_id, t.customers) for t in told.gone_customers] == [(1, 2)]

    def test_segments_are_called_what_the_recipe_calls_them_now(self, mall: Recipe) -> None:
        told = tell_moves(moves(), mall, {})
        assert [(s.name, s.change) for s in told.segments] == [
            ("VIP / Whale", "kept"),
            ("Own name", "retired"),
            ("Newborn", "born"),
        ]

    def test_what_people_call_them_goes_before(self, mall: Recipe) -> None:
        edits = {0: EditedText(name="Our best", slot=8), 1: EditedText(slot=7)}
        told = tell_moves(moves(), mall, edits)
        assert [(s.name, s.slot) for s in told.segments] == [("Our best", 8), ("Own name", 7), ("Newborn", 3)]
        assert told.segments[0].color == SEGMENT_COLOURS[7]
