"""Swagger UI and ReDoc without internet: their files come from an installed package, never from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.controllers.middleware.security_headers import PAGE_POLICY
from app.controllers.static_assets import FOREVER, AssetTree, answer_asset
from app.controllers.templating import render
from app.schemas.page import DocsPage

# ReDoc fills <style> elements that it adds empty, and one more with a fixed text: both are allowed by hash.
# It searches in a worker made from a blob.
REDOC_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
)
REDOC_POLICY = (
    PAGE_POLICY.replace("style-src 'self'", f"style-src 'self' {' '.join(REDOC_STYLES)}")
    + "; worker-src blob:"
)

# ReDoc would fetch its logo from its maker's network; it gets an empty picture instead
REDOC_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
EMPTY_PICTURE = b"data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E"

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
    folder = Path(found.origin).parent / "static"
    return AssetTree(folder, "/docs/assets", mend=lambda content: content.replace(REDOC_LOGO, EMPTY_PICTURE))


def _page() -> DocsPage:
    tree = docs_assets()
    return DocsPage(
        script=tree.url("swagger-ui-bundle.js"),
        style=tree.url("swagger-ui.css"),
        redoc=tree.url("redoc.standalone.js"),
        schema_url="/openapi.json",
    )
