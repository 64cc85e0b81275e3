"""Who asked, and over what, as told by a proxy that we were told to believe."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# some proxies name the client's port as well
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?|(\d+\.\d+\.\d+\.\d+):\d{1,5}")


class ProxyTrust:
    """Believes X-Forwarded-Proto and X-Forwarded-For from the trusted addresses, and from nobody else.

    The scheme is the last one named, by the nearest proxy. The client is the last address that is not
    itself a trusted proxy: what stands left of it was written by strangers.
    """

    def __init__(self, app: ASGIApp, trusted: tuple[Network, ...]) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        peer = scope.get("client")
        if scope["type"] == "http" and peer and self._is_trusted(_parse(peer[0])):
            scope = {**scope, **self._told(scope)}
        await self._app(scope, receive, send)

    def _told(self, scope: Scope) -> dict[str, object]:
        told: dict[str, object] = {}
        schemes = _listed(scope, b"x-forwarded-proto")
        if schemes and schemes[-1].lower() in ("http", "https"):
            told["scheme"] = schemes[-1].lower()
        client = self._client(_listed(scope, b"x-forwarded-for"))
        if client is not None:
            told["client"] = (str(client), 0)
        return told

    def _client(self, hops: list[str]) -> Address | None:
        """Return the nearest stranger; behind trusted hops only, the farthest of them."""
        found = None
        for hop in reversed(hops):
            address = _parse(hop)
            if address is None:
                break
            found = address
            if not self._is_trusted(address):
                break
        return found

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)


def _listed(scope: Scope, wanted: bytes) -> list[str]:
    """Return the values of a header that may be repeated and may hold several by commas."""
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
    return [part.strip() for part in ",".join(values).split(",")] if values else []


def _parse(text: str) -> Address | None:
    found = _WITH_PORT.fullmatch(text)
    try:
        address = ip_address((found[1] or found[2]) if found else text)
    except ValueError:
        return None
    # an IPv4 client of a socket that listens for both
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
