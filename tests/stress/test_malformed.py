"""Requests bent in every way, over raw sockets: none is our fault, none is told again, no worker dies."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from app.core.config import Settings
from tests.api.hostile_requests import CATALOGUE, CUSTOMER
from tests.api.live_server import Live, exchange, serving, status_of
from tests.stress.counts import chosen

MUTATIONS = chosen(300, 2_000)
SECRET = b"918273645.25"  # out of bounds wherever it stands


def post(address: bytes, body: bytes) -> bytes:
    head = b"POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n"
    return head % address + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def get(address: bytes) -> bytes:
    return b"GET %s HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nConnection: close\r\n\r\n" % address


OLDER = b'{"age": 30, "income": 55, "score": 50}'
VALID = [
    post(b"/api/v1/predict", CUSTOMER),
    post(b"/api/v1/predict", CUSTOMER.replace(b"55", SECRET)),
    post(b"/api/v1/explain", CUSTOMER.replace(b"50", SECRET)),
    post(b"/predict", OLDER.replace(b"30", SECRET)),
    get(b"/?annual_income=55&spending_score=" + SECRET),
    get(b"/about"),
    get(b"/api/v1/clusters/info"),
    get(b"/metrics"),
]
PIECES = [
    *(b"\x00", b"\xff", b"\r\n", b"%00", b"../", b'"', b"{", b"[" * 2_000, b"1e999", b"-0", b"NaN", b"true"),
    *(b"null", b"\\ud800", b"9" * 500, b" ", b":", b",", b"\xef\xbb\xbf", b"Content-Length: 5\r\n", b"\t"),
]


def bend(request: bytes, random: Random) -> bytes:
    """Change a request in one to three places."""
    for _ in range(random.randint(1, 3)):
        at, to = sorted((random.randrange(len(request) + 1), random.randrange(len(request) + 1)))
        kind = random.randrange(6)
        if kind == 0:
            request = request[:at] + random.choice(PIECES) + request[at:]
        elif kind == 1:
            request = request[:at] + random.choice(PIECES) + request[to:]
        elif kind == 2:
            request = request[:at] + request[at : at + random.randint(1, 20)] + request[at:]
        elif kind == 3:
            request = request[:at] + bytes([random.randrange(256)]) + request[at + 1 :]
        elif kind == 4:
            request = request[:at] + request[at + random.randint(1, 20) :]
        else:
            request = request[:at] + random.choice(VALID)[at:]
    return request


def test_malformed_requests(trained: Settings, tmp_path: Path) -> None:
    random = Random(11)
    sent = [content for content, _ in CATALOGUE.values()]
    sent += [bend(random.choice(VALID), random) for _ in range(MUTATIONS)]
    with serving(trained, tmp_path / "log", WEB_CONCURRENCY="2") as live:
        before = live.pids()
        statuses = [check(live, content) for content in sent]
        after = live.pids()
    refused = sum(status >= 400 for status in statuses)
    silent = statuses.count(0)
    print(f"{len(sent)} malformed requests: {refused} refused, {silent} closed without a word, 0 5xx")
    assert before == after
    assert refused > len(sent) // 4
    assert b"Traceback" not in (tmp_path / "log").read_bytes()


def check(live: Live, content: bytes) -> int:
    received = exchange(live.port, [content], half_close=True)
    status = status_of(received)
    assert status < 500, content
    head, _, body = received.partition(b"\r\n\r\n")
    # the page gives a form's own fields back to whoever filled them in
    assert b"text/html" in head or SECRET not in received, content
    if status >= 400 and b"application/problem+json" in head and body and not content.startswith(b"HEAD"):
        assert json.loads(body)["status"] == status, content
    elif status >= 400:
        assert b"text/html" in head or not body, content
    return status
