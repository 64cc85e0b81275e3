"""The busiest addresses, answered in front of the router.

FastAPI finds the route, opens two exit stacks, solves dependencies that are not there and validates an answer
that we made: several times the work of a placement. Here an address is looked up, its body read strictly and
validated by the recipe's schema, its handler called and the answer written. The description of the API, what
other methods are told, and the form of every error stay FastAPI's and ours.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from app.controllers.problems import answer_clientele_error, answer_invalid_fields
from app.controllers.strict_json import check_body, read_strictly
from app.core.errors import ClienteleError


class DirectRoute(APIRoute):
    """A route whose handler takes the checked body and the request, and nothing else."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Make the handler, which the router and `DirectRoutes` call alike."""
        handle = self.endpoint
        schema: type[BaseModel] = handle.__annotations__["body"]

        async def handle_directly(request: Request) -> Response:
            body = check_body(schema, await read_strictly(request))
            answer: BaseModel = await handle(body, request)
            return Response(answer.__pydantic_serializer__.to_json(answer), media_type="application/json")

        return handle_directly


class DirectRoutes:
    """Answers the POST requests of a router's direct routes, and passes everything else on."""

    def __init__(self, app: ASGIApp, router: APIRouter) -> None:
        self._app = app
        self._routes = {
            route.path: (route, route.get_route_handler())
            for route in router.routes
            if isinstance(route, DirectRoute)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        found = self._routes.get(scope["path"]) if scope.get("method") == "POST" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["route"], handle = found
        request = Request(scope, receive)
        try:
            response = await handle(request)
        except ClienteleError as error:
            response = await answer_clientele_error(request, error)
        except RequestValidationError as error:
            response = await answer_invalid_fields(request, error)
        await response(scope, receive, send)
