from __future__ import annotations

import pytest

from app.core.database import Database
from app.core.errors import InputInvalid
from app.models.records.segment_edit import SegmentEditStore, SegmentTexts

TEXTS = SegmentTexts("Treue Kundschaft", 3, "Kauft oft.", ["Danken", "Früh einladen"])


def kept(database: Database, recipe: str = "mall") -> dict[int, SegmentTexts]:
    with database.reading() as session:
        edits = SegmentEditStore(session).list_edits(recipe)
        return {
            segment_id: SegmentTexts(row.name, row.slot, row.description, row.strategy)
            for segment_id, row in edits.items()
        }


class TestSegmentEdits:
    def test_words_come_back(self, database: Database) -> None:
        with database.writing() as session:
            assert SegmentEditStore(session).save_edit("mall", 2, TEXTS).name == TEXTS.name
        assert kept(database) == {2: TEXTS}
        assert kept(database, "retail") == {}

    def test_the_newest_wins_whole(self, database: Database) -> None:
        with database.writing() as session:
            store = SegmentEditStore(session)
            first = store.save_edit("mall", 2, TEXTS).edited_at
            second = store.save_edit("mall", 2, SegmentTexts(name="Stamm"))
            assert (second.name, second.strategy) == ("Stamm", None)
            assert second.edited_at > first
        assert kept(database) == {2: SegmentTexts(name="Stamm")}

    def test_one_segment(self, database: Database) -> None:
        with database.writing() as session:
            SegmentEditStore(session).save_edit("mall", 2, TEXTS)
        with database.reading() as session:
            found = SegmentEditStore(session).find_edit("mall", 2)
            assert SegmentEditStore(session).find_edit("mall", 3) is None
        assert found is not None
        assert found.description == TEXTS.description

    def test_in_the_order_of_segments(self, database: Database) -> None:
        with database.writing() as session:
            for segment_id in (7, 1, 12):
                SegmentEditStore(session).save_edit("mall", segment_id, TEXTS)
        assert list(kept(database)) == [1, 7, 12]

    def test_back_to_what_was_trained(self, database: Database) -> None:
        with database.writing() as session:
            store = SegmentEditStore(session)
            for segment_id in (1, 2):
                store.save_edit("mall", segment_id, TEXTS)
            store.delete_edit("mall", 1)
            store.delete_edit("mall", 9)  # there is nothing to do
        assert kept(database).keys() == {2}

    @pytest.mark.parametrize("slot", [0, 9])
    def test_a_place_that_the_palette_does_not_have(self, database: Database, slot: int) -> None:
        with pytest.raises(InputInvalid), database.writing() as session:
            SegmentEditStore(session).save_edit("mall", 1, SegmentTexts(slot=slot))
        assert kept(database) == {}
