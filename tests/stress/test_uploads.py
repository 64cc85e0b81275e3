"""Uploads torn, cut and bent in every way: each is read or refused with its reason, none is our fault."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.controllers import import_controller
from app.core.config import Settings
from tests.stress.counts import chosen
from tests.unit.models.importing.hostile_files import BOOK, FILES, PARQUET, TABLE
from tests.unit.models.importing.made_files import packed, text
from tests.working import working

CUT_BYTES, CUT_STEP = 4_096, chosen(256, 1)
FORM_CUT_STEP, BENT = chosen((512, 2), (8, 100))
CATALOGUE = chosen(list(FILES)[::16], list(FILES))
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252")
CLIENTS = 4
ADDRESS = "/api/v1/datasets?dry_run=true"
HEAD = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
TAIL = b"\r\n--cut--\r\n"
# what a shop's export may hold: quotes, line ends in a cell, letters of two bytes, gaps, a decimal comma
GOOD = "Kunde;Umsatz;Seit;Notiz\r\n" + "".join(
    f'00{n:03d};{n % 7},{n % 10}5;{n % 28 + 1:02d}.12.2023;"Zoë sagte ""ja"";\r\nund {"€" * (n % 2)}"\r\n'
    for n in range(120)
)
LINE = re.compile(r"line \d[\d,]*: \S")


@pytest.fixture
def client(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(import_controller, "LOOK_SECONDS", 0.01)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client, working(settings):
        yield client


def form(content: bytes) -> bytes:
    return HEAD + content + TAIL


def catalogue(folder: Path) -> Iterator[bytes]:
    """Give the files nobody should have to read, and the text among them in other encodings."""
    for number, name in enumerate(CATALOGUE):
        path = folder / f"{number}"
        FILES[name][0](path)
        content = path.read_bytes()
        if len(content) > 2**20:
            continue  # bombs of their own test
        yield content
        for encoding in ENCODINGS:
            try:
                yield content.decode("utf-8").encode(encoding)
            except UnicodeError:
                break


def bent(folder: Path) -> Iterator[bytes]:
    """Give files of each kind with a few bytes changed, left out or put in."""
    draws = random.Random(2)
    for make in (text(TABLE), text(GOOD), packed(GOOD), BOOK, PARQUET):
        path = folder / "whole"
        make(path)
        content = path.read_bytes()
        for _ in range(BENT):
            changed = bytearray(content)
            for _ in range(draws.randint(1, 4)):
                at = draws.randrange(len(changed))
                changed[at : at + draws.randrange(3)] = draws.randbytes(draws.randrange(4))
            yield bytes(changed)


@pytest.mark.timeout(chosen(300, 3_600))
def test_malformed_uploads(client: TestClient, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    content = GOOD.encode()
    assert len(content) > CUT_BYTES
    sent = [form(content[:keep]) for keep in range(0, CUT_BYTES, CUT_STEP)]
    sent += [form(content)[:keep] for keep in range(0, CUT_BYTES, FORM_CUT_STEP)]
    sent += [form(made) for made in (*catalogue(folder), *bent(folder))]
    with ThreadPoolExecutor(CLIENTS) as clients:
        seen = Counter(clients.map(lambda body: check(client, body), sent))
    print(f"{len(sent)} malformed uploads: {dict(seen)}, 0 5xx, each refusal with its reason")
    assert len(sent) >= chosen(50, 5_000)
    assert seen["refused"] > len(sent) // 40
    assert seen["rows refused"] > len(sent) // 40
    left = [path.name for place in ("uploads", "datasets") for path in (tmp_path / "data" / place).glob("*")]
    assert len(left) <= seen["read"] + seen["rows refused"] + seen["refused"]


def check(client: TestClient, body: bytes) -> str:
    """Send a form; return what became of it, and fail unless the answer says why."""
    headers = {"Content-Type": "multipart/form-data; boundary=cut"}
    answer: httpx2.Response = client.post(ADDRESS, content=body, headers=headers)
    found: dict[str, Any] = answer.json()
    if answer.status_code == 200:
        assert found["accepted"] + found["rejected"] == found["records"]
        assert bool(found["faults"]) == bool(found["rejected"])
        assert all(LINE.match(fault["detail"]) for fault in found["faults"]), found["faults"]
        return "rows refused" if found["rejected"] else "read"
    assert answer.status_code in (400, 422), found
    assert found["type"].removeprefix("urn:clientele:error:") in ("upload_malformed", "table_invalid")
    assert len(found["detail"]) > len("the file is")
    return "form refused" if answer.status_code == 400 else "refused"
