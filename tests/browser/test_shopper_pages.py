"""Pages of recipes with categories, gaps, transforms and exceptional customers in the browser."""

from __future__ import annotations

import html
import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.every_page import assert_light, assert_open_to_all

NAMES = ["lifestyle", "everything"]
# one more list, one more script and the places of its words are sent than with numbers alone
PAGE_BYTES = {"lifestyle": 31_500, "everything": 34_000}
EXCEPTIONAL = "?avg_order_value=9000"


def answer(page: Page) -> Locator:
    return page.locator('[data-answer="name"]')


def open_page(page: Page, url: str, name: str = "lifestyle", query: str = "") -> Page:
    page.goto(f"{url}/recipes/{name}{query}")
    expect(page.locator('[data-confirmation="text"]')).to_have_text(f"Checked by {name}/1")
    return page


def texts_of(page: Page) -> dict[str, list[str]]:
    """What the page says about its customer, part by part."""
    parts = {
        "name": '[data-answer="name"]',
        "share": ".answer__sure",
        "reasons": ".reasons__text",
        "numbers": ".reasons__number",
        "distances": '[data-details="runner-up"]',
        "bars": '.answer-details [data-part="number"]',
        "strategy": '[data-details="strategy"] li',
        "way": '[data-what-if="text"]',
        "singles": '[data-what-if="singles"] li',
    }
    return {part: page.locator(place).all_text_contents() for part, place in parts.items()}


@pytest.mark.parametrize("name", NAMES)
class TestEveryPage:
    @pytest.mark.parametrize("part", ["", EXCEPTIONAL, "?income=&region=&target=1", "/about"])
    def test_no_findings_of_access_and_nothing_wider_than_the_window(
        self, page: Page, shoppers_url: str, name: str, part: str
    ) -> None:
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{shoppers_url}/recipes/{name}{part}")
        page.wait_for_load_state("networkidle")
        assert_open_to_all(page)

    def test_light_and_from_nowhere_else(self, page: Page, shoppers_url: str, name: str) -> None:
        assert_light(page, shoppers_url, PAGE_BYTES[name], lambda: open_page(page, shoppers_url, name))

    @pytest.mark.parametrize(
        "query",
        [
            "?region=West&avg_order_value=300&target=0",
            "?income=&region=&recency=12&target=1",
            "?region=Atlantis&spending_score=90&target=2",
            "?region=south&purchase_frequency=&target=2",
            f"{EXCEPTIONAL}&target=0",
            f"{EXCEPTIONAL}&income=&region=&target=1",
        ],
    )
    def test_script_and_server_tell_alike(
        self, page: Page, browser: Browser, shoppers_url: str, name: str, query: str
    ) -> None:
        context = browser.new_context(java_script_enabled=False)
        still = context.new_page()
        still.goto(f"{shoppers_url}/recipes/{name}{query}")
        open_page(page, shoppers_url, name, query)
        expect(page.locator('[data-what-if="text"]')).to_contain_text("classified as")
        expect(page.locator('[data-what-if="result"]')).not_to_have_attribute("aria-busy", "true")
        assert texts_of(page) == texts_of(still)
        rings = [
            one.locator('[data-map="customer"]').get_attribute("transform") or "" for one in (page, still)
        ]
        here, there = ([float(x) for x in re.findall(r"-?[\d.]+", ring)] for ring in rings)
        assert here == pytest.approx(there, abs=0.11)
        context.close()

    def test_a_way_is_tried_and_taken_back(self, page: Page, shoppers_url: str, name: str) -> None:
        open_page(page, shoppers_url, name, EXCEPTIONAL)
        expect(answer(page)).to_have_text("Exceptional")
        choice = page.locator('.what-if__choice[value="1"]')
        wanted = choice.inner_text().strip()
        choice.click()
        expect(page.locator('[data-what-if="text"]')).to_contain_text(f"would be classified as {wanted}.")
        page.get_by_role("button", name="Try it").click()
        expect(answer(page)).to_have_text(wanted)
        expect(page.locator('[data-confirmation="text"]')).to_have_text(f"Checked by {name}/1")
        page.get_by_role("button", name="Undo").click()
        expect(answer(page)).to_have_text("Exceptional")


