"""The one shape of every error, checked in one place."""

from __future__ import annotations

from typing import Any

import httpx2


def problem_of(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """Return an error's body after checking everything that all errors share."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert list(body) == ["type", "title", "status", "detail", "request_id", "errors"]
    assert (body["status"], body["type"]) == (status, f"urn:clientele:error:{code}")
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["title"]
    assert body["detail"]
    for fault in body["errors"]:
        assert set(fault) == {"pointer", "detail"}
    return body
