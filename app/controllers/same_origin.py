"""Changes are taken from our own pages and from programs, not from another site's page.

A browser says where a request comes from: in `Sec-Fetch-Site`, or in `Origin` where it is too old for that.
Programs send neither and have no person's session to abuse.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Depends, Request

from app.core.errors import CrossSiteRefused


async def refuse_cross_site(request: Request) -> None:
    """Raise `CrossSiteRefused` where a browser says that another site's page is asking."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_ours = site in {"same-origin", "none"}
    else:
        is_ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not is_ours:
        raise CrossSiteRefused("Make this change from the service's own pages, or with a program.")


SAME_ORIGIN = Depends(refuse_cross_site)
"""For the `dependencies` of every route that changes something."""
