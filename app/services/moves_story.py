"""Who moved between two versions, in plain words and as a table."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.palette import SEGMENT_COLOURS
from app.models.edited_texts import EditedText
from app.models.moves_document import MovesDocument, NamedSegment
from app.models.recipe import Recipe
from app.schemas.version import MoveCell, MovedSegment, MovesRead, SegmentTally
from app.utils.quantities import number_text

CAUSES = (
    ("by_data", "because they changed"),
    ("by_model", "because the model changed"),
    ("by_both", "because of both"),
)


def tell_moves(found: MovesDocument, recipe: Recipe, edits: Mapping[int, EditedText]) -> MovesRead:
    """Say who moved; names are a person's, else the recipe's where it still has the persona."""
    totals = {cause: sum(getattr(move, cause) for move in found.moves) for cause, _ in CAUSES}
    stayed = [_cell(count.segment_id, count.segment_id, count.customers) for count in found.stayed]
    moved = [
        _cell(
            move.from_segment,
            move.to_segment,
            move.by_data + move.by_model + move.by_both,
            (move.by_data, move.by_model, move.by_both),
        )
        for move in found.moves
    ]
    return MovesRead(
        from_version=found.from_version,
        to_version=found.to_version,
        basis=found.basis,
        text=_sentence(found, totals),
        customers=found.customers,
        moved=sum(totals.values()),
        **totals,
        segments=[_segment(segment, found, recipe, edits) for segment in found.segments],
        cells=sorted([*stayed, *moved], key=lambda cell: (cell.from_segment, cell.to_segment)),
        new_customers=[_tally(count.segment_id, count.customers) for count in found.new],
        gone_customers=[_tally(count.segment_id, count.customers) for count in found.gone],
    )


def _sentence(found: MovesDocument, totals: dict[str, int]) -> str:
    moved = sum(totals.values())
    if found.basis != "joined":
        where = "in" if found.basis == "newer_table" else "drawn from"
        who = f"of {_counted(found.customers)} {where} the table of {found.to_version}"
        return f"The change of the model alone moves {number_text(moved) if moved else 'none'} {who}."
    if not moved:
        return f"None of {_counted(found.customers)} moved."
    parts = ", ".join(f"{number_text(totals[cause])} {why}" for cause, why in CAUSES if totals[cause])
    return f"{number_text(moved)} of {_counted(found.customers)} moved: {parts}."


def _counted(customers: int) -> str:
    return "1 customer" if customers == 1 else f"{number_text(customers)} customers"


def _segment(
    segment: NamedSegment, found: MovesDocument, recipe: Recipe, edits: Mapping[int, EditedText]
) -> MovedSegment:
    persona, edit = recipe.find_persona(segment.persona), edits.get(segment.segment_id, EditedText())
    slot = edit.slot or segment.slot
    is_born, is_retired = segment.segment_id in found.born, segment.segment_id in found.retired
    return MovedSegment(
        segment_id=segment.segment_id,
        name=edit.name or (segment.name if persona is None else persona.name),
        slot=slot,
        color=SEGMENT_COLOURS[slot - 1],
        change="born" if is_born else "retired" if is_retired else "kept",
    )


def _cell(start: int, end: int, customers: int, causes: tuple[int, int, int] = (0, 0, 0)) -> MoveCell:
    return MoveCell(
        from_segment=start,
        to_segment=end,
        customers=customers,
        by_data=causes[0],
        by_model=causes[1],
        by_both=causes[2],
    )


def _tally(segment_id: int, customers: int) -> SegmentTally:
    return SegmentTally(segment_id=segment_id, customers=customers)
