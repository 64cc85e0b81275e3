"""Ends with 0 if the server in this container has a model to answer with, else with 1."""

from __future__ import annotations

import http.client
import os
import sys

# http.client, because urllib would ask a proxy that the environment names
connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
try:
    connection.request("GET", "/readyz")
    sys.exit(connection.getresponse().status != http.HTTPStatus.OK)
except (OSError, http.client.HTTPException) as error:
    sys.exit(f"/readyz cannot be asked: {error}")
