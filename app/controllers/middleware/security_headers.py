"""Headers that tell a browser what our answers may do: nothing that we did not write."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    # with no-referrer a browser calls the origin of our own forms null, and on plain HTTP says nothing else
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
POLICY = b"content-security-policy"
FOR_API = [(POLICY, API_POLICY.encode()), *ALWAYS]
FOR_PAGES = [(POLICY, PAGE_POLICY.encode()), *ALWAYS]


class SecurityHeaders:
    """Adds the headers to every answer; a handler that set its own content policy keeps it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = dict(message["headers"])
                is_page = own.get(b"content-type", b"").startswith(b"text/html")
                ours = ALWAYS if POLICY in own else FOR_PAGES if is_page else FOR_API
                message["headers"] = [*message["headers"], *ours]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
