"""The smoke test of a live server: one line an endpoint, and an exit code that agrees."""

from __future__ import annotations

import http.client
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import click

TIMEOUT_SECONDS = 10
# of a job for a worker
PATIENCE = timedelta(minutes=1)


@dataclass(frozen=True)
class Reply:
    """A status, a media type and a body that is parsed where it is JSON."""

    status: int
    media_type: str
    body: Any


@dataclass(frozen=True)
class Check:
    """One request and what must be true of its reply."""

    method: str
    path: str
    body: object
    status: int
    holds: Callable[[Reply], bool]


def checks(known: dict[str, float], recipe: str = "mall", recipes: Sequence[str] = ()) -> list[Check]:
    """Return the checks; `known` is a customer with a value for each feature of `recipe`."""
    wrong = dict.fromkeys(known, "text")
    return [
        Check("GET", "/livez", None, 200, lambda r: r.body["status"] == "ok"),
        Check("GET", "/readyz", None, 200, lambda r: bool(r.body["model_version"])),
        Check("GET", "/api/v1/health", None, 200, lambda r: bool(r.body["model_version"])),
        Check("GET", "/api/v1/model/info", None, 200, lambda r: r.body["k"] >= 2),
        Check("GET", "/api/v1/clusters", None, 200, lambda r: abs(_shares(r) - 1.0) < 1e-9),
        Check(
            "GET",
            "/api/v1/clusters/info",
            None,
            200,
            lambda r: all(s["strategy"] for s in r.body["segments"]),
        ),
        Check("POST", "/api/v1/predict", known, 200, lambda r: bool(r.body["name"] and r.body["strategy"])),
        Check("POST", "/api/v1/predict", wrong, 422, lambda r: len(r.body["errors"]) == len(wrong)),
        Check("POST", "/api/v1/explain", known, 200, lambda r: len(r.body["reasons"]) == len(known)),
        Check("GET", "/api/v1/nothing-here", None, 404, lambda r: r.media_type == "application/problem+json"),
        Check("GET", "/", None, 200, lambda r: r.media_type == "text/html"),
        Check("GET", "/about", None, 200, lambda r: r.media_type == "text/html"),
        Check("GET", "/docs", None, 200, lambda r: r.media_type == "text/html"),
        Check("GET", "/redoc", None, 200, lambda r: r.media_type == "text/html"),
        Check("GET", "/openapi.json", None, 200, lambda r: "/api/v1/predict" in r.body["paths"]),
        Check("GET", "/metrics", None, 200, lambda r: b"clientele_" in r.body),
        *(_versions_check(name) for name in recipes),
        # the two that need the database
        Check("GET", "/api/v1/datasets?limit=1", None, 200, lambda r: len(r.body["datasets"]) <= 1),
        Check("GET", "/api/v1/jobs?limit=50", None, 200, lambda r: not _is_stuck(r.body["jobs"])),
        *(_older_checks() if recipe == "mall" else ()),
    ]


def _versions_check(recipe: str) -> Check:
    path = f"/api/v1/recipes/{recipe}/versions"
    return Check("GET", path, None, 200, lambda r: bool(r.body["recipe"] == recipe))


def _is_stuck(jobs: list[dict[str, Any]]) -> bool:
    """Answer whether jobs wait and no worker takes one."""
    long_ago = datetime.now(UTC) - PATIENCE
    waiting = [job for job in jobs if job["status"] == "pending"]
    is_long = any(datetime.fromisoformat(job["created_at"]) < long_ago for job in waiting)
    return is_long and all(job["status"] != "running" for job in jobs)


def _older_checks() -> list[Check]:
    """Return the checks of the addresses of older integrations, which only the mall's recipe has."""
    customer = {"age": 40, "income": 60, "score": 50}
    return [
        Check("POST", "/predict", customer, 200, lambda r: bool(r.body["label"])),
        Check("GET", "/stats", None, 200, lambda r: r.body["count"] > 0),
    ]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Where the server answers.")
def smoke(url: str) -> None:
    """Try every endpoint of a live server. Exit code 0 if all pass, 1 if one fails, 2 if nobody answers."""
    base = url.rstrip("/")
    if not _is_address(base):
        raise click.BadParameter("the address must be such as http://127.0.0.1:8000", param_hint="--url")
    try:
        info = ask(base, "GET", "/api/v1/model/info")
        known = {feature["name"]: feature["mean"] for feature in info.body["features"]}
        recipes = [one["name"] for one in ask(base, "GET", "/api/v1/recipes").body["recipes"]]
    except (OSError, http.client.HTTPException) as error:
        click.echo(f"nobody answers at {base}: {error}", err=True)
        sys.exit(2)
    except (KeyError, TypeError, ValueError):
        click.echo(f"fail  the server at {base} has no model that answers")
        sys.exit(1)
    tried = checks(known, info.body["recipe"], recipes)
    failed = sum(not _run(base, check) for check in tried)
    click.echo(f"{len(tried) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def ask(base: str, method: str, path: str, body: object = None) -> Reply:
    """Send one request; an error status is a reply like any other.

    Raises
    ------
    OSError
        If nobody answers in time.
    """
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 - the address was checked to be http(s)
        base + path, data=data, method=method, headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            return _reply(response.status, response.headers.get_content_type(), response.read())
    except urllib.error.HTTPError as error:
        return _reply(error.code, error.headers.get_content_type(), error.read())


def _is_address(base: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(base)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a broken bracket, or a port that is none
        return False


def _reply(status: int, media_type: str, content: bytes) -> Reply:
    return Reply(status, media_type, json.loads(content) if media_type.endswith("json") else content)


def _run(base: str, check: Check) -> bool:
    try:
        reply = ask(base, check.method, check.path, check.body)
        passed = reply.status == check.status and check.holds(reply)
        found = f"answered {reply.status}"
    except (OSError, http.client.HTTPException, KeyError, TypeError, ValueError) as error:
        passed, found = False, type(error).__name__
    click.echo(
        f"{'pass' if passed else 'FAIL'}  {check.method:<4} {check.path}  {found}, expected {check.status}"
    )
    return passed


def _shares(reply: Reply) -> float:
    return sum(float(segment["share"]) for segment in reply.body["segments"])
