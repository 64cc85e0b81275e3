"""HTTP/1.1 by uvicorn and httptools, with two things added: a stop that drops nothing, an end to patience.

uvicorn closes idle connections the moment it is asked to stop, so a request that is already on the wire is
lost, and with every rolling restart a few. It also waits without end for a request's head or body.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Any, Literal, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from app.controllers.middleware.security_headers import FOR_API
from app.controllers.problems import MEDIA_TYPE
from app.schemas.problem import Problem

LINGER_SECONDS = 2.0
HEAD_SECONDS = 5.0
# between two pieces of a body, and added to what the whole may take at the least rate
BODY_SECONDS = 5.0
LEAST_BYTES_PER_SECOND = 1_024

_LEAVING = "is_leaving"


class DrainingProtocol(HttpToolsProtocol):
    """One connection.

    Once the server is leaving, an idle connection stays open for `LINGER_SECONDS`; a request that comes in
    that time is answered with ``Connection: close``. A head must be whole within `HEAD_SECONDS` of the
    connection's or its own first byte; a body must go on within `BODY_SECONDS` and, as a whole, keep up
    `LEAST_BYTES_PER_SECOND`. Who is slower is cut off without an answer.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._awaited: Literal["head", "body"] | None = None
        self._is_in_head = False
        self._began = self._went_on = 0.0
        self._taken = 0
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head; a connection that came as the server left is treated as the idle ones."""
        super().connection_made(transport)
        self.transport = cast(asyncio.Transport, _OneWrite(transport, self.loop))
        self._await("head")
        if _LEAVING in self.app_state:
            self.shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Note that a head has begun."""
        super().on_message_begin()
        self._is_in_head = True

    def on_headers_complete(self) -> None:
        """Hand the request on; while the server is leaving, it is this connection's last."""
        super().on_headers_complete()
        self._is_in_head = False
        if _LEAVING in self.app_state and self.cycle is not None:
            self.cycle.keep_alive = False

    def data_received(self, data: bytes) -> None:
        """Parse, then see what the client still owes; most requests come whole and set no timer."""
        super().data_received(data)
        if self._is_in_head or self.cycle is None or self.cycle.response_complete:
            # also what is no request, or the rest of one that was answered: no byte of it buys time
            self._await("head")
        elif self.cycle.more_body:
            self._await("body")
            self._went_on = self.loop.time()
            self._taken += len(data)
        else:
            self._awaited = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own words
        """Answer what is no HTTP as every other error is answered, and hang up."""
        problem = Problem(
            type="urn:clientele:error:bad_request",
            title="The request cannot be read",
            status=400,
            detail="What was sent is not an HTTP/1.1 request.",
            request_id=secrets.token_hex(8),
        )
        self.logger.info("request %s is no HTTP", problem.request_id)
        body = problem.model_dump_json().encode()
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"x-request-id", problem.request_id.encode()),
            (b"connection", b"close"),
            *FOR_API,
        ]
        head = b"".join(b"%s: %s\r\n" % header for header in headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n%s\r\n%s" % (head, body))
        self.transport.close()

    def shutdown(self) -> None:
        """Answer what is under way as the last, and linger for what may be on the wire."""
        self.app_state[_LEAVING] = True  # one dictionary for all connections of a server
        cycle = self.cycle
        if cycle is not None and not cycle.response_started:
            cycle.keep_alive = False
        else:
            self.loop.call_later(LINGER_SECONDS, self._leave)

    def _leave(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
        else:
            self.cycle.keep_alive = False

    def _await(self, part: Literal["head", "body"]) -> None:
        if self._awaited != part:
            self._awaited, self._taken = part, 0
            self._began = self._went_on = self.loop.time()
        if self._watch is None:
            self._watch = self.loop.call_later(HEAD_SECONDS, self._look)

    def _look(self) -> None:
        """Cut off a client that is late, or look again when it could be."""
        self._watch = None
        if self._awaited is None or self.transport.is_closing():
            return
        due = self._began + HEAD_SECONDS
        if self._awaited == "body":
            whole = self._began + BODY_SECONDS + self._taken / LEAST_BYTES_PER_SECOND
            due = min(self._went_on + BODY_SECONDS, whole)
        if self.flow.read_paused:  # it is we who do not read
            due = self.loop.time() + HEAD_SECONDS
        if due > self.loop.time():
            self._watch = self.loop.call_at(due, self._look)
        else:
            self.transport.abort()


class _OneWrite:
    """A transport that sends an answer's head together with the first piece of its body.

    uvicorn writes them one after the other: two system calls and two packets for what fits into one. The head
    waits no longer than until the event loop comes round.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if self._held:
            data, self._held = self._held + data, b""
            self._transport.write(data)
        else:
            self._held = data
            self._loop.call_soon(self._flush)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def _flush(self) -> None:
        if self._held:
            data, self._held = self._held, b""
            self._transport.write(data)
