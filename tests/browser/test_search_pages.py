"""A search over columns and preparations in a real browser, with a real worker."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.api.live_server import Live, serving
from tests.browser.every_page import assert_open_to_all
from tests.conftest import settings_in

pytestmark = pytest.mark.timeout(600)
PATIENCE_MS = 240_000
WITHOUT = "Without weather and luck, which show no groups"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server with a worker over an empty folder."""
    folder = tmp_path_factory.mktemp("search_pages")
    with serving(settings_in(folder), folder / "log") as live:
        yield live


@pytest.fixture(scope="module")
def dataset(live: Live) -> str:
    """Id of a table with three groups by spend and visits, and two columns that say nothing of them."""
    rng = random.Random(4)
    lines = ["number,spend,visits,weather,luck"]
    for number in range(150):
        spend, visits = ((100, 5), (190, 5), (145, 13))[number % 3]
        cells = (rng.gauss(spend, 10), rng.gauss(visits, 1), rng.gauss(15, 6), rng.gauss(0, 1))
        lines.append(f"C{number:05d}," + ",".join(f"{cell:.2f}" for cell in cells))
    files = {"file": ("shop.csv", ("\n".join(lines) + "\n").encode())}
    answer = httpx.post(f"{live.url}/api/v1/datasets", files=files, timeout=60)
    assert answer.status_code in (201, 202), answer.text
    found: str = answer.json()["id"]
    # where the machine is busy, an import is still under way: a dataset is called by its job's id
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while httpx.get(f"{live.url}/api/v1/datasets/{found}", timeout=60).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


def test_a_search_fills_in_the_form(page: Page, live: Live, dataset: str) -> None:
    page.goto(f"{live.url}/datasets/{dataset}/segment")
    expect(page.get_by_label("weather", exact=True)).to_be_checked()
    page.get_by_role("button", name="Try other columns and preparations").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    # nobody reloads the page but itself
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("What other columns and preparations show", timeout=PATIENCE_MS)
    expect(page.get_by_text(f"Take “{WITHOUT}”")).to_be_visible()
    chosen = page.get_by_role("row").filter(has_text="take this one")
    expect(chosen).to_contain_text("Separate groups")
    assert_open_to_all(page)
    use = chosen.get_by_role("link", name="Use this")
    page.set_viewport_size({"width": 360, "height": 2400})
    expect(use).to_be_in_viewport(ratio=1)  # not behind the table's sideways scroll
    page.set_viewport_size({"width": 1280, "height": 800})
    use.click()
    expect(page.get_by_role("status")).to_have_text(
        "Filled in: Without weather and luck, which show no groups."
    )
    for name, is_used in {"spend": True, "visits": True, "weather": False, "luck": False}.items():
        expect(page.get_by_label(name, exact=True)).to_be_checked(checked=is_used)
    assert_open_to_all(page)
