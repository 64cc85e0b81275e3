"""The whole way of somebody new, from a messy file to segments that live on, by the pages alone."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.api.live_server import Live, serving
from tests.browser.every_page import assert_fits
from tests.conftest import settings_in

pytestmark = pytest.mark.timeout(300)
PATIENCE_MS = 120_000
ROWS, MOVERS = 120, 6
KINDS = ((400, 4, 30.0), (1_500, 12, 5.0), (4_000, 30, 15.0))
BEST = 2


def table(seed: int, movers: int = 0) -> str:
    """Return three groups of customers as a German till exports them, with rows that cannot be read.

    The amounts are whole euros with a point between thousands: nobody but a person can tell that from a
    decimal point. The first `movers` customers have become like the next group.
    """
    chance = random.Random(seed)
    lines = ["Kunden-Nr;Umsatz (€);Bestellungen;Retouren %;Region"]
    for number in range(ROWS):
        spend, orders, returned = KINDS[(number + (number < movers)) % 3]
        euros = f"{max(100.0, chance.gauss(spend, spend / 12)):,.0f}".replace(",", ".")
        times, share = max(0.0, chance.gauss(orders, 1.0)), max(0.1, chance.gauss(returned, 2.0))
        region = chance.choice(["Köln", "Nürnberg", "Westend"])
        percent = f"{share:.1f}".replace(".", ",")
        lines.append(f"{number:05d};{euros} €;{times:.0f};{percent};{region}")
    lines += ["00998;viel;3;5,0;Köln", "00999;1.000 €;4;keine;Köln", "Summe;9.999 €"]
    return "\r\n".join(lines) + "\r\n"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server as it is after its installation without any table: it starts its own worker."""
    folder = tmp_path_factory.mktemp("whole_way")
    with serving(settings_in(folder), folder / "log") as live:
        yield live


@pytest.fixture
def expected_errors() -> list[str]:
    """The first page says that there is no model yet; a question stays unanswered once."""
    return ["503", "422"]


def await_title(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words, timeout=PATIENCE_MS)
    assert_fits(page)


def choose(page: Page, name: str, content: bytes) -> None:
    expect(page.locator('[data-upload="submit"]')).to_be_hidden()  # the script listens
    page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": content})
    await_title(page, f"What {name} holds")
    expect(page.locator(".understood__sentence")).to_contain_text("rows will be left out")


def find_nothing_yet(page: Page, live: Live) -> None:
    page.goto(live.url)
    assert_fits(page)
    page.get_by_role("link", name="Your customer tables").click()
    await_title(page, "Your customer tables")


def bring_first(page: Page) -> None:
    choose(page, "kunden.csv", table(1).encode("cp1252"))
    page.get_by_role("button", name="Take in").click()
    page.get_by_role("alert").get_by_role("link", name="Umsatz").click()
    assert_fits(page)
    question = page.get_by_role("group", name="The numbers of Umsatz")
    question.get_by_role("radio", name="a decimal comma").check()
    page.get_by_role("textbox", name="Name of the table").fill("Spring")
    page.get_by_role("button", name="Take in").click()
    await_title(page, "Spring")
    rows = page.get_by_role("region", name="Rows of the table")
    expect(rows.get_by_role("row").nth(1)).to_contain_text("00000")


def find_segments(page: Page) -> None:
    page.get_by_role("link", name="Segment these customers").click()
    await_title(page, "Segment these customers")
    page.get_by_label("Title of the recipe").fill("Shop")
    page.get_by_label("Bestellungen", exact=True).check()
    expect(page.get_by_label("Number of segments")).to_have_value("")
    # in haste: pressed twice, it makes one recipe and one training
    page.get_by_role("button", name="Find the segments").dblclick()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert_fits(page)
    await_title(page, "The training is done")
    expect(page.get_by_role("heading", level=2)).to_have_text(f"3 segments of {ROWS} customers")


def read_the_evidence(page: Page) -> None:
    verdict = page.locator(".trained__verdict").inner_text()
    page.get_by_role("link", name="How far to trust them").click()
    assert_fits(page)
    expect(page.locator(".verdict__answer")).to_contain_text(verdict.partition(":")[0])


def ask_about(page: Page, kind: int) -> str:
    """Tell of a customer as the recipe's page asks it; return the name of the segment."""
    umsatz, bestellungen, retouren = KINDS[kind]
    # the page answers by itself from now on
    expect(page.get_by_role("button", name="Find the segment")).to_be_hidden()
    page.get_by_role("textbox", name="Umsatz").fill(str(umsatz))
    page.get_by_role("textbox", name="Bestellungen").fill(str(bestellungen))
    page.get_by_role("textbox", name="Retouren").fill(str(retouren))
    page.keyboard.press("Tab")
    expect(page).to_have_url(
        re.compile(f"umsatz={umsatz}&bestellungen={bestellungen}&retouren={retouren:g}$")
    )
    expect(page.locator('[data-confirmation="text"]')).to_contain_text("Checked by")
    expect(page.locator('[data-answer="label"]')).to_have_text("Settled")
    assert_fits(page)
    return page.locator('[data-answer="name"]').inner_text()


def rename(page: Page, name: str, new: str) -> None:
    page.get_by_role("link", name="Edit names and strategies").click()
    assert_fits(page)
    article = page.get_by_role("article", name=name, exact=True)
    article.get_by_label("Name").fill(new)
    article.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text(f"Saved: {new}.")


def bring_newer(page: Page) -> None:
    page.get_by_role("link", name="Tables", exact=True).click()
    choose(page, "kunden.csv", table(2, MOVERS).encode("utf-8-sig"))
    expect(
        page.get_by_text("Your answers to an earlier file with these columns were applied")
    ).to_be_visible()
    expect(page.get_by_role("group", name="The numbers of Umsatz")).to_have_count(0)
    page.get_by_role("radio", name="It replaces Spring").check()
    page.get_by_role("textbox", name="Name of the table").fill("Summer")
    page.get_by_role("button", name="Take in").click()
    await_title(page, "Summer")


def train_again(page: Page) -> None:
    page.get_by_role("button", name="Train Shop on this table").dblclick()
    await_title(page, "The training is done")
    page.get_by_role("link", name="Who moved").click()
    await_title(page, "Which model is in use?")


def test_from_a_messy_file_to_segments_that_live_on(page: Page, live: Live) -> None:
    find_nothing_yet(page, live)
    bring_first(page)
    find_segments(page)
    page.get_by_role("link", name="See the segments").click()
    names = [ask_about(page, kind) for kind in range(len(KINDS))]
    assert len(set(names)) == len(KINDS)
    page.go_back()
    read_the_evidence(page)
    rename(page, names[BEST], "Unsere Besten")
    page.get_by_role("link", name="Segments", exact=True).click()
    assert ask_about(page, BEST) == "Unsere Besten"

    bring_newer(page)
    train_again(page)
    moves = page.get_by_role("region", name="Who moved, in numbers")
    expect(moves.get_by_role("rowheader", name="Unsere Besten")).to_be_visible()
    expect(page.locator("#moves")).to_contain_text(re.compile(f"{MOVERS} of {ROWS} customers moved"))
    expect(page.get_by_role("article", name="spring/2")).to_contain_text("Unsere Besten")

    page.get_by_role("button", name="Roll back to spring/1").dblclick()
    expect(page.get_by_role("status")).to_contain_text("Rolled back")
    assert_fits(page)
    page.get_by_role("link", name="Segments", exact=True).click()
    assert ask_about(page, BEST) == "Unsere Besten"
    expect(page.locator('[data-confirmation="text"]')).to_contain_text("spring/1")
