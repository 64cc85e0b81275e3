"""The pages of customer tables as the server sends them: brought, asked about, looked at, taken away."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from app.core.config import Settings
from tests.working import working

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
HEADER = "Kunde;Umsatz;Besuche;Geschlecht\n"
GOOD = "".join(f"00{n:03d};1.{n:03d},50;{n % 7};{'mw'[n % 2]}\n" for n in range(120))
MESSY = HEADER + GOOD + "00999;viel;3;m\n"
DOUBTFUL = "id;amount\n" + "".join(f"c{n};1.{n:03d}\n" for n in range(100, 140))
NOBODY = "6a0f4b4e-0000-4000-8000-000000000000"


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def client(empty_client: TestClient, settings: Settings) -> Iterator[TestClient]:
    empty_client.headers.update(HTML)
    with working(settings):
        yield empty_client


def sent(client: TestClient, content: str | bytes, name: str = "kunden.csv", **more: Any) -> httpx2.Response:
    """Send a file as the page's form does; the answer is the page of what it holds."""
    return client.post("/datasets", files={"file": (name, content)}, **more)


def settled(client: TestClient, answer: httpx2.Response) -> httpx2.Response:
    """Reload a page that tells how far the work is until it tells something else."""
    for _ in range(100):
        if "data-job=" not in answer.text:
            return answer
        answer = client.get(str(answer.url))
    raise AssertionError("the work does not end")


def wish(client: TestClient, page: httpx2.Response, wanted: str, **fields: str) -> httpx2.Response:
    """Press a button of the page of what a file holds, with these answers and all else as it was."""
    path = page.url.path
    return settled(client, client.post(path, data={**filled(page.text), **fields, "wish": wanted}))


def filled(page: str) -> dict[str, str]:
    """Return what the form of a page holds as it was sent."""
    found = dict(re.findall(r'<input class="field__box"[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]* name="([\w-]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        assert chosen, name
        found[name] = chosen[1]
    found |= dict(re.findall(r'type="radio"[^>]* name="([\w-]+)" value="([^"]*)" checked', page))
    return {name: html.unescape(value) for name, value in found.items()}


def taken(client: TestClient, content: str | bytes = MESSY, **fields: str) -> httpx2.Response:
    answer = wish(client, settled(client, sent(client, content)), "take", **fields)
    assert "was taken in" in text_of(answer.text), text_of(answer.text)
    return answer
