"""The pages."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.controllers.dependencies import ModelCards, SegmentMaps
from app.controllers.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=HTMLResponse)
async def show_home(request: Request, maps: SegmentMaps) -> HTMLResponse:
    """Show the map, and where the customer of the query belongs."""
    page = maps.home(request.query_params)
    return render(request, "home.html", page, 200 if page.answer else 422)


@router.get("/about", response_class=HTMLResponse)
async def show_about(request: Request, cards: ModelCards) -> HTMLResponse:
    """Show what the model is and how far to trust it."""
    return render(request, "about.html", cards.about())
