"""From a customer table to named segments in a real browser, with a real worker."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from app.services.job_kinds import TRAINING
from tests.api.live_server import Live, serving
from tests.api.test_own_customers import table, with_whales
from tests.browser.every_page import assert_open_to_all
from tests.conftest import settings_in

pytestmark = pytest.mark.timeout(600)
PATIENCE_MS = 240_000


@pytest.fixture(scope="module")
def live(trained_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server with a worker, and the look-alike's table beside it."""
    folder = tmp_path_factory.mktemp("segment_pages")
    shutil.copytree(trained_once, folder, dirs_exist_ok=True)
    with serving(settings_in(folder), folder / "log") as live:
        yield live


@pytest.fixture(scope="module")
def dataset(live: Live) -> str:
    """Id of a table with three groups of customers."""
    return bring(live, "kunden.csv", table(1))


def bring(live: Live, name: str, content: str) -> str:
    """Return the id of a table that is taken in; on a busy machine that goes on after the answer."""
    answer = httpx.post(f"{live.url}/api/v1/datasets", files={"file": (name, content.encode())}, timeout=60)
    assert answer.status_code in (201, 202), answer.text
    found: str = answer.json()["id"]
    deadline = time.monotonic() + PATIENCE_MS / 1_000
    while httpx.get(f"{live.url}/api/v1/datasets/{found}").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


def training(live: Live, **asked: Any) -> str:
    answer = httpx.post(f"{live.url}/api/v1/{TRAINING}s", json={"recipe": "mall", **asked}, timeout=60)
    return f"{live.url}/trainings/{answer.json()['id']}"


def await_title(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words, timeout=PATIENCE_MS)


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_from_a_table_to_names(browser: Browser, live: Live, dataset: str, has_script: bool) -> None:
    context = browser.new_context(base_url=live.url, java_script_enabled=has_script)
    page = context.new_page()
    page.goto(f"/datasets/{dataset}/segment")
    name = f"shop_{'with' if has_script else 'without'}_script"
    page.get_by_label("Title of the recipe").fill(name)
    page.get_by_label("Name of the recipe").fill("mall")
    page.get_by_label("Number of segments").fill("3")
    page.get_by_label("Bestellungen", exact=True).check()
    page.get_by_label("Weight of Bestellungen").fill("0,5")
    page.get_by_role("button", name="Find the segments").click()
    page.get_by_role("link", name="Another recipe has this name").click()
    expect(page.get_by_label("Name of the recipe")).to_be_focused()
    page.get_by_label("Name of the recipe").fill(name)
    page.get_by_role("button", name="Find the segments").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    # nobody reloads the page but itself
    await_title(page, "The training is done")
    expect(page.get_by_role("heading", level=2)).to_have_text("3 segments of 240 customers")
    page.get_by_role("link", name="Edit names and strategies").click()
    first = page.get_by_role("article").first
    first.get_by_label("Name").fill("Unsere Besten")
    first.get_by_text("Colour 8").click()
    first.get_by_label("Strategy").fill("Call them.\nThank them.")
    first.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved: Unsere Besten.")
    first = page.get_by_role("article", name="Unsere Besten")
    expect(first.get_by_role("radio", name="Colour 8")).to_be_checked()
    first.get_by_role("button", name="Back to the model's own words").click()
    expect(page.get_by_role("article", name="Unsere Besten")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_whales_are_kept_apart(browser: Browser, live: Live, has_script: bool) -> None:
    dataset = bring(live, "whales.csv", with_whales())
    context = browser.new_context(base_url=live.url, java_script_enabled=has_script)
    page = context.new_page()
    page.goto(f"/datasets/{dataset}/segment")
    box = page.get_by_role("checkbox", name="Keep exceptional customers apart")
    expect(box).to_be_checked()
    expect(box).to_have_accessible_description(
        re.compile("^4 of the 240 customers lie far from all others, most of all by Umsatz")
    )
    name = f"whales_{'with' if has_script else 'without'}_script"
    page.get_by_label("Title of the recipe").fill(name)
    page.get_by_label("Name of the recipe").fill(name)
    page.get_by_label("Number of segments").fill("3")
    page.get_by_label("Smallest segment").fill("1")
    page.get_by_role("button", name="Find the segments").click()
    page.get_by_role("link", name="The least size is a whole number").click()
    expect(page.get_by_label("Smallest segment")).to_be_focused()
    expect(box).to_be_checked()
    page.get_by_label("Smallest segment").fill("20")
    page.get_by_role("button", name="Find the segments").click()
    await_title(page, "The training is done")
    expect(page.get_by_role("heading", level=2)).to_have_text("3 segments of 236 of 240 customers")
    segments = page.locator(".trained__segments > li")
    expect(segments).to_have_count(4)
    expect(segments.last).to_contain_text("Exceptional")
    expect(segments.last).to_contain_text("4")
    page.get_by_role("link", name="See the segments").click()
    page.get_by_role("textbox", name="Umsatz").fill("2000000")
    if has_script:
        page.keyboard.press("Tab")
    else:
        page.get_by_role("button", name="Find the segment").click()
    expect(page.locator('[data-answer="name"]')).to_have_text("Exceptional")
    context.close()


def test_the_form_fits_and_has_no_findings(page: Page, live: Live, dataset: str) -> None:
    page.goto(f"{live.url}/datasets/{dataset}/segment")
    assert_open_to_all(page)


class TestFaults:
    @pytest.fixture
    def expected_errors(self) -> list[str]:
        return ["422"]

    def test_are_told_without_findings(self, page: Page, live: Live, dataset: str) -> None:
        page.goto(f"{live.url}/datasets/{dataset}/segment")
        page.get_by_label("Name of the recipe").fill("1")
        page.get_by_label("Weight of Umsatz").fill("heavy")
        page.get_by_role("button", name="Find the segments").click()
        expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
        assert_open_to_all(page)
        page.goto(f"{live.url}/recipes/mall/segments")
        page.get_by_role("article").first.get_by_label("Name").fill(" ")
        page.get_by_role("article").first.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert").get_by_role("link")).to_have_count(1)
        assert_open_to_all(page)


def test_the_segments_fit_and_have_no_findings(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/recipes/mall/segments")
    assert_open_to_all(page)
    # a colour is chosen with the arrow keys, those of others are passed over
    chosen = page.get_by_role("article").first.get_by_role("radio", checked=True)
    chosen.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("article").first.get_by_role("radio", name="Colour 6")).to_be_checked()


def test_a_training_is_followed_and_cancelled(page: Page, live: Live) -> None:
    page.goto(training(live, segments="auto", seed=1))  # long enough to be cancelled
    bar = page.get_by_role("progressbar")
    expect(bar).to_be_visible()
    assert_open_to_all(page)
    page.wait_for_function("() => document.querySelector('progress')?.value > 10", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Cancel the training").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "The training was cancelled", timeout=PATIENCE_MS
    )
    assert_open_to_all(page)


class TestWithoutStream:
    @pytest.fixture
    def expected_errors(self) -> list[str]:
        return ["503"]

    def test_it_asks_instead(self, page: Page, live: Live) -> None:
        page.route("**/events", lambda route: route.fulfill(status=503, body="", content_type="text/plain"))
        page.goto(training(live, seed=2))
        await_title(page, "The training is done")
        assert_open_to_all(page)


def test_train_again(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/models")
    assert_open_to_all(page)
    expect(page.get_by_label("Train again on")).to_have_value("")
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url("**/trainings/*")
    page.get_by_role("button", name="Cancel the training").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "The training was cancelled", timeout=PATIENCE_MS
    )
