"""What a server has served leaves it: its memory does not grow with imports, trainings and swapped models."""

from __future__ import annotations

import random
import re
import string
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.config import Settings
from tests.api.live_server import PATIENCE_SECONDS, Live, serving
from tests.stress.clients import CUSTOMER
from tests.stress.counts import chosen
from tests.stress.test_jobs import await_job, call, has_ended
from tests.working import working

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")

WARM_UP, ROUNDS, TRAININGS, SWAPS = 3, chosen(8, 120), 2, 20
ROWS, NOTE_LETTERS = 250, 8_000
# one table of 2 MB or one model a round would come to several times as much
# only who computes needs them: a server that loaded them would hold three times as much
NUMERIC = ("numpy", "scipy", "sklearn", "pandas")
GROWTH_BYTES = 8 * 1024 * 1024
MEGABYTE = 1_048_576


def memory(live: Live) -> int:
    """Return the memory that the web process holds, in bytes."""
    status = Path(f"/proc/{live.process.pid}/status").read_text(encoding="utf-8")
    return 1024 * int(re.findall(r"VmRSS:\s+(\d+)", status)[0])


@pytest.fixture(scope="module")
def rows() -> list[str]:
    """Customers with long notes: a large file of few rows is soon read."""
    chance = random.Random(42)
    notes = ("".join(chance.choices(string.ascii_lowercase, k=NOTE_LETTERS)) for _ in range(ROWS))
    return [
        f"k{n:05d},{chance.randint(1, 99)},{chance.randint(1, 99)},{note}" for n, note in enumerate(notes)
    ]


class Shop:
    """Somebody who uses all of a server again and again."""

    def __init__(self, live: Live, rows: list[str]) -> None:
        self.live = live
        self.rows = rows
        self.client = httpx.Client(base_url=live.url, timeout=PATIENCE_SECONDS, trust_env=False)

    def bring(self, nth: int, **query: str) -> dict[str, Any]:
        # no two files are the same, and no header is: nothing that is remembered can serve twice
        content = "\n".join([f"id,annual_income,spending_score,note {nth}", *self.rows])
        files = {"file": (f"table {nth}.csv", content.encode())}
        answer = self.client.post("/api/v1/datasets", files=files, params=query)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def round(self, nth: int) -> None:
        """Look at a file, take it in, look through it, and go from model to model."""
        assert self.bring(nth, dry_run="true")["accepted"] == ROWS
        table = self.bring(nth)["id"]
        pages = ("/", "/about", "/models", "/datasets", f"/datasets/{table}", f"/datasets/{table}/segment")
        files = (f"/api/v1/datasets/{table}/file", "/api/v1/recipes/mall/versions/1/download")
        for address in (*pages, *files, f"/datasets/{table}?search=k0&x=spending_score"):
            assert self.client.get(address).status_code == 200, address
        for swap in range(SWAPS):
            address = f"/api/v1/recipes/mall/versions/{1 + (nth + swap) % 2}/activate"
            assert self.client.post(address).status_code == 200
            json = {"Content-Type": "application/json"}
            assert self.client.post("/api/v1/predict", content=CUSTOMER, headers=json).status_code == 200

    def train(self, seed: int) -> None:
        job = call(self.live, "/trainings", {"recipe": "mall", "seed": seed})
        assert await_job(self.live, job["id"], has_ended)["status"] == "completed"


def test_a_server_forgets_what_it_has_served(two_versions: Settings, tmp_path: Path, rows: list[str]) -> None:
    # what is done for the server is done in another process, here in this one
    with serving(two_versions, tmp_path / "log", JOB_WORKER="false") as live, working(two_versions):
        shop = Shop(live, rows)
        shop.train(0)
        for nth in range(WARM_UP):
            shop.round(nth)
        before = memory(live)
        for nth in range(ROUNDS):
            if nth % (ROUNDS // TRAININGS) == 0:
                shop.train(1 + nth)
            shop.round(WARM_UP + nth)
        grown = memory(live) - before
        loaded = Path(f"/proc/{live.process.pid}/maps").read_text(encoding="utf-8")
        shop.client.close()
    print(
        f"{ROUNDS} tables of {ROWS * NOTE_LETTERS / MEGABYTE:.1f} MB, {TRAININGS} trainings and "
        f"{SWAPS * ROUNDS} swapped models: {before / MEGABYTE:.1f} MB, grown by {grown / MEGABYTE:.1f} MB"
    )
    assert [library for library in NUMERIC if f"/{library}/" in loaded] == []
    assert grown <= GROWTH_BYTES
