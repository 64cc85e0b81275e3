"""Fields of a form that a page of ours sends: text alone, without what no person types."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from app.core.errors import RequestRefused

MOST_FIELDS = 10_000
# the databases, and the files that tell of recipes, keep none of these
_UNTYPED = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

Fields = dict[str, list[str]]


async def _read_fields(request: Request) -> Fields:
    form = await request.form(max_fields=MOST_FIELDS, max_files=0)
    fields: Fields = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(_UNTYPED.sub("", value.replace("\r\n", "\n")))
    return fields


FormFields = Annotated[Fields, Depends(_read_fields)]
"""Every value of each field, by the field's name; empty where the body is no form."""


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
