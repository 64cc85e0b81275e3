"""Only https: plain requests are sent over or refused, and browsers are told to stay."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.controllers.problems import answer

# asked by whoever runs us, from within
EXEMPT = ("/livez", "/readyz")
# subdomains are not ours to decide about
STAY = "max-age=31536000"


class HttpsOnly:
    """Answers plain GET and HEAD with 308 to https, other plain methods with 403; adds HSTS to the rest.

    A form or a key that was sent in the clear is refused rather than redirected, so that it is noticed.
    The Host header was checked before: `RequestGuard` stands outside of this layer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] in EXEMPT:
            await self._app(scope, receive, send)
        elif scope["scheme"] == "https":
            await self._app(scope, receive, _with_hsts(send))
        else:
            await _turn_away(scope)(scope, receive, send)


def _with_hsts(send: Send) -> Send:
    async def send_with_hsts(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Strict-Transport-Security"] = STAY
        await send(message)

    return send_with_hsts


def _turn_away(scope: Scope) -> Response:
    host = _host(scope)
    if scope["method"] not in ("GET", "HEAD") or not host:
        detail = "Ask again over https; what was sent in the clear should be considered read by others."
        return answer(Request(scope), "https_required", 403, "Only https is answered here", detail)
    path = scope.get("raw_path") or scope["path"].encode("utf-8")
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    redirect = RedirectResponse(f"https://{host}{(path + query).decode('latin-1')}", 308)
    # HSTS is what lasts; a browser must not remember an operator's mistake
    redirect.headers["Cache-Control"] = "no-store"
    return redirect


def _host(scope: Scope) -> str:
    """Return the Host without its port, which is that of plain http."""
    value = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    name, colon, port = value.rpartition(":")
    return name if colon and port.isdigit() else value
