"""Answers 429 to a client that asks more often than it may."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.controllers.problems import answer
from app.core.rate_limit import RateLimit

# asked again and again by whoever runs us
EXEMPT = "/api/v1/health"


class RateLimiter:
    """Counts requests below /api and predictions under the older address; pages, probes and files are free.

    The client is the connection's, or the one that a trusted proxy names: see `ProxyTrust`.
    """

    def __init__(self, app: ASGIApp, limit: RateLimit) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and _is_counted(scope):
            client = scope.get("client")
            wait = self._limit.take(client[0] if client else "")
            if wait:
                headers = {"Retry-After": str(wait)}
                detail = f"Please wait {wait} s."
                refusal = answer(
                    Request(scope), "too_many_requests", 429, "Too many requests", detail, headers=headers
                )
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _is_counted(scope: Scope) -> bool:
    path: str = scope["path"]
    if path.startswith("/api/"):
        return path != EXEMPT
    return path == "/predict" and scope["method"] == "POST"
