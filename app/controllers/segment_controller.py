"""Segments of a recipe: their names, colours and strategies, as people want them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from app.controllers.dependencies import NamedRecipe, Segments
from app.controllers.resource_route import CHANGE_FAULTS, SHOW_FAULTS, ResourceRoute
from app.controllers.same_origin import SAME_ORIGIN
from app.schemas.segment import SegmentChange, SegmentList, SegmentRead

router = APIRouter(prefix="/api/v1/recipes/{recipe}/segments", tags=["Segments"], route_class=ResourceRoute)


SegmentId = Annotated[int, Path(description="Permanent id of a segment.", examples=[1])]


@router.get("", summary="Segments with what people wrote", responses=SHOW_FAULTS)
def list_segments(named: NamedRecipe, segments: Segments) -> SegmentList:
    """Every segment of the active version, and which of its fields a person has changed."""
    return segments.list_segments(named)


@router.patch(
    "/{segment_id}",
    summary="Rename, recolour or rewrite a segment",
    dependencies=[SAME_ORIGIN],
    responses=CHANGE_FAULTS,
)
def change_segment(
    segment_id: SegmentId, named: NamedRecipe, body: SegmentChange, segments: Segments
) -> SegmentRead:
    """Kept over retrainings for as long as the segment lives; null goes back to the model version's own."""
    return segments.change_segment(named, segment_id, body)
