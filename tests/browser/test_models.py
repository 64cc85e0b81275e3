"""The page of the model versions in a real browser, with and without script."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.core.config import Settings
from tests.browser.conftest import running_server
from tests.browser.every_page import assert_fits, assert_no_findings


@pytest.fixture(scope="module")
def read_url(
    two_versions_once: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of a server with two versions that no test changes."""
    folder = tmp_path_factory.mktemp("read")
    shutil.copytree(two_versions_once, folder, dirs_exist_ok=True)
    with running_server(repository, folder, folder) as address:
        yield address


@pytest.fixture
def versions_url(two_versions: Settings, repository: Path, tmp_path: Path) -> Iterator[str]:
    """Address of a server of this test's own with two versions, the second not in use."""
    with running_server(repository, two_versions.artifacts_dir.parent, tmp_path) as address:
        yield address


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_forth_and_back_and_gone(browser: Browser, versions_url: str, has_script: bool) -> None:
    context = browser.new_context(base_url=versions_url, java_script_enabled=has_script)
    page = context.new_page()
    page.goto("/models")
    page.get_by_role("button", name="Use mall/2").click()
    expect(page.get_by_role("status")).to_have_text("mall/2 is in use now.")
    expect(page.get_by_role("article", name="mall/2")).to_contain_text("in use")
    page.get_by_role("button", name="Roll back to mall/1").click()
    expect(page.get_by_role("status")).to_have_text("Rolled back: mall/1 is in use now.")
    page.get_by_role("link", name="Delete mall/2").click()
    page.get_by_role("link", name="Keep it").click()
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_role("link", name="Delete mall/2").click()
    page.get_by_role("button", name="Delete mall/2").click()
    expect(page.get_by_role("status")).to_contain_text("mall/2 is deleted.")
    expect(page.get_by_role("article")).to_have_count(1)
    context.close()


def test_who_moved_is_read_and_scrolled_by_keyboard(page: Page, read_url: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{read_url}/models")
    table = page.get_by_role("region", name="Who moved, in numbers")
    expect(table.get_by_role("rowheader")).to_have_count(6)
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.data-table').scrollLeft > 0")
    assert_fits(page)


def test_no_findings_of_access(page: Page, read_url: str) -> None:
    page.goto(f"{read_url}/models?done=activated&version=1")
    assert_no_findings(page)


def test_the_download_arrives(page: Page, read_url: str) -> None:
    page.goto(f"{read_url}/models")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download mall/1").click()
    assert waiting.value.suggested_filename == "mall-1.zip"
