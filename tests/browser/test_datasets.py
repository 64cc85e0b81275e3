"""The pages of customer tables in a real browser: from a dropped file to a table that is gone again."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import running_server
from tests.browser.every_page import WIDTHS, assert_fits, assert_light, assert_no_findings

PAGE_BYTES = 30_000
HEADERS = itertools.count(1)
ADDRESS = re.compile(r"/datasets$")


def messy(rows: int = 90) -> str:
    """Return a file whose amounts can be read in two ways, with a faulty row and gaps.

    Each has a header of its own: answers are remembered by it.
    """
    chance = random.Random(42)
    lines = [f"Kunde;Umsatz;Besuche;Ort;Seit {next(HEADERS)}"]
    for n in range(rows):
        town = chance.choice(["Köln", "Bonn", "Aachen", ""])
        amount = f"{chance.randint(1, 9)}.{chance.randint(0, 999):03d}"
        lines.append(f"{n:05d};{amount};{chance.randint(0, 12)};{town};{13 + n % 15}.03.2024")
    lines.append("99999;1.000;oft;Bonn;13.03.2024")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def server(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server of these tests' own, with the process that does its jobs."""
    folder = tmp_path_factory.mktemp("tables")
    with running_server(repository, folder, folder) as address:
        yield address


@pytest.fixture
def emptied(page: Page, server: str) -> str:
    """The address of the same server without any table."""
    for table in page.request.get(f"{server}/api/v1/datasets").json()["datasets"]:
        assert page.request.delete(f"{server}/api/v1/datasets/{table['id']}").ok
    return server


def drop(page: Page, name: str, content: str) -> None:
    """Drop a file onto the zone as a mouse does."""
    transfer = page.evaluate_handle(
        """([name, content]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([content], name, { type: "text/csv" }));
            return transfer;
        }""",
        [name, content],
    )
    zone = page.locator('[data-upload="zone"]')
    for event in ("dragenter", "dragover", "drop"):
        zone.dispatch_event(event, {"dataTransfer": transfer})


def open_upload(page: Page, address: str) -> None:
    """Open the page and wait for its script, which takes the button away that it makes needless."""
    page.goto(f"{address}/datasets")
    expect(page.locator('[data-upload="submit"]')).to_be_hidden()


def choose(page: Page, content: str, name: str = "shop.csv") -> None:
    page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": content.encode()})


def understood(page: Page, address: str, content: str) -> None:
    """Bring a file and wait for what it holds."""
    open_upload(page, address)
    choose(page, content)
    expect(page.get_by_role("button", name="Take in")).to_be_visible(timeout=30_000)


def taken(page: Page, address: str, content: str) -> None:
    """Bring a file, read its amounts with a decimal comma, and take it in."""
    understood(page, address, content)
    page.get_by_role("radio", name="a decimal comma").check()
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_role("status").first).to_have_text("The table was taken in.", timeout=30_000)


def with_a_limit_of_one_megabyte(route: Route) -> None:
    answer = route.fetch()
    body = re.sub(r'data-most-bytes="\d+"', 'data-most-bytes="1048576"', answer.text())
    route.fulfill(response=answer, body=body)


def is_sent(route: Route) -> bool:
    """Answer whether a request sends a file; all others go on."""
    if route.request.method == "POST":
        return True
    route.continue_()
    return False


