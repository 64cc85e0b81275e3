"""Reads what a page's form sends without a file."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import Request

from app.core.errors import RequestRefused

MOST_FIELDS = 10_000


async def read_fields(request: Request) -> dict[str, str]:
    """Return the fields of a form; of one that comes twice, the first.

    Raises
    ------
    RequestRefused
        If it is no such form, or none in UTF-8.
    """
    try:
        text = (await request.body()).decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise RequestRefused("send the form as a browser does: names and values in UTF-8") from None
    return dict(reversed(pairs))
