"""Routes of what is listed, shown and changed: bodies are read strictly, what is known is not sent again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Query, Request, Response

from app.controllers.api_controller import problem_responses
from app.controllers.strict_json import StrictRoute

# why one thing cannot be shown, and why it cannot be changed by a body
SHOW_FAULTS = problem_responses(404, 422, 503)
CHANGE_FAULTS = problem_responses(400, 403, 404, 413, 415, 422, 503)
NOT_MODIFIED = {304: {"description": "It is as `If-None-Match` says"}}

Limit = Annotated[int, Query(ge=1, le=200, description="Most entries of a page.", examples=[50])]
Cursor = Annotated[str | None, Query(max_length=400, description="`next_cursor` of the page before.")]


class ResourceRoute(StrictRoute):
    """A strict route whose JSON answers to GET bear a weak `ETag`: the same one may be sent compressed.

    Unless told otherwise, the operation's id in the API's description is its handler's name.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        options["operation_id"] = options.get("operation_id") or endpoint.__name__
        if "GET" in (options.get("methods") or ()):
            options["responses"] = (options.get("responses") or {}) | NOT_MODIFIED
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the strict handler with the comparison of what is known."""
        handle = super().get_route_handler()
        if "GET" not in (self.methods or ()):
            return handle

        async def handle_if_new(request: Request) -> Response:
            response = await handle(request)
            # files and streams have other ways
            if response.status_code != 200 or response.media_type != "application/json":
                return response
            tag = f'W/"{hashlib.sha256(response.body).hexdigest()[:32]}"'
            response.headers["ETag"] = tag
            # it may tell of customers: nobody else's cache keeps it
            response.headers["Cache-Control"] = "private, no-cache"
            if not _is_known(request.headers.get("if-none-match", ""), tag):
                return response
            kept = {name: response.headers[name] for name in ("ETag", "Cache-Control")}
            return Response(status_code=304, headers=kept)

        return handle_if_new


def _is_known(sent: str, tag: str) -> bool:
    """Answer whether an ``If-None-Match`` names the tag; strong and weak compare alike (RFC 9110, 13.1.2)."""
    named = {part.strip().removeprefix("W/") for part in sent.split(",")}
    return "*" in named or tag.removeprefix("W/") in named