def assert_open_to_all(page: Page) -> None:
    """Look for findings of access at each width, since what scrolls differs, and for what is too wide."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert_no_findings(page)
    assert_fits(page)


def test_from_a_dropped_file_to_a_table_and_away(
    page: Page, emptied: str, expected_errors: list[str]
) -> None:
    expected_errors.append("status of 422")
    open_upload(page, emptied)
    expect(page.get_by_role("heading", name="No table yet")).to_be_visible()
    drop(page, "kunden.csv", messy())
    expect(page.get_by_role("heading", level=1)).to_have_text("What kunden.csv holds", timeout=30_000)
    expect(page.locator(".understood__sentence")).to_have_text(
        "91 rows, 5 columns, semicolons, UTF-8; 1 row will be left out."
    )
    page.get_by_role("button", name="Take in").click()
    page.get_by_role("alert").get_by_role("link", name="Umsatz").click()
    expect(page.get_by_role("radio", name="a decimal point")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="a decimal comma")).to_be_checked()
    page.get_by_role("textbox", name="Name of the table").fill("Spring")
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Spring", timeout=30_000)
    expect(page.get_by_role("status").first).to_have_text("The table was taken in.")

    page.get_by_role("searchbox", name="Search the rows").fill("00042")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 row that holds it in a cell, of 90")).to_be_visible()
    page.get_by_role("link", name="All rows").click()
    page.get_by_role("link", name="Next rows").click()
    expect(page.get_by_text("Rows 26 to 50 of 90")).to_be_visible()

    page.get_by_text("Rename…").click()
    page.get_by_role("textbox", name="New name").fill("Summer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Summer")
    page.get_by_role("link", name="Delete…").click()
    page.get_by_role("link", name="Keep it").click()
    page.get_by_role("link", name="Delete…").click()
    page.get_by_role("button", name="Delete the table").click()
    expect(page.get_by_role("status").first).to_have_text("The table is deleted, with its rows.")
    expect(page.get_by_role("heading", name="No table yet")).to_be_visible()


def test_other_columns_are_drawn_without_leaving_the_page(page: Page, emptied: str) -> None:
    taken(page, emptied, messy())
    drawing = page.locator(".scatter__drawing")
    expect(drawing).to_have_attribute("aria-label", "Besuche, upwards, over Umsatz: 90 dots")
    expect(page.get_by_role("button", name="Draw")).to_be_hidden()
    page.get_by_role("combobox", name="Across").select_option("Besuche")
    page.get_by_role("combobox", name="Upwards").focus()
    page.keyboard.press("U")
    expect(drawing).to_have_attribute("aria-label", "Umsatz, upwards, over Besuche: 90 dots")
    assert page.url.endswith("?x=Besuche&y=Umsatz#scatter")
    expect(page.get_by_role("combobox", name="Upwards")).to_be_focused()
    # who looks for rows keeps the drawing, and who draws anew keeps the rows
    page.get_by_role("searchbox", name="Search the rows").fill("00042")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"x=Besuche&y=Umsatz&search=00042#rows$"))
    expect(drawing).to_have_attribute("aria-label", "Umsatz, upwards, over Besuche: 90 dots")
    page.get_by_role("combobox", name="Across").select_option("Umsatz")
    expect(page).to_have_url(re.compile(r"x=Umsatz&y=Umsatz&search=00042#scatter$"))
    expect(page.get_by_text("1 row that holds it in a cell, of 90")).to_be_visible()


def test_downloads_arrive(page: Page, emptied: str) -> None:
    taken(page, emptied, messy())
    for link, name in (("Download as CSV", "shop.csv"), ("Download the rejected rows", "shop rejected.csv")):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=link).click()
        assert waiting.value.suggested_filename == name


class TestUpload:
    def test_bytes_on_their_way_can_be_stopped(self, page: Page, emptied: str) -> None:
        held: list[Route] = []
        page.route(ADDRESS, lambda route: held.append(route) if is_sent(route) else None)
        open_upload(page, emptied)
        choose(page, messy())
        expect(page.get_by_role("progressbar")).to_be_visible()
        expect(page.get_by_role("button", name="Cancel")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Drop a file here, or choose one")).to_be_focused()

    @pytest.mark.parametrize(
        ("answer", "told"),
        [
            (lambda route: route.abort(), "the connection was lost"),
            (lambda route: route.fulfill(status=502, body="<html>"), "The server answered 502."),
        ],
    )
    def test_what_went_wrong_is_told(
        self,
        page: Page,
        emptied: str,
        expected_errors: list[str],
        answer: Callable[[Route], None],
        told: str,
    ) -> None:
        expected_errors.extend(["ERR_FAILED", "status of 502"])
        page.route(ADDRESS, lambda route: answer(route) if is_sent(route) else None)
        open_upload(page, emptied)
        choose(page, messy())
        expect(page.get_by_role("alert")).to_contain_text(told)
        expect(page.get_by_label("Drop a file here, or choose one")).to_be_visible()

    def test_files_that_need_not_be_sent(self, page: Page, emptied: str) -> None:
        open_upload(page, emptied)
        choose(page, "")
        expect(page.get_by_role("alert")).to_have_text("shop.csv is empty.")
        page.route(ADDRESS, with_a_limit_of_one_megabyte)
        open_upload(page, emptied)
        choose(page, "a;b\n" * 300_000)
        expect(page.get_by_role("alert")).to_have_text("shop.csv has 1.1 MB, and 1 MB is the most.")

    def test_a_file_that_cannot_be_read(self, page: Page, emptied: str) -> None:
        open_upload(page, emptied)
        choose(page, "PK\x03\x04 no workbook")
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "The customer table cannot be used", timeout=30_000
        )
        assert_open_to_all(page)


class TestWork:
    @pytest.fixture
    def working(self, page: Page, emptied: str) -> Page:
        """A page that tells how far the look at a file of some seconds is."""
        open_upload(page, emptied)
        header, _, rows = messy(1_000).partition("\n")
        choose(page, header + "\n" + rows * 150)
        expect(page.get_by_role("heading", level=1)).to_have_text("Looking at shop.csv", timeout=30_000)
        return page

    def test_is_followed_and_survives_a_reload(self, working: Page) -> None:
        expect(working.get_by_role("status")).to_contain_text("rows…", timeout=30_000)
        working.reload()
        expect(working.locator(".understood__sentence")).to_contain_text("150,150 rows", timeout=90_000)

    def test_is_asked_about_where_events_do_not_come(
        self, page: Page, request: pytest.FixtureRequest, expected_errors: list[str]
    ) -> None:
        expected_errors.append("status of 503")
        page.route("**/events", lambda route: route.fulfill(status=503, body=""))
        working: Page = request.getfixturevalue("working")
        expect(working.get_by_role("status")).to_contain_text("rows…", timeout=30_000)
        expect(working.locator(".understood__sentence")).to_contain_text("150,150 rows", timeout=90_000)

    def test_is_cancelled_and_begun_anew(self, working: Page) -> None:
        working.get_by_role("button", name="Cancel").click()
        title = working.get_by_role("heading", level=1)
        expect(title).to_have_text("shop.csv was not taken in", timeout=30_000)
        working.get_by_role("button", name="Look at the file again").click()
        expect(working.locator(".understood__sentence")).to_contain_text("150,150 rows", timeout=90_000)

    def test_that_nobody_does_yet(self, page: Page, repository: Path, tmp_path: Path) -> None:
        with running_server(repository, tmp_path, tmp_path, JOB_WORKER="false") as address:
            open_upload(page, address)
            choose(page, messy())
            expect(page.get_by_role("status")).to_have_text("Waiting for its turn…", timeout=30_000)
            assert_open_to_all(page)
            page.get_by_role("button", name="Cancel").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("shop.csv was not taken in")
            assert_open_to_all(page)


class TestAccess:
    def test_the_empty_list(self, page: Page, emptied: str) -> None:
        page.goto(f"{emptied}/datasets")
        assert_open_to_all(page)

    def test_what_a_file_holds(self, page: Page, emptied: str, expected_errors: list[str]) -> None:
        expected_errors.append("status of 422")
        understood(page, emptied, messy())
        assert_open_to_all(page)
        content = messy()
        taken(page, emptied, content)
        understood(page, emptied, content)
        expect(page.get_by_role("group", name="A table with these columns")).to_be_visible()
        page.get_by_role("button", name="Take in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert_open_to_all(page)

    def test_a_table_and_the_question_before_it_goes(self, page: Page, emptied: str) -> None:
        taken(page, emptied, messy())
        page.get_by_text("Rename…").click()
        assert_open_to_all(page)
        page.get_by_role("link", name="Delete…").click()
        assert_open_to_all(page)
        page.goto(f"{emptied}/datasets")
        assert_open_to_all(page)

    def test_tables_are_scrolled_by_keyboard(self, page: Page, emptied: str) -> None:
        taken(page, emptied, messy())
        page.set_viewport_size({"width": 320, "height": 740})
        page.get_by_role("region", name="Rows of the table").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "() => document.querySelector('[aria-label=\"Rows of the table\"]').scrollLeft > 0"
        )

    def test_targets_are_large_enough_for_fingers(self, page: Page, emptied: str) -> None:
        understood(page, emptied, messy())
        for element in page.locator("select:visible, button:visible, .question__option, .field__box").all():
            size = element.bounding_box()
            assert size is not None
            assert size["height"] >= 44, element.evaluate("el => el.outerHTML")


def test_light_and_from_nowhere_else(page: Page, emptied: str) -> None:
    assert_light(page, emptied, PAGE_BYTES, lambda: page.goto(f"{emptied}/datasets"))


@pytest.mark.parametrize("host", ["127.0.0.1", "lan.test"])
def test_without_script_by_any_name(browser: Browser, emptied: str, host: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{emptied.replace('127.0.0.1', host)}/datasets")
    choose(page, messy())
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_role("button", name="Take in")).to_be_visible(timeout=30_000)
    page.get_by_role("radio", name="a decimal comma").check()
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_role("status").first).to_have_text("The table was taken in.", timeout=30_000)
    page.get_by_role("combobox", name="Across").select_option("Besuche")
    page.get_by_role("button", name="Draw").click()
    expect(page.locator(".scatter__drawing")).to_have_attribute("aria-label", re.compile("over Besuche"))
    context.close()
