"""The pages between a customer table and its segments: forms that work without script."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.controllers.dependencies import NamedRecipe, SegmentForms, Segmenting, Trainings
from app.controllers.page_form import FormFields
from app.controllers.same_origin import SAME_ORIGIN
from app.controllers.templating import render
from app.schemas.job import JobRead

router = APIRouter(include_in_schema=False)

GREATEST = 999_999_999
LONGEST = 40
Known = Annotated[str, Query(max_length=LONGEST)]
SegmentId = Annotated[int, Path(ge=0, le=GREATEST)]


@router.get("/datasets/{dataset_id}/segment", response_class=HTMLResponse)
def show_form(
    request: Request, dataset_id: str, segmenting: Segmenting, search: Known = "", draft: Known = ""
) -> HTMLResponse:
    """Show the recipe that a table suggests, or that a draft of a search makes of it."""
    return render(request, "segmenting.html", segmenting.show(dataset_id, search, draft))


@router.post("/datasets/{dataset_id}/segment", dependencies=[SAME_ORIGIN])
def submit_form(request: Request, dataset_id: str, fields: FormFields, segmenting: Segmenting) -> Response:
    """Make the recipe, begin its training and go to it."""
    found = segmenting.submit(dataset_id, fields)
    if isinstance(found, JobRead):
        return _go(f"/trainings/{found.id}")
    return render(request, "segmenting.html", found, 422)


@router.post("/trainings", dependencies=[SAME_ORIGIN])
def begin_training(fields: FormFields, trainings: Trainings) -> Response:
    """Train a recipe on one of its tables and go to the training."""
    names = ("recipe", "table", "key", "segments")
    recipe, table, key, segments = (fields.get(name, [""])[0][:LONGEST] for name in names)
    return _go(f"/trainings/{trainings.begin(recipe, table, key, is_open=segments == 'auto').id}")


@router.get("/trainings/{training_id}", response_class=HTMLResponse)
def show_training(request: Request, training_id: str, trainings: Trainings) -> HTMLResponse:
    """Show how far a training is, or what came of it."""
    return render(request, "training.html", trainings.show(training_id))


@router.post("/trainings/{training_id}/cancel", dependencies=[SAME_ORIGIN])
def cancel_training(training_id: str, trainings: Trainings) -> Response:
    """Stop a training and show it again."""
    trainings.cancel(training_id)
    return _go(f"/trainings/{training_id}")


@router.get("/recipes/{recipe}/segments", response_class=HTMLResponse)
def show_segments(
    request: Request,
    named: NamedRecipe,
    forms: SegmentForms,
    done: Annotated[str | None, Query(max_length=20)] = None,
    segment: Annotated[int | None, Query(ge=0, le=GREATEST)] = None,
) -> HTMLResponse:
    """Show what each segment of the active version says, to be changed."""
    return render(request, "segments.html", forms.show(named, done, segment))


@router.post("/recipes/{recipe}/segments/{segment_id}", dependencies=[SAME_ORIGIN])
def change_segment(
    request: Request, named: NamedRecipe, segment_id: SegmentId, fields: FormFields, forms: SegmentForms
) -> Response:
    """Keep a person's words for a segment."""
    faulty = forms.change(named, segment_id, fields)
    if faulty is not None:
        return render(request, "segments.html", faulty, 422)
    return _go(f"/recipes/{named.recipe.name}/segments?done=saved&segment={segment_id}")


@router.post("/recipes/{recipe}/segments/{segment_id}/restore", dependencies=[SAME_ORIGIN])
def restore_segment(named: NamedRecipe, segment_id: SegmentId, forms: SegmentForms) -> Response:
    """Go back to the model version's own words."""
    forms.restore(named, segment_id)
    return _go(f"/recipes/{named.recipe.name}/segments?done=restored&segment={segment_id}")


def _go(address: str) -> Response:
    return RedirectResponse(address, status_code=303)
