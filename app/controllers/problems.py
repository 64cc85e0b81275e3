"""Errors as answers: problem+json for programs, a page for people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from app.controllers.templating import render_error
from app.core.errors import ClienteleError
from app.schemas.page import ErrorPage
from app.schemas.problem import Problem, ProblemField

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 20
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]{1,40}")


async def answer_clientele_error(request: Request, error: Exception) -> Response:
    """Answer one of our own errors."""
    assert isinstance(error, ClienteleError)  # noqa: S101 - registered for this class only
    faults = [ProblemField(pointer=fault.pointer, detail=fault.sentence) for fault in error.faults]
    headers = {
        HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "10"},
        # what is left of the body is not waited for
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: {"Connection": "close"},
    }.get(HTTPStatus(error.status))
    return answer(request, error.code, error.status, error.title, error.detail, faults, headers)


async def answer_invalid_fields(request: Request, error: Exception) -> Response:
    """Answer 422 with a pointer and the broken bound for each field, never the rejected value."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    first = error.errors()[:MOST_FAULTS]
    faults = [ProblemField(pointer=_pointer(fault["loc"]), detail=fault["msg"]) for fault in first]
    named = ", ".join(sorted({fault.pointer.strip("/") for fault in faults} - {""})) or "the body"
    return answer(
        request, "input_invalid", 422, "Some fields are not acceptable", f"Look at {named}.", faults
    )


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: 404, 405."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    status = HTTPStatus(error.status_code)
    detail = {
        404: "There is nothing at this address.",
        405: "This address does not answer that method.",
    }.get(status, status.description or status.phrase)
    code = status.phrase.lower().replace(" ", "_").replace("-", "_")
    headers = dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = _methods_of(request)
    return answer(request, code, int(status), status.phrase, detail, headers=headers)


def answer(
    request: Request,
    code: str,
    status: int,
    title: str,
    detail: str,
    faults: Iterable[ProblemField] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """Make the answer to an error, in the form that the client reads."""
    request_id = request.scope.get("request_id", "")
    if _wants_page(request):
        response: Response = render_error(
            request, ErrorPage(code=code, status=status, title=title, detail=detail, request_id=request_id)
        )
    else:
        problem = Problem(
            type=f"urn:clientele:error:{code}",
            title=title,
            status=status,
            detail=detail,
            request_id=request_id,
            errors=list(faults),
        )
        response = JSONResponse(problem.model_dump(), status, media_type=MEDIA_TYPE)
    response.headers.update(headers or {})
    response.headers["Cache-Control"] = "no-store"
    return response


def _methods_of(request: Request) -> str:
    """Return what the address answers; the router names the methods of one of its routes only."""
    return ", ".join(
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.router.routes
        )
    )


def _wants_page(request: Request) -> bool:
    # not request.url, which is put together from the Host header too
    path: str = request.scope["path"]
    return not path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def _pointer(location: tuple[Any, ...]) -> str:
    """Return the JSON pointer of a field; a name that a client made up freely is not repeated."""
    parts = [str(part) for part in location if part not in ("body", "query", "path", "header")]
    return "".join(f"/{part}" if _PLAIN_NAME.fullmatch(part) else "/…" for part in parts)
