"""What holds for every page: access, widths, weights, no other host, no script needed, themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.every_page import assert_light, assert_open_to_all

PAGES = [
    "/",
    "/about",
    "/models",
    "/models/mall/1/delete",
    "/?annual_income=400&spending_score=50",
    "/?annual_income=x&spending_score=0",
    "/nowhere",
]
HOME_BYTES, PAGE_BYTES = 30_000, 30_000


@pytest.fixture(autouse=True)
def statuses_may_be_errors(expected_errors: list[str]) -> None:
    """Pages of errors are visited on purpose; the browser reports their status as an error."""
    expected_errors.extend(["status of 422", "status of 404", "status of 503"])


@pytest.mark.parametrize("path", PAGES)
def test_no_findings_of_access_and_nothing_wider_than_the_window(page: Page, path: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(path)
    assert_open_to_all(page)


def test_no_findings_without_a_model(page: Page, empty_url: str) -> None:
    page.goto(empty_url)
    expect(page.get_by_role("heading", level=1)).to_have_text("No model can answer yet")
    expect(page.get_by_role("link", name="Try again")).to_be_visible()
    assert_open_to_all(page)


@pytest.mark.parametrize(
    ("path", "limit"), [("/", HOME_BYTES), ("/about", PAGE_BYTES), ("/models", PAGE_BYTES)]
)
def test_light_and_from_nowhere_else(page: Page, base_url: str, path: str, limit: int) -> None:
    assert_light(page, base_url, limit, lambda: page.goto(path))


def test_the_answer_is_above_the_fold_on_a_phone(phone: Page) -> None:
    phone.goto("/")
    for part in (".segment-map__drawing", '[data-answer="name"]', '[data-answer="label"]'):
        expect(phone.locator(part)).to_be_in_viewport(ratio=1)
    for name in ("Annual income", "Spending score"):
        expect(phone.get_by_role("slider", name=name)).to_be_in_viewport(ratio=1)


def test_targets_are_large_enough_for_fingers(phone: Page) -> None:
    phone.goto("/")
    for element in phone.locator("input:visible, button:visible, nav[aria-label=Main] a").all():
        size = element.bounding_box()
        assert size is not None
        assert size["height"] >= 44, element.evaluate("el => el.outerHTML")


class TestWithoutScript:
    @pytest.fixture
    def still(self, browser: Browser, base_url: str) -> Page:
        return browser.new_context(base_url=base_url, java_script_enabled=False).new_page()

    def test_the_form_is_answered_by_the_server(self, still: Page) -> None:
        still.goto("/")
        expect(still.get_by_role("slider")).to_have_count(0)
        still.get_by_role("textbox", name="Annual income").fill("88")
        still.get_by_role("textbox", name="Spending score").fill("17")
        still.get_by_role("button", name="Find the segment").click()
        expect(still.locator('[data-answer="name"]')).to_have_text("High Earner Saver")
        assert still.url.endswith("/?annual_income=88&spending_score=17")
        still.context.close()

    def test_faults_keep_what_was_typed(self, still: Page) -> None:
        still.goto("/?annual_income=many&spending_score=50")
        expect(still.get_by_role("textbox", name="Annual income")).to_have_value("many")
        still.get_by_role("link", name="Enter annual income as a number").click()
        expect(still.get_by_role("textbox", name="Annual income")).to_be_focused()
        still.context.close()

    def test_the_model_card_reads_in_full(self, still: Page) -> None:
        still.goto("/about")
        still.get_by_text("The numbers behind the curves").click()
        expect(still.get_by_role("row", name="5 in use")).to_be_visible()
        still.context.close()


def test_a_script_that_never_loads_leaves_a_working_form(page: Page, expected_errors: list[str]) -> None:
    expected_errors.append("ERR_FAILED")
    page.route("**/*.js", lambda route: route.abort())
    page.goto("/")
    page.get_by_role("textbox", name="Annual income").fill("88")
    page.get_by_role("textbox", name="Spending score").fill("17")
    page.keyboard.press("Enter")
    expect(page.locator('[data-answer="name"]')).to_have_text("High Earner Saver")


def test_motion_stops_when_asked(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("/")
    page.get_by_role("slider", name="Spending score").fill("95")
    assert page.evaluate("() => document.getAnimations().length") == 0


def test_the_theme_follows_the_system(page: Page) -> None:
    page.goto("/")
    colours = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        colours.add(page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2


def test_paper_has_no_controls(page: Page) -> None:
    page.goto("/about")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto("/?annual_income=88&spending_score=17")
    expect(page.get_by_role("slider")).to_have_count(0)
    expect(page.locator('[data-answer="name"]')).to_have_text("High Earner Saver")
    expect(page.get_by_role("textbox", name="Annual income")).to_have_value("88")
