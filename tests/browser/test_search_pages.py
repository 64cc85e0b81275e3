"""A search over columns and preparations in a real browser, with a real worker."""

from __future__ import annotations

import random
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

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
    for number in range(240):
        spend, visits = ((100, 5), (190, 5), (145, 13))[number % 3]
        cells = (rng.gauss(spend, 10), rng.gauss(visits, 1), rng.gauss(15, 6), rng.gauss(0, 1))
        lines.append(f"C{number:05d}," + ",".join(f"{cell:.2f}" for cell in cells))
    files = {"file": ("shop.csv", ("\n".join(lines) + "\n").encode())}
    answer = httpx.post(f"{live.url}/api/v1/datasets", files=files, timeout=60)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_a_search_fills_in_the_form(browser: Browser, live: Live, dataset: str, has_script: bool) -> None:
    context = browser.new_context(base_url=live.url, java_script_enabled=has_script)
    page = context.new_page()
    page.goto(f"/datasets/{dataset}/segment")
    expect(page.get_by_label("weather", exact=True)).to_be_checked()
    page.get_by_role("button", name="Try other columns and preparations").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    # nobody reloads the page but itself
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("What other columns and preparations show", timeout=PATIENCE_MS)
    expect(page.get_by_text(f"Take “{WITHOUT}”")).to_be_visible()
    chosen = page.get_by_role("row").filter(has_text="take this one")
    expect(chosen).to_contain_text("Separate groups")
    chosen.get_by_role("link", name="Use this").click()
    expect(page.get_by_role("status")).to_have_text(
        "Filled in: Without weather and luck, which show no groups."
    )
    for name, is_used in {"spend": True, "visits": True, "weather": False, "luck": False}.items():
        expect(page.get_by_label(name, exact=True)).to_be_checked(checked=is_used)
    context.close()


def test_the_result_fits_and_has_no_findings(page: Page, live: Live, dataset: str) -> None:
    searches = httpx.get(f"{live.url}/api/v1/searches", params={"status": "completed"}, timeout=60).json()
    page.goto(f"{live.url}/searches/{searches['jobs'][0]['id']}")
    expect(page.get_by_role("table")).to_be_visible()
    assert_open_to_all(page)
