"""Pages of a user's own recipes in the browser: one, three, four and twelve features."""

from __future__ import annotations

import html
import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.every_page import assert_light, assert_open_to_all
from tests.own_recipes import COLUMNS, OWN

PAGE_BYTES = 30_000
NAMES = list(OWN)
PROJECTED = [name for name in NAMES if OWN[name][0] > 2]


def answer(page: Page) -> Locator:
    return page.locator('[data-answer="name"]')


def confirmation(page: Page) -> Locator:
    return page.locator('[data-confirmation="text"]')


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name)


def ring(page: Page) -> Locator:
    return page.locator('[data-map="customer"]')


PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
AT = """([ring, x, y]) => {
    const here = ring.getAttribute("transform").match(/[\\d.]+/g).map(Number);
    return Math.abs(here[0] - x) <= 0.11 && Math.abs(here[1] - y) <= 0.11;
}"""


def open_page(page: Page, own_url: str, name: str, query: str = "") -> Page:
    page.goto(f"{own_url}/recipes/{name}{query}")
    expect(confirmation(page)).to_have_text(f"Checked by {name}/1")
    return page


@pytest.mark.parametrize("name", NAMES)
class TestEveryPage:
    @pytest.mark.parametrize("part", ["", "/about"])
    def test_no_findings_of_access_and_nothing_wider_than_the_window(
        self, page: Page, own_url: str, name: str, part: str
    ) -> None:
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{own_url}/recipes/{name}{part}")
        assert_open_to_all(page)

    def test_light_and_from_nowhere_else(self, page: Page, own_url: str, name: str) -> None:
        assert_light(page, own_url, PAGE_BYTES, lambda: open_page(page, own_url, name))

    def test_the_answer_follows_every_slider(self, page: Page, own_url: str, name: str) -> None:
        open_page(page, own_url, name)
        seen = {answer(page).inner_text()}
        for column in list(COLUMNS)[: OWN[name][0]]:
            for key in ("Home", "End"):
                slider(page, COLUMNS[column][0]).press(key)
                page.evaluate(PAINTED)
                seen.add(answer(page).inner_text())
        assert len(seen) > 1
        expect(confirmation(page)).to_have_text(f"Checked by {name}/1")
        expect(page).to_have_url(re.compile(rf"/recipes/{name}\?recency=\d+"))
        expect(page.locator('[data-answer="share"]')).to_have_text(
            re.compile(r": \d+ of 50 retrained models agree\.")
        )

    def test_script_and_server_draw_and_tell_alike(self, page: Page, own_url: str, name: str) -> None:
        query = "&".join(
            f"{column}={low + 0.35 * (high - low):g}"
            for column, (_, _, low, high, _) in list(COLUMNS.items())[: OWN[name][0]]
        )
        sent = page.request.get(f"{own_url}/recipes/{name}?{query}").text()
        open_page(page, own_url, name, f"?{query}")
        slider(page, "Recency").press("ArrowRight")
        slider(page, "Recency").press("ArrowLeft")
        expect(confirmation(page)).to_have_text(f"Checked by {name}/1")
        drawn = re.search(r'data-map="customer" transform="translate\(([\d.]+) ([\d.]+)\)"', sent)
        assert drawn is not None
        # painted with the next frame; what was said of the place before may stand until then
        page.wait_for_function(AT, arg=[ring(page).element_handle(), *map(float, drawn.groups())])
        for text in (answer(page).inner_text(), page.locator('[data-reasons="total"]').inner_text()):
            assert text in sent

    def test_a_way_is_found_drawn_and_tried(self, page: Page, own_url: str, name: str) -> None:
        open_page(page, own_url, name)
        choice = page.locator('.what-if__choice:visible [aria-hidden="true"]').first.locator("..")
        wanted = choice.inner_text().strip()
        choice.click()
        expect(page.locator('[data-what-if="text"]')).to_contain_text(f"would be classified as {wanted}.")
        expect(page.locator('[data-map="way"]')).to_have_attribute("d", re.compile(r"^M[\d.]+ [\d.]+L"))
        sent = page.request.get(f"{own_url}/recipes/{name}?target={choice.get_attribute('value')}").text()
        singles = re.search(r'data-what-if="singles">(.*?)</ul>', sent, re.DOTALL)
        assert singles is not None
        told = [html.unescape(line) for line in re.findall(r"<li>(.*?)</li>", singles[1])]
        assert page.locator('[data-what-if="singles"] li').all_inner_texts() == told
        page.get_by_role("button", name="Try it").click()
        expect(answer(page)).to_have_text(wanted)
        expect(confirmation(page)).to_have_text(f"Checked by {name}/1")


