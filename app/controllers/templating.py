"""HTML from templates: autoescaped, strict about undefined names, one typed object a page."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.controllers.static_assets import ASSETS
from app.schemas.base import Answer
from app.schemas.page import ErrorPage
from app.utils.quantities import axis_title, is_scale, number_text, range_text, with_unit

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(asset=ASSETS.url)
    environment.filters.update(
        number=number_text,
        percent=_percent,
        day=_day,
        from_json=_from_json,
        sentence=_sentence,
        with_unit=with_unit,
        axis_title=axis_title,
    )
    environment.globals.update(range_text=range_text)
    environment.tests.update(scale_name=is_scale)
    return environment


def render(request: Request, template: str, page: Answer, status: int = 200) -> HTMLResponse:
    """Render one page.

    Parameters
    ----------
    request : Request
        Its path marks the current entry of the navigation.
    template : str
        File under ``templates/pages``.
    page : Answer
        All that the template sees, as `page`.
    status : int
        HTTP status of the answer.
    """
    text = ENVIRONMENT.get_template(f"pages/{template}").render(
        page=page, path="/" + request.url.path.lstrip("/")
    )
    return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-cache"})


def render_error(request: Request, page: ErrorPage) -> HTMLResponse:
    """Render an error as a page with its status."""
    return render(request, "error.html", page, page.status)


def _percent(share: float, decimals: int = 0) -> str:
    return f"{number_text(100 * share, decimals)} %"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


@lru_cache(maxsize=4)
def _from_json(text: str) -> Any:
    return json.loads(text)


ENVIRONMENT = _environment()
