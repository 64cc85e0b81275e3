"""Refuses requests that no handler should see: a wrong Host, a body over the limit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.controllers.problems import answer
from app.core.errors import BodyTooLarge

_HOST = re.compile(rb"(?:[A-Za-z0-9._-]{1,253}|\[([0-9A-Fa-f:.]{2,45})\])(?::[0-9]{1,5})?")


MOST_HEADERS, MOST_HEAD_BYTES = 100, 32_768


class RequestGuard:
    """Answers 400 to a Host header that is missing, doubled or malformed, and 413 to a body over the limit.

    A declared length is refused before a byte is read; a body without one is counted as it arrives, and
    reading it raises `BodyTooLarge` at the first byte over the limit. Paths in `larger` have a limit of their
    own.
    """

    def __init__(self, app: ASGIApp, max_body_bytes: int, larger: Mapping[str, int]) -> None:
        self._app = app
        self._most = max_body_bytes
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hosts, lengths, size = [], [], 0
        most = self._larger.get(scope["path"], self._most)
        for name, value in scope["headers"]:
            size += len(name) + len(value)
            if name == b"host":
                hosts.append(value)
            elif name == b"content-length":
                lengths.append(value)
        if len(scope["headers"]) > MOST_HEADERS or size > MOST_HEAD_BYTES:
            refusal = answer(
                Request(scope),
                "head_too_large",
                431,
                "The request's headers are too large",
                f"Send at most {MOST_HEADERS} headers and {MOST_HEAD_BYTES} bytes of them.",
            )
        elif not (_is_sane(hosts[0]) if len(hosts) == 1 else not hosts and scope["http_version"] == "1.0"):
            refusal = answer(
                Request(scope),
                "bad_request",
                400,
                "The request cannot be read",
                "Send one plain Host header.",
            )
        elif any(not length.isdigit() or int(length[:20]) > most for length in lengths):
            refusal = answer(
                Request(scope), BodyTooLarge.code, BodyTooLarge.status, BodyTooLarge.title, _limit(most)
            )
            refusal.headers["Connection"] = "close"
        else:
            await self._app(scope, _counted(receive, most), send)
            return
        await refusal(scope, receive, send)


def _limit(most: int) -> str:
    return f"The body may have at most {most} bytes."


def _counted(receive: Receive, most: int) -> Receive:
    taken = 0

    async def receive_counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise BodyTooLarge(_limit(most))
        return message

    return receive_counted


@lru_cache(maxsize=256)
def _is_sane(host: bytes) -> bool:
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    try:
        IPv6Address((found[1] or b"::1").decode("ascii"))
    except ValueError:
        return False
    return True
