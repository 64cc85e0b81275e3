"""Fields of a form that a page of ours sends: text alone, without what no person types."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Request

MOST_FIELDS = 5_000
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
