"""A request id, one log line and one count a request, and an answer even to our own faults."""

from __future__ import annotations

import re
import secrets
from itertools import count
from time import perf_counter

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.controllers.problems import answer
from app.core.request_log import RequestLog
from app.core.request_metrics import RequestMetrics

_SANE_ID = re.compile(rb"[A-Za-z0-9_-]{8,64}")

# unique without asking the system for randomness at every request
_PROCESS, _COUNT = secrets.token_hex(4), count()

_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})

# nobody is left to be answered; the log says so with the number that proxies use
CLIENT_GONE = 499

log = structlog.get_logger("clientele.request")


class RequestContext:
    """Gives each request an id (the client's own, if it is short and plain), returns, logs and counts it."""

    def __init__(self, app: ASGIApp, request_log: RequestLog, metrics: RequestMetrics) -> None:
        self._app = app
        self._log = request_log
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope["request_id"] = _request_id(scope)
        status, started = 0, perf_counter()
        self._metrics.begin()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            status = CLIENT_GONE
        except Exception:
            log.exception("request_failed", request_id=request_id, method=scope["method"])
            if status:
                raise
            detail = "Please try again; if it stays, report the request id."
            problem = answer(
                Request(scope), "internal_error", 500, "Something went wrong on our side", detail
            )
            await problem(scope, receive, send_with_id)
        finally:
            seconds, method = perf_counter() - started, scope["method"]
            self._log.add(request_id, method, scope["path"][:200], status, 1000 * seconds)
            # the template, never the path: strangers could fill a monitoring system with paths
            route = getattr(scope.get("route"), "path", "none")
            self._metrics.end(method if method in _METHODS else "other", route, status, seconds)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_ID.fullmatch(value):
            return str(value.decode("ascii"))
    return f"{_PROCESS}{next(_COUNT):08x}"
