"""Who moved between two versions: customers who changed, told apart from a model that changed.

Four placements of a customer decide: the old and the new model, each on the old and on the new row. Whoever
ends in another segment was moved by the data if the new row alone would have done it, by the model if the new
model alone would have, and by both otherwise (docs/decisions/0024-who-moved.md). Plain arithmetic, since
serving compares versions too; only counts leave this module.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from pydantic import ValidationError

from app.core.errors import ArtifactInvalid, VersionsDiffer
from app.models.ml_model import MLModel
from app.models.model_document import MOVES, FeatureState
from app.models.moves_document import Move, MovesDocument, NamedSegment, SegmentCount

Row = Sequence[float]
Place = Callable[[Row], int]
Basis = Literal["joined", "newer_table", "newer_sample"]
Cause = Literal["stayed", "by_data", "by_model", "by_both"]


def count_moves(
    old: MLModel, new: MLModel, before: Mapping[str, Row], after: Mapping[str, Row]
) -> MovesDocument:
    """Count who moved from the old version's table to the new one's.

    Parameters
    ----------
    before, after : mapping of id to row
        The rows that the two versions were trained on, by the customer's id: d values in own units, a
        category's as its place in the new version's levels.

    Raises
    ------
    VersionsDiffer
        If the two place customers by different features.
    """
    by_old, by_new = _placements(old, new)
    cells: Counter[tuple[int, int, Cause]] = Counter()
    new_counts: Counter[int] = Counter()
    for customer, row in after.items():
        earlier = before.get(customer)
        if earlier is None:
            new_counts[by_new(row)] += 1
        else:
            cells[_compare(by_old, by_new, earlier, row)] += 1
    gone = Counter(by_old(row) for customer, row in before.items() if customer not in after)
    return _document(old, new, "joined", cells, new_counts, gone)


def compare_models(old: MLModel, new: MLModel) -> MovesDocument:
    """Count whom the new model alone would move, on the training rows that it keeps for the maps.

    Raises
    ------
    VersionsDiffer
        If the two place customers by different features.
    """
    places = _placements(old, new)
    sample = new.analysis.sample
    cells: Counter[tuple[int, int, Cause]] = Counter(_compare(*places, row, row) for row in sample.features)
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


def _compare(old: Place, new: Place, earlier: Row, row: Row) -> tuple[int, int, Cause]:
    start, end = old(earlier), new(row)
    if start == end:
        return start, end, "stayed"
    # the same numbers need no second look
    is_same = tuple(earlier) == tuple(row)
    data_alone = not is_same and old(row) != start
    model_alone = is_same or new(earlier) != start
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
    before, after = _named_segments(old), _named_segments(new)
    old_ids, new_ids = set(before), set(after)
    stayed = Counter({start: n for (start, _, cause), n in cells.items() if cause == "stayed"})
    pairs = sorted({(start, end) for start, end, cause in cells if cause != "stayed"})
    return MovesDocument(
        from_version=old.label,
        to_version=new.label,
        basis=basis,
        segments=tuple(found for _, found in sorted((before | after).items())),
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


def _named_segments(model: MLModel) -> dict[int, NamedSegment]:
    """Return a model's segments by their ids, the exceptional among them."""
    named = [
        NamedSegment(segment_id=own.segment_id, name=own.name, persona=own.persona, slot=own.slot)
        for own in model.segments
    ]
    if apart := model.document.exceptional:
        named.append(
            NamedSegment(
                segment_id=apart.segment_id,
                name=apart.name,
                persona=None,
                slot=apart.slot,
                is_exceptional=True,
            )
        )
    return {segment.segment_id: segment for segment in named}


def _placements(old: MLModel, new: MLModel) -> tuple[Place, Place]:
    _refuse_other_features(old, new)
    return _placing(old, new.document.features), _placing(new, new.document.features)


def _placing(model: MLModel, read: Sequence[FeatureState]) -> Place:
    """Return what gives a row its segment by one model, the segment of the exceptional among them.

    Rows hold a category as its place in the levels of the features `read`, which a model may have in another
    order; a gap is the mean to a model that knows none.
    """
    own, apart = model.document.features, model.document.exceptional
    reordered = [
        (place, mine, theirs)
        for place, (mine, theirs) in enumerate(zip(own, read, strict=True))
        if mine.levels != theirs.levels
    ]

    def place(row: Row) -> int:
        values = list(row)
        for at, mine, theirs in reordered:
            word = theirs.word_of(values[at])
            values[at] = math.nan if word is None else mine.place_of(word)
        if model.document.encoding is None:
            values = [mine.mean if math.isnan(x) else x for mine, x in zip(own, values, strict=True)]
        found = model.lands(values)
        if found is None and apart is not None:
            return apart.segment_id
        return model.segments[found or 0].segment_id

    return place


def _refuse_other_features(old: MLModel, new: MLModel) -> None:
    measured = [[(feature.name, feature.kind) for feature in model.document.features] for model in (old, new)]
    if measured[0] != measured[1]:
        raise VersionsDiffer(
            f"{old.label} and {new.label} place customers by different features, so no customer can be "
            "placed by both"
        )