class TestMaps:
    @pytest.mark.parametrize("name", PROJECTED)
    def test_a_projection_is_not_dragged(self, page: Page, own_url: str, name: str) -> None:
        open_page(page, own_url, name)
        before = ring(page).get_attribute("transform")
        box = page.locator(".segment-map__drawing").bounding_box()
        assert box is not None
        page.get_by_role("textbox", name="Recency").fill("long")
        page.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
        page.evaluate("() => new Promise(requestAnimationFrame)")
        expect(page.locator("#recency-error")).to_contain_text("Enter recency as a number")
        assert ring(page).get_attribute("transform") == before
        slider(page, "Recency").press("End")
        expect(ring(page)).not_to_have_attribute("transform", before or "")

    def test_a_strip_is_dragged_across(self, page: Page, own_url: str) -> None:
        open_page(page, own_url, "tempo")
        first = answer(page).inner_text()
        box = page.locator(".segment-map__drawing").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 0.05 * box["width"], box["y"] + 0.4 * box["height"])
        expect(answer(page)).not_to_have_text(first)
        expect(confirmation(page)).to_have_text("Checked by tempo/1")


class TestSureness:
    def test_the_server_says_it_where_the_page_holds_no_refits(self, page: Page, own_url: str) -> None:
        open_page(page, own_url, "wholesale")
        label = page.locator('[data-answer="label"]')
        expect(label).to_have_text(re.compile("Settled|Leaning|Borderline"))  # as the server wrote it
        page.route("**/predict", lambda route: None)
        slider(page, "Visits").press("End")
        expect(label).to_have_text("How sure")
        expect(page.locator('[data-details="gauge"]')).to_have_attribute("width", "0.00")
        page.unroute("**/predict")
        slider(page, "Visits").press("Home")
        expect(label).to_have_text(re.compile("Settled|Leaning|Borderline"))


class TestChooser:
    def test_leads_to_the_other_pages(self, page: Page, own_url: str) -> None:
        page.goto(own_url)
        page.get_by_role("navigation", name="Recipes").get_by_role("link", name="Bakery customers").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("What kind of bakery customer is this?")
        page.get_by_role("navigation", name="Main").get_by_role("link", name="About").click()
        expect(page).to_have_url(f"{own_url}/recipes/bakery/about")
        page.get_by_role("link", name="Clientele, home").click()
        expect(page).to_have_url(f"{own_url}/")

    def test_targets_are_large_enough_for_fingers(self, phone: Page, own_url: str) -> None:
        phone.goto(f"{own_url}/recipes/bakery")
        for element in phone.locator(".recipe-chooser__link, input:visible, button:visible").all():
            size = element.bounding_box()
            assert size is not None
            assert size["height"] >= 44


def test_without_script_the_form_is_answered_below_the_recipe(browser: Browser, own_url: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto(f"{own_url}/recipes/loyalty")
    first = answer(still).inner_text()
    still.get_by_role("textbox", name="Recency").fill("20")
    still.get_by_role("textbox", name="Visits").fill("12")
    still.get_by_role("textbox", name="Basket value").fill("70")
    still.get_by_role("button", name="Find the segment").click()
    assert still.url == f"{own_url}/recipes/loyalty?recency=20&visits=12&basket=70"
    expect(answer(still)).not_to_have_text(first)
    context.close()
