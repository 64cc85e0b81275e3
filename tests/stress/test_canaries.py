"""What customers and operators send is never seen again where it does not belong: logs, errors, metrics."""

from __future__ import annotations

import http.client
import json
from pathlib import Path

import pytest

from app.core.config import Settings
from tests.api.live_server import PATIENCE_SECONDS, exchange, serving

# a number and a text that nothing else contains
NUMBER, TEXT = "71.390846251", "canary-f3b91d77"
BODIES = [
    f'{{"annual_income": {NUMBER}, "spending_score": 50}}',
    f'{{"annual_income": {NUMBER}, "spending_score": 500}}',
    f'{{"annual_income": -{NUMBER}, "spending_score": 50}}',
    f'{{"annual_income": "{TEXT}", "spending_score": 50}}',
    f'{{"annual_income": ["{TEXT}"], "spending_score": {{"a": "{TEXT}"}}}}',
    # a plain name of a field is told again, so that a misspelt one can be found; any other is not
    f'{{"annual_income": 50, "spending_score": 50, "note of {TEXT}": "{TEXT}"}}',
    f'{{"annual_income": 50, "spending_score": 50, "gender": "{TEXT}"}}',
    f'{{"annual_income": {NUMBER}, "annual_income": {NUMBER}, "spending_score": 50}}',
    f'{{"annual_income": {NUMBER}e999, "spending_score": 50}}',
    f'{{"annual_income": NaN, "{TEXT}": 50',
    f'"{TEXT}"',
    TEXT,
    f'{{"annual_income": 50, "spending_score": 50, "note": "{TEXT * 9_000}"}}',
]
HEADERS = {
    "Authorization": f"Bearer {TEXT}", "Cookie": f"session={TEXT}", "X-Api-Key": TEXT, "User-Agent": TEXT,
    "Referer": f"https://shop.example/{TEXT}", "Origin": f"https://{TEXT}.example",
    "X-Request-Id": f"{TEXT} {TEXT}",
    "X-Forwarded-For": TEXT, "Accept": f"text/html, {TEXT}/x", "Accept-Language": TEXT, "If-None-Match": TEXT,
}  # fmt: skip
HEAD = f"POST /api/v1/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nX-Key: {TEXT}\r\n".encode()
ENDS = [end.encode() for end in ("\r\n12", f"Bad Header {TEXT}\r\n\r\n", f"Host: {TEXT}\r\n\r\n12345")]
ADDRESSES = ["/api/v1/predict", "/api/v1/explain", "/predict", "/", "/livez"]
READABLE = ["/", "/about", "/docs", "/stats", "/livez", "/readyz", "/api/v1/clusters", "/api/v1/model/info"]


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_canaries_stay_where_they_were_put(trained: Settings, tmp_path: Path, log_format: str) -> None:
    more = {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": log_format}
    with serving(trained, tmp_path / "log", **more) as live:
        answers = [
            ask(live.port, "POST", address, body)
            for address in ADDRESSES
            for body in BODIES
            # an explanation is about the customer's own values
            if (address, body) != ("/api/v1/explain", BODIES[0])
        ]
        answers += [ask(live.port, "GET", f"{address}?token={TEXT}&amount={NUMBER}") for address in READABLE]
        answers += [exchange(live.port, [HEAD + end], half_close=True) for end in ENDS]
    log = (tmp_path / "log").read_bytes()
    for canary in (NUMBER, TEXT):
        assert canary.encode() not in log
        assert [answer for answer in answers if canary.encode() in answer] == []
    print(f"{len(answers)} requests ({log_format} logs): canaries in logs 0, in answers 0")


def ask(port: int, method: str, address: str, body: str | None = None) -> bytes:
    """Return all of an answer, its headers included."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    headers = HEADERS | ({"Content-Type": "application/json"} if body is not None else {})
    connection.request(method, address, body, headers)
    answer = connection.getresponse()
    content = json.dumps(answer.getheaders()).encode() + answer.read()
    connection.close()
    return content
