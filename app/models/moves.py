"""Who moved between two versions: customers who changed, told apart from a model that changed.

Four placements of a customer decide: the old and the new model, each on the old and on the new row. Whoever
ends in another segment was moved by the data if the new row alone would have done it, by the model if the new
model alone would have, and by both otherwise (docs/decisions/0024-who-moved.md). Plain arithmetic, since
serving compares versions too; only counts leave this module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import ValidationError

from app.core.errors import ArtifactInvalid, VersionsDiffer
from app.models.ml_model import MLModel
from app.models.model_document import MOVES
from app.models.moves_document import Move, MovesDocument, NamedSegment, SegmentCount

Row = Sequence[float]
Basis = Literal["joined", "newer_table", "newer_sample"]
Cause = Literal["stayed", "by_data", "by_model", "by_both"]


def count_moves(
    old: MLModel, new: MLModel, before: Mapping[str, Row], after: Mapping[str, Row]
) -> MovesDocument:
    """Count who moved from the old version's table to the new one's.

    Parameters
    ----------
    before, after : mapping of id to row
        The rows (d values in own units) that the two versions were trained on, by the customer's id.

    Raises
    ------
    VersionsDiffer
        If the two place customers by different features.
    """
    _refuse_other_features(old, new)
    cells: Counter[tuple[int, int, Cause]] = Counter()
    new_counts: Counter[int] = Counter()
    for customer, row in after.items():
        earlier = before.get(customer)
        if earlier is None:
            new_counts[_place(new, row)] += 1
        else:
            cells[_compare(old, new, earlier, row)] += 1
    gone = Counter(_place(old, row) for customer, row in before.items() if customer not in after)
    return _document(old, new, "joined", cells, new_counts, gone)


def compare_models(old: MLModel, new: MLModel) -> MovesDocument:
    """Count whom the new model alone would move, on the training rows that it keeps for the maps.

    Raises
    ------
    VersionsDiffer
        If the two place customers by different features.
    """
    _refuse_other_features(old, new)
    sample = new.analysis.sample
    cells: Counter[tuple[int, int, Cause]] = Counter(_compare(old, new, row, row) for row in sample.features)
    basis: Basis = "newer_table" if sample.is_all else "newer_sample"
    return _document(old, new, basis, cells, Counter(), Counter())


def read_moves(files: Mapping[str, bytes]) -> MovesDocument | None:
    """Return the moves that a version's files hold, whose hashes were checked before, or None.

    Raises
    ------
    ArtifactInvalid
        If they are of another format.
    """
    if MOVES not in files:
        return None
    try:
        return MovesDocument.model_validate_json(files[MOVES])
    except ValidationError:
        raise ArtifactInvalid(f"{MOVES} is not what this program writes") from None


def _compare(old: MLModel, new: MLModel, earlier: Row, row: Row) -> tuple[int, int, Cause]:
    start, end = _place(old, earlier), _place(new, row)
    if start == end:
        return start, end, "stayed"
    # the same numbers need no second look
    is_same = tuple(earlier) == tuple(row)
    data_alone = not is_same and _place(old, row) != start
    model_alone = is_same or _place(new, earlier) != start
    if data_alone == model_alone:
        return start, end, "by_both"
    return start, end, "by_data" if data_alone else "by_model"


def _document(
    old: MLModel,
    new: MLModel,
    basis: Basis,
    cells: Counter[tuple[int, int, Cause]],
    new_counts: Counter[int],
    gone: Counter[int],
) -> MovesDocument:
    named = {segment.segment_id: segment for segment in (*old.segments, *new.segments)}
    old_ids = {segment.segment_id for segment in old.segments}
    new_ids = {segment.segment_id for segment in new.segments}
    stayed = Counter({start: n for (start, _, cause), n in cells.items() if cause == "stayed"})
    pairs = sorted({(start, end) for start, end, cause in cells if cause != "stayed"})
    return MovesDocument(
        from_version=old.label,
        to_version=new.label,
        basis=basis,
        segments=tuple(
            NamedSegment(segment_id=i, name=found.name, persona=found.persona, slot=found.slot)
            for i, found in sorted(named.items())
        ),
        born=tuple(sorted(new_ids - old_ids)),
        retired=tuple(sorted(old_ids - new_ids)),
        customers=cells.total(),
        stayed=_counts(stayed),
        moves=tuple(
            Move(
                from_segment=start,
                to_segment=end,
                by_data=cells[start, end, "by_data"],
                by_model=cells[start, end, "by_model"],
                by_both=cells[start, end, "by_both"],
            )
            for start, end in pairs
        ),
        new=_counts(new_counts),
        gone=_counts(gone),
    )


def _counts(found: Counter[int]) -> tuple[SegmentCount, ...]:
    return tuple(SegmentCount(segment_id=i, customers=n) for i, n in sorted(found.items()))


def _place(model: MLModel, row: Row) -> int:
    return model.segments[model.centroids.nearest(model.standardise(row))].segment_id


def _refuse_other_features(old: MLModel, new: MLModel) -> None:
    measured = [[feature.name for feature in model.document.features] for model in (old, new)]
    if measured[0] != measured[1]:
        raise VersionsDiffer(
            f"{old.label} and {new.label} place customers by different features, so no customer can be "
            "placed by both"
        )
