"""Who moved between two versions, in plain words and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.core.palette import SEGMENT_COLOURS
from app.models.edited_texts import EditedText
from app.models.moves_document import Move, MovesDocument, NamedSegment
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
        text=_sentence(found),
        customers=found.customers,
        moved=sum(totals.values()),
        **totals,
        segments=[_segment(segment, found, recipe, edits) for segment in found.segments],
        cells=sorted([*stayed, *moved], key=lambda cell: (cell.from_segment, cell.to_segment)),
        new_customers=[_tally(count.segment_id, count.customers) for count in found.new],
        gone_customers=[_tally(count.segment_id, count.customers) for count in found.gone],
    )


def _sentence(found: MovesDocument) -> str:
    moved = _moved(found.moves)
    if found.basis != "joined":
        where = "in" if found.basis == "newer_table" else "drawn from"
        who = f"of {_counted(found.customers)} {where} the table of {found.to_version}"
        told = f"The change of the model alone moves {number_text(moved) if moved else 'none'} {who}."
    elif moved:
        told = f"{number_text(moved)} of {_counted(found.customers)} moved: {_causes(found.moves)}."
    else:
        told = f"None of {_counted(found.customers)} moved."
    return " ".join([told, *_crossings(found)])


def _crossings(found: MovesDocument) -> list[str]:
    """Say how many became exceptional or ceased to be, and why: no sentence where nobody did."""
    apart = {segment.segment_id for segment in found.segments if segment.is_exceptional}
    crossing = [move for move in found.moves if (move.from_segment in apart) != (move.to_segment in apart)]
    ways = (
        ("became exceptional", [move for move in crossing if move.to_segment in apart]),
        ("ceased to be exceptional", [move for move in crossing if move.from_segment in apart]),
    )
    return [f"{number_text(_moved(moves))} {words}: {_causes(moves)}." for words, moves in ways if moves]


def _causes(moves: Sequence[Move]) -> str:
    totals = {why: sum(getattr(move, cause) for move in moves) for cause, why in CAUSES}
    return ", ".join(f"{number_text(total)} {why}" for why, total in totals.items() if total)


def _moved(moves: Sequence[Move]) -> int:
    return sum(move.by_data + move.by_model + move.by_both for move in moves)


def _counted(customers: int) -> str:
    return "1 customer" if customers == 1 else f"{number_text(customers)} customers"


def _segment(
    segment: NamedSegment, found: MovesDocument, recipe: Recipe, edits: Mapping[int, EditedText]
) -> MovedSegment:
    source = recipe.exceptional if segment.is_exceptional else recipe.find_persona(segment.persona)
    edit = edits.get(segment.segment_id, EditedText())
    slot = edit.slot or segment.slot
    is_born, is_retired = segment.segment_id in found.born, segment.segment_id in found.retired
    return MovedSegment(
        segment_id=segment.segment_id,
        name=edit.name or (segment.name if source is None else source.name),
        slot=slot,
        color=SEGMENT_COLOURS[slot - 1],
        change="born" if is_born else "retired" if is_retired else "kept",
        is_exceptional=segment.is_exceptional,
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
