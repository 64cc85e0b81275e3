"""Swagger UI and ReDoc without internet: their files come from an installed package, never from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.controllers.static_assets import FOREVER, AssetTree, answer_asset
from app.controllers.templating import render
from app.schemas.page import DocsPage

# ReDoc draws its styles through the browser's own interfaces and searches in a worker made from a blob
REDOC_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False)


@router.get("/docs", response_class=HTMLResponse)
async def show_swagger(request: Request) -> HTMLResponse:
    """Show the API with forms to try it."""
    return render(request, "swagger.html", _page())


@router.get("/redoc", response_class=HTMLResponse)
async def show_redoc(request: Request) -> HTMLResponse:
    """Show the API as a document."""
    page = render(request, "redoc.html", _page())
    page.headers["Content-Security-Policy"] = REDOC_POLICY
    return page


@router.api_route("/docs/assets/{digest}/{name}", methods=["GET", "HEAD"])
def read_docs_file(request: Request, digest: str, name: str) -> Response:
    """Send one file of the package; the first of them is read and compressed on demand."""
    return answer_asset(request, docs_assets().get(digest, name), FOREVER)


@cache
def docs_assets() -> AssetTree:
    """Read the package's files; it is found without being imported."""
    found = find_spec("fastapi_offline")
    if found is None or found.origin is None:
        raise RuntimeError("the package fastapi-offline is not installed")
    return AssetTree(Path(found.origin).parent / "static", mount="/docs/assets")


def _page() -> DocsPage:
    tree = docs_assets()
    return DocsPage(
        script=tree.url("swagger-ui-bundle.js"),
        style=tree.url("swagger-ui.css"),
        redoc=tree.url("redoc.standalone.js"),
        schema_url="/openapi.json",
    )
