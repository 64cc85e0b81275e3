"""JSON bodies read strictly: what JSON does not have, and what could not be answered as JSON, is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from app.core.errors import BodyNotJson, JsonMalformed

LONGEST_NUMBER = 400

Checked = TypeVar("Checked", bound=BaseModel)


class StrictRoute(APIRoute):
    """A route whose JSON body is read by `parse_strictly` before anything else looks at it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler with the strict reading."""
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def handle_strictly(request: Request) -> Response:
            return await handle(_Parsed(request, await read_strictly(request)))

        return handle_strictly


class _Parsed(Request):
    """The same request with its body already read; FastAPI asks for `body` and `json` and gets these."""

    def __init__(self, request: Request, parsed: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._parsed = parsed

    async def body(self) -> bytes:
        """Say that there is a body, without keeping it twice."""
        return b"{}"

    async def json(self) -> Any:
        """Return what was parsed."""
        return self._parsed


async def read_strictly(request: Request) -> Any:
    """Read the body of a request that says that it is JSON.

    Raises
    ------
    BodyNotJson, JsonMalformed
        If it says something else, or is something else.
    """
    _refuse_other_media(request.headers.get("content-type", ""))
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BodyNotJson("Send the body without compression.")
    return parse_strictly(await _read(request.receive))


def check_body(schema: type[Checked], parsed: Any) -> Checked:
    """Validate what was parsed; raise `RequestValidationError` for what is not acceptable."""
    try:
        return schema.model_validate(parsed)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False, include_input=False)) from None


def parse_strictly(body: bytes) -> Any:
    """Parse JSON text in UTF-8.

    Raises
    ------
    JsonMalformed
        For what is no JSON (``NaN``, ``Infinity``, trailing text, a byte order mark, UTF-16), numbers that
        overflow, repeated keys, lone surrogates, and nesting too deep to be meant.
    """
    if not body:
        raise JsonMalformed("The body is empty; send a JSON object.")
    try:
        parsed = _DECODER.decode(body.decode("utf-8"))
        if b"\\u" in body:
            # only an escape can bring a lone surrogate, which survives parsing and breaks on its way out
            json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError:
        raise JsonMalformed("The body is not UTF-8 text.") from None
    except UnicodeEncodeError:
        raise JsonMalformed("The body has half of a surrogate pair, which is no character.") from None
    except json.JSONDecodeError as error:
        raise JsonMalformed(f"The body is not JSON: line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise JsonMalformed("The body is nested too deeply.") from None
    return parsed


async def _read(receive: Receive) -> bytes:
    # Starlette's own goes through an asynchronous generator, which costs as much as parsing what it read
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


@lru_cache(maxsize=64)
def _refuse_other_media(content_type: str) -> None:
    media, _, parameters = content_type.partition(";")
    if media.strip().lower() != "application/json":
        raise BodyNotJson("Send the body as JSON, with Content-Type: application/json.")
    named = [
        part.split("=", 1)[1]
        for part in parameters.lower().replace('"', "").replace(" ", "").split(";")
        if part.startswith("charset=")
    ]
    if named not in ([], ["utf-8"]):
        raise BodyNotJson("Send the body in UTF-8.")


def _refuse_constant(_: str) -> None:
    raise JsonMalformed("The body has NaN or Infinity, which JSON does not know.")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise JsonMalformed("The body has a number too large to be held.")
    return value


def _sane_integer(text: str) -> int | float:
    if len(text) > LONGEST_NUMBER:
        raise JsonMalformed("The body has a number too large to be held.")
    # beyond 64 bits a whole number is read as any JSON reader would: as a double
    return int(text) if len(text) < 19 else _finite(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonMalformed("The body has an object with the same key twice.")
    return found


_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant,
    parse_float=_finite,
    parse_int=_sane_integer,
    object_pairs_hook=_unique,
)
