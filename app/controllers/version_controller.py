"""Model versions of a recipe: list, activate, roll back, delete, download, who moved; and their page."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from app.controllers.api_controller import problem_responses
from app.controllers.dependencies import NamedRecipe, VersionPages
from app.controllers.resource_route import SHOW_FAULTS, Limit, ResourceRoute
from app.controllers.same_origin import SAME_ORIGIN
from app.controllers.templating import render
from app.core.errors import ClienteleError
from app.schemas.version import MovesRead, VersionList, VersionRead
from app.services.version_service import Download

router = APIRouter(prefix="/api/v1/recipes/{recipe}/versions", tags=["Versions"], route_class=ResourceRoute)

pages = APIRouter(prefix="/models", include_in_schema=False)

GREATEST = 999_999_999
Number = Annotated[int, Path(ge=1, le=GREATEST, description="Number of a version.", examples=[3])]
Since = Annotated[
    int | None,
    Query(
        alias="from",
        ge=1,
        le=GREATEST,
        examples=[2],
        description="The older version; unless given, the one before it.",
    ),
]
PageNumber = Annotated[int | None, Query(ge=1, le=GREATEST)]
CHANGE = problem_responses(403, 404, 409, 422, 503)
IMAGE: dict[str, Any] = {"content": {"image/svg+xml": {"schema": {"type": "string"}}}}
ARCHIVE: dict[str, Any] = {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}


@router.get("", summary="Versions of a recipe", responses=problem_responses(404, 422))
def list_versions(
    named: NamedRecipe,
    limit: Limit = 50,
    cursor: Annotated[
        int | None, Query(ge=1, le=GREATEST, description="`next_cursor` of the page before.")
    ] = None,
) -> VersionList:
    """Every version on disk, the newest first, in its main numbers; which one is in use."""
    return named.versions.list_versions(limit, cursor)


@router.get("/{version:int}", summary="One version", responses=SHOW_FAULTS)
def get_version(named: NamedRecipe, version: Number) -> VersionRead:
    """Model card, evidence, segments and files of one version, with an `ETag`."""
    return named.versions.get_version(version)


@router.post(
    "/{version:int}/activate", summary="Put a version into use", dependencies=[SAME_ORIGIN], responses=CHANGE
)
def activate_version(named: NamedRecipe, version: Number) -> VersionRead:
    """Move the pointer to this version; asking twice changes nothing. Every worker follows by itself."""
    return named.versions.activate(version)


@router.post(
    "/rollback", summary="Go back to the version before", dependencies=[SAME_ORIGIN], responses=CHANGE
)
def roll_back_version(
    named: NamedRecipe,
    leaving: Annotated[
        int | None,
        Query(
            ge=1,
            le=GREATEST,
            examples=[3],
            description="The version to leave: 409 if another one is in use by now, so that a request that "
            "comes twice goes back once.",
        ),
    ] = None,
) -> VersionRead:
    """Put the version into use that was in use before this one, one further back each time."""
    return named.versions.roll_back(leaving)


@router.delete(
    "/{version:int}",
    summary="Delete a version",
    status_code=204,
    dependencies=[SAME_ORIGIN],
    responses=CHANGE,
)
def delete_version(named: NamedRecipe, version: Number) -> None:
    """Delete a version that is not in use. Its number and its segment ids are never given again."""
    named.versions.delete_version(version)


@router.get(
    "/{version:int}/download",
    summary="Download a version",
    response_class=StreamingResponse,
    responses={**SHOW_FAULTS, 200: {"description": "A zip archive"} | ARCHIVE},
)
def download_version(named: NamedRecipe, version: Number) -> StreamingResponse:
    """Send the version's files as a zip archive, with their SHA-256 in `SHA256SUMS`."""
    return _send(named.versions.download(version), "application/zip")


@router.get(
    "/{version:int}/curves.svg",
    summary="The curves over the number of segments as an image",
    response_class=StreamingResponse,
    responses={**SHOW_FAULTS, 200: {"description": "An SVG file"} | IMAGE},
)
def download_curves(named: NamedRecipe, version: Number) -> StreamingResponse:
    """Send silhouette, Davies-Bouldin, Calinski-Harabasz and the elbow of the inertia, drawn over k."""
    return _send(named.versions.draw_curves(version), "image/svg+xml")


@router.get(
    "/{version:int}/moves", summary="Who moved, and why", responses=problem_responses(404, 409, 422, 503)
)
def get_moves(named: NamedRecipe, version: Number, since: Since = None) -> MovesRead:
    """Count who moved into this version from an older one: because they changed, or because the model did."""
    return named.versions.get_moves(version, since)


@pages.get("", response_class=HTMLResponse)
def show_versions(
    request: Request,
    versions: VersionPages,
    recipe: Annotated[str | None, Query(max_length=40)] = None,
    after: PageNumber = None,
    moves: PageNumber = None,
    done: Annotated[str | None, Query(max_length=20)] = None,
    version: PageNumber = None,
) -> HTMLResponse:
    """Show the versions of a recipe side by side, and who moved."""
    told = (done, version) if done and version else None
    return render(request, "models.html", versions.show(recipe, after, moves, told))


@pages.get("/{recipe}/{version:int}/delete", response_class=HTMLResponse)
def ask_to_delete(request: Request, versions: VersionPages, recipe: str, version: Number) -> HTMLResponse:
    """Ask before a version is deleted."""
    return render(request, "model-delete.html", versions.ask_to_delete(recipe, version))


@pages.post("/{recipe}/{version:int}/{change}", dependencies=[SAME_ORIGIN])
def change_version(
    request: Request,
    named: NamedRecipe,
    versions: VersionPages,
    version: Number,
    change: Literal["activate", "delete", "roll-back"],
) -> Response:
    """Do what a form asks and show the page again; `roll-back` leaves the version that it names."""
    try:
        if change == "activate":
            done, number = "activated", named.versions.activate(version).version
        elif change == "delete":
            named.versions.delete_version(version)
            done, number = "deleted", version
        else:
            done, number = "rolled-back", named.versions.roll_back(version).version
    except ClienteleError as error:
        page = versions.show(named.recipe.name, fault=error)
        return render(request, "models.html", page, error.status)
    told = urlencode({"recipe": named.recipe.name, "done": done, "version": number})
    return RedirectResponse(f"/models?{told}", status_code=303)


def _send(download: Download, media_type: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{download.name}"'}
    return StreamingResponse(download.pieces, media_type=media_type, headers=headers)
