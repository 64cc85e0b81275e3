"""Model versions of a recipe: list, activate, roll back, delete, download, who moved; and their page."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from app.controllers.api_controller import problem_responses
from app.controllers.dependencies import NamedRecipe, VersionPages
from app.controllers.same_origin import SAME_ORIGIN
from app.controllers.templating import render
from app.core.errors import ClienteleError
from app.schemas.version import MovesRead, VersionList, VersionRead
from app.services.version_service import AT_ONCE, MOST_AT_ONCE

router = APIRouter(prefix="/api/v1/recipes/{recipe}/versions", tags=["Versions"])

pages = APIRouter(prefix="/models", include_in_schema=False)

GREATEST = 999_999_999
Number = Annotated[int, Path(ge=1, le=GREATEST, description="Number of a version.", examples=[3])]
Since = Annotated[
    int | None,
    Query(alias="from", ge=1, le=GREATEST, description="The older version; unless given, the one before it."),
]
PageNumber = Annotated[int | None, Query(ge=1, le=GREATEST)]
CHANGE = problem_responses(403, 404, 409, 422, 503)
ARCHIVE: dict[str, Any] = {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}


@router.get(
    "",
    summary="Versions of a recipe",
    operation_id="list_versions",
    responses=problem_responses(404, 422),
)
def list_versions(
    named: NamedRecipe,
    limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE, description="How many.")] = AT_ONCE,
    after: Annotated[
        int | None, Query(ge=1, le=GREATEST, description="Only older ones: the last page's `next_after`.")
    ] = None,
) -> VersionList:
    """Every version on disk, the newest first, in its main numbers; which one is in use."""
    return named.versions.list_versions(limit, after)


@router.get(
    "/{version:int}",
    summary="One version",
    operation_id="get_version",
    response_model=VersionRead,
    responses=problem_responses(404, 422, 503) | {304: {"description": "It is as `If-None-Match` says"}},
)
def get_version(named: NamedRecipe, version: Number, request: Request, response: Response) -> Any:
    """Model card, evidence, segments and files of one version, with an `ETag`."""
    found = named.versions.get_version(version)
    # weak: the same answer may be sent compressed
    tag = f'W/"{hashlib.sha256(found.model_dump_json().encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if _is_known(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return found


@router.post(
    "/{version:int}/activate",
    summary="Put a version into use",
    operation_id="activate_version",
    dependencies=[SAME_ORIGIN],
    responses=CHANGE,
)
def activate_version(named: NamedRecipe, version: Number) -> VersionRead:
    """Move the pointer to this version; asking twice changes nothing. Every worker follows by itself."""
    return named.versions.activate(version)


@router.post(
    "/rollback",
    summary="Go back to the version before",
    operation_id="roll_back_version",
    dependencies=[SAME_ORIGIN],
    responses=CHANGE,
)
def roll_back_version(
    named: NamedRecipe,
    leaving: Annotated[
        int | None,
        Query(
            ge=1,
            le=GREATEST,
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
    operation_id="delete_version",
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
    operation_id="download_version",
    response_class=StreamingResponse,
    responses={**problem_responses(404, 422, 503), 200: {"description": "A zip archive"} | ARCHIVE},
)
def download_version(named: NamedRecipe, version: Number) -> StreamingResponse:
    """Send the version's files as a zip archive, with their SHA-256 in `SHA256SUMS`."""
    download = named.versions.download(version)
    headers = {"Content-Disposition": f'attachment; filename="{download.name}"'}
    return StreamingResponse(download.pieces, media_type="application/zip", headers=headers)


@router.get(
    "/{version:int}/moves",
    summary="Who moved, and why",
    operation_id="get_moves",
    responses=problem_responses(404, 409, 422, 503),
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


def _is_known(sent: str, tag: str) -> bool:
    """Answer whether an ``If-None-Match`` names the tag; strong and weak compare alike (RFC 9110, 13.1.2)."""
    named = {part.strip().removeprefix("W/") for part in sent.split(",")}
    return "*" in named or tag.removeprefix("W/") in named