class TestControls:
    def test_the_answer_follows_the_list(self, page: Page, shoppers_url: str) -> None:
        open_page(page, shoppers_url)
        number = page.locator('[data-reason="region"] [data-part="number"]')
        seen = set()
        for word in ("North", "South", "East", "West"):
            page.get_by_label("Region").select_option(word)
            expect(page.locator('[data-reason="region"] [data-part="text"]')).to_contain_text(word)
            seen.add(number.inner_text())
        assert len(seen) > 1
        expect(page).to_have_url(re.compile("region=West"))

    def test_a_blank_is_a_value_that_is_not_known(self, page: Page, shoppers_url: str) -> None:
        open_page(page, shoppers_url)
        page.get_by_role("textbox", name="Income").fill("")
        page.get_by_label("Region").select_option("not known")
        text = page.locator('[data-reason="income"] [data-part="text"]')
        expect(text).to_contain_text("no value, taken as 56,850 $,")
        expect(page.locator("#income-error")).to_be_empty()
        expect(page.get_by_role("slider", name="Income")).to_have_attribute("aria-valuetext", "no value")
        expect(page).to_have_url(re.compile(r"\?income=&.*region="))
        page.reload()
        expect(text).to_contain_text("no value, taken as 56,850 $,")
        page.get_by_role("slider", name="Income").press("ArrowRight")
        expect(page.get_by_role("textbox", name="Income")).not_to_have_value("")

    def test_a_blank_of_what_is_no_number_is_still_a_fault(self, page: Page, shoppers_url: str) -> None:
        open_page(page, shoppers_url)
        page.get_by_role("textbox", name="Income").fill("much")
        expect(page.locator("#income-error")).to_contain_text("Enter income as a number")

    def test_without_script_the_form_is_answered(self, browser: Browser, shoppers_url: str) -> None:
        context = browser.new_context(java_script_enabled=False)
        still = context.new_page()
        still.goto(f"{shoppers_url}/recipes/lifestyle")
        still.get_by_role("textbox", name="Income").fill("")
        still.get_by_label("Region").select_option("not known")
        still.get_by_role("textbox", name="Average order value").fill("9000")
        still.get_by_role("button", name="Find the segment").click()
        expect(answer(still)).to_have_text("Exceptional")
        expect(still.locator('[data-reason="region"]')).to_contain_text("no value")
        context.close()


class TestExceptional:
    def test_has_marks_on_the_map_and_a_word_about_them(self, page: Page, shoppers_url: str) -> None:
        open_page(page, shoppers_url)
        caption = page.locator(".segment-map__caption")
        expect(caption).to_contain_text(
            "Exceptional: farther than 3.41 standard deviations from every segment."
        )
        slot = page.locator(".segment-map__outlying use").get_attribute("href") or ""
        assert page.locator(slot).count() == 1
        assert page.locator(".segment-map__customers").count() == 4

    def test_nobody_is_nearest_enough(self, page: Page, shoppers_url: str) -> None:
        open_page(page, shoppers_url, query=EXCEPTIONAL)
        expect(page.locator('[data-details="runner-up"]')).to_contain_text(
            "Farther than 3.41 from every segment."
        )
        assert page.locator(".answer-details__row--current").count() == 0
        expect(page.locator(".reasons__row--total")).to_contain_text("beyond the reach")

    def test_stands_in_the_table_with_its_own_numbers(self, page: Page, shoppers_url: str) -> None:
        sent = html.unescape(page.request.get(f"{shoppers_url}/recipes/lifestyle/about").text())
        page.goto(f"{shoppers_url}/recipes/lifestyle/about")
        row = page.get_by_role("row", name=re.compile("Exceptional"))
        expect(row).to_contain_text("not resampled")
        sizes = [int(x) for x in re.findall(r"<td>(\d+)<span class=\"data-table__note\">[\d.]+ %", sent)]
        assert sum(sizes) == 1000
