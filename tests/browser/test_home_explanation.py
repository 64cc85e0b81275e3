"""The home page's "why" and "what would it take?", evaluated in the page and asked of the server."""

from __future__ import annotations

import random
import re

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.every_page import assert_open_to_all

EXPLAIN = "**/api/v1/explain"
START = "/?annual_income=60&spending_score=42"

REASONS = """async ([module, customers]) => {
    const { model } = await import(module);
    return customers.map((values) => model.reasons(values, model.place(values)));
}"""


def what_if(page: Page) -> Locator:
    return page.get_by_role("region", name="What would it take?")


def told(page: Page) -> Locator:
    return page.locator('[data-what-if="text"]')


def way(page: Page) -> Locator:
    return page.locator('[data-map="way"]')


def choose(page: Page, name: str) -> None:
    what_if(page).get_by_role("button", name=name).click()


def name_of(page: Page) -> Locator:
    return page.locator('[data-answer="name"]')


def values_of(page: Page) -> list[float]:
    names = ("Annual income", "Spending score")
    return [float(page.get_by_role("textbox", name=name).input_value()) for name in names]


@pytest.fixture
def home(page: Page) -> Page:
    page.goto(START)
    expect(page.locator('[data-confirmation="text"]')).to_have_text("Checked by mall/1")
    return page


class TestWhy:
    def test_the_page_finds_the_reasons_of_the_server(self, home: Page, base_url: str) -> None:
        chance = random.Random(11)
        points = [[round(chance.uniform(0, 150), 1), round(chance.uniform(1, 100), 1)] for _ in range(220)]
        script = home.locator('script[type="module"]').get_attribute("src") or ""
        found = home.evaluate(REASONS, [script.replace("app.js", "lib/customer.js"), points])
        with httpx.Client(base_url=base_url) as client:
            for (income, score), here in zip(points, found, strict=True):
                customer = {"annual_income": income, "spending_score": score}
                there = client.post("/api/v1/explain", json=customer).raise_for_status().json()
                assert here == pytest.approx([r["contribution"] for r in there["reasons"]], abs=1e-9)
                assert sum(here) == pytest.approx(there["margin"], abs=1e-9)

    def test_the_words_follow_the_sliders(self, home: Page) -> None:
        home.get_by_role("slider", name="Annual income").fill("88")
        home.get_by_role("slider", name="Spending score").fill("66")
        why = home.locator(".reasons")
        expect(why.get_by_role("heading")).to_have_text("Why VIP / Whale and not Average Customer")
        expect(why.locator("li").first).to_contain_text(
            re.compile(
                r"Annual income speaks for VIP / Whale: 88 k\$ is nearer to its \d+ than to the \d+ of Av"
            )
        )
        home.get_by_role("slider", name="Spending score").fill("60")
        expect(why.locator("li").last).to_contain_text(
            "speaks for the runner-up, Average Customer: 60 is nearer"
        )
        expect(why.locator("li").last).to_have_attribute("data-slot", "1")

    def test_the_page_and_the_server_use_the_same_words(self, home: Page) -> None:
        for income, score in ((60, 42), (77, 45), (20.5, 90), (88, 60), (400, 1)):
            address = f"/?annual_income={income}&spending_score={score}&target=3"
            home.goto(address)
            expect(home.locator('[data-what-if="result"]')).not_to_have_attribute("aria-busy", "true")
            expect(home.locator('[data-what-if="link"]')).to_have_count(0)
            read = ".reasons, [data-what-if=text], [data-what-if=singles]"
            here = home.locator(read).all_text_contents()
            there = home.evaluate(
                """async ([address, read]) => {
                    const text = await (await fetch(address)).text();
                    const served = new DOMParser().parseFromString(text, "text/html");
                    return [...served.querySelectorAll(read)].map((element) => element.textContent);
                }""",
                [address, read],
            )
            assert [" ".join(text.split()) for text in here] == [" ".join(text.split()) for text in there]


class TestWhatIf:
    def test_a_choice_is_told_and_drawn(self, home: Page, base_url: str) -> None:
        choose(home, "VIP / Whale")
        expect(told(home)).to_have_text(
            re.compile(
                r"^Annual income from 60 to [\d.]+ k\$ and spending score from 42 to [\d.]+ "
                r"— then this customer would be classified as VIP / Whale\.$"
            )
        )
        expect(what_if(home).get_by_role("listitem")).to_have_text(
            [re.compile(r"^Annual income alone: "), re.compile(r"^Spending score alone: \d+")]
        )
        expect(way(home)).to_have_attribute("d", re.compile(r"^M[\d.]+ [\d.]+L[\d.]+ [\d.]+$"))
        expect(home).to_have_url(f"{base_url}{START}&target=1")
        expect(home.get_by_role("status")).to_have_text(re.compile("would be classified as VIP / Whale"))

    def test_chosen_again_it_is_gone(self, home: Page, base_url: str) -> None:
        choose(home, "VIP / Whale")
        expect(told(home)).not_to_be_empty()
        choose(home, "VIP / Whale")
        expect(told(home)).to_be_empty()
        expect(way(home)).to_have_attribute("d", "")
        expect(home).to_have_url(f"{base_url}{START}")

    def test_the_own_segment_is_no_choice(self, home: Page) -> None:
        expect(what_if(home).get_by_role("button")).to_have_count(4)
        expect(what_if(home).get_by_role("button", name="Average Customer")).to_be_hidden()

    @pytest.mark.parametrize(
        "name", ["VIP / Whale", "Young Trendsetter", "High Earner Saver", "Budget Conscious"]
    )
    def test_tried_and_undone(self, home: Page, name: str) -> None:
        choose(home, name)
        home.get_by_role("button", name="Try it").click()
        expect(name_of(home)).to_have_text(name)
        expect(home.locator('[data-confirmation="text"]')).to_have_text("Checked by mall/1")
        expect(told(home)).to_have_text(f"This customer is classified as {name}.")
        expect(way(home)).to_have_attribute("d", "")
        undo = home.get_by_role("button", name="Undo")
        expect(undo).to_be_focused()
        home.keyboard.press("Enter")
        expect(name_of(home)).to_have_text("Average Customer")
        assert values_of(home) == [60, 42]
        expect(told(home)).to_contain_text(f"would be classified as {name}")
        expect(undo).to_be_hidden()
        expect(what_if(home).get_by_role("button", name=name)).to_be_focused()

    def test_a_move_of_ones_own_forgets_the_undo(self, home: Page) -> None:
        choose(home, "VIP / Whale")
        home.get_by_role("button", name="Try it").click()
        expect(home.get_by_role("button", name="Undo")).to_be_visible()
        home.get_by_role("slider", name="Annual income").fill("30")
        expect(home.get_by_role("button", name="Undo")).to_be_hidden()
        expect(told(home)).to_contain_text("Annual income from 30 to")

    def test_moves_are_followed_without_being_spoken(self, home: Page) -> None:
        choose(home, "VIP / Whale")
        expect(told(home)).to_contain_text("from 60 to")
        spoken = home.get_by_role("status").inner_text()
        home.get_by_role("slider", name="Annual income").fill("62")
        expect(told(home)).to_contain_text("from 62 to")
        assert home.get_by_role("status").inner_text() == spoken

    def test_by_keyboard_alone(self, home: Page) -> None:
        what_if(home).get_by_role("button", name="VIP / Whale").focus()
        home.keyboard.press("Space")
        expect(told(home)).to_contain_text("would be classified as VIP / Whale")
        for _ in range(4):
            home.keyboard.press("Tab")
        expect(home.get_by_role("button", name="Try it")).to_be_focused()
        home.keyboard.press("Enter")
        expect(name_of(home)).to_have_text("VIP / Whale")

    def test_values_out_of_bounds_wait(self, home: Page) -> None:
        choose(home, "VIP / Whale")
        home.get_by_role("textbox", name="Annual income").fill("x")
        expect(told(home)).to_have_text("Waiting for values within their bounds")
        expect(way(home)).to_have_attribute("d", "")
        home.get_by_role("textbox", name="Annual income").fill("50")
        expect(told(home)).to_contain_text("Annual income from 50 to")

    def test_a_shared_address_keeps_the_choice(self, page: Page) -> None:
        page.goto(f"{START}&target=3")
        expect(told(page)).to_contain_text("would be classified as High Earner Saver")
        expect(what_if(page).get_by_role("button", name="High Earner Saver")).to_have_attribute(
            "aria-pressed", "true"
        )

    def test_where_nobody_can_be(self, home: Page) -> None:
        home.route(EXPLAIN, nobody_there)
        choose(home, "VIP / Whale")
        expect(told(home)).to_have_text("No customer within the bounds would be classified as VIP / Whale.")
        expect(home.get_by_role("button", name="Try it")).to_be_hidden()
        expect(what_if(home).get_by_role("listitem")).to_have_count(0)


class TestTrouble:
    def test_an_error_offers_to_ask_again(self, home: Page, expected_errors: list[str]) -> None:
        expected_errors.append("ERR_FAILED")
        home.route(EXPLAIN, lambda route: route.abort())
        choose(home, "VIP / Whale")
        expect(told(home)).to_have_text("Not found out: The server cannot be reached.")
        expect(home.get_by_role("button", name="Try it")).to_be_hidden()
        home.unroute(EXPLAIN)
        home.get_by_role("button", name="Ask again").click()
        expect(told(home)).to_contain_text("would be classified as VIP / Whale")
        expect(home.get_by_role("button", name="Ask again")).to_be_hidden()

    def test_a_problem_is_told_in_its_own_words(self, home: Page, expected_errors: list[str]) -> None:
        expected_errors.append("503")
        home.route(EXPLAIN, lambda route: route.fulfill(status=503, json={"detail": "Back in a minute."}))
        choose(home, "VIP / Whale")
        expect(told(home)).to_have_text("Not found out: Back in a minute.")

    def test_a_newer_model_says_so(self, home: Page) -> None:
        home.route(EXPLAIN, lambda route: route.fulfill(json={"model_version": "mall/2", "paths": []}))
        choose(home, "VIP / Whale")
        expect(told(home)).to_have_text("Not found out: A newer model, mall/2, is active. Reload the page.")

    def test_a_slow_server_shows_that_it_is_asked(self, home: Page) -> None:
        waiting: list[Route] = []

        def hold(route: Route) -> None:
            waiting.append(route)

        home.route(EXPLAIN, hold)
        choose(home, "VIP / Whale")
        expect(told(home)).to_have_text("Looking for the smallest change…")
        expect(home.locator('[data-what-if="result"]')).to_have_attribute("aria-busy", "true")
        waiting[-1].continue_()
        expect(told(home)).to_contain_text("would be classified as VIP / Whale")

    def test_only_the_last_choice_counts(self, home: Page) -> None:
        for name in ("VIP / Whale", "Young Trendsetter", "Budget Conscious"):
            choose(home, name)
        expect(told(home)).to_contain_text("would be classified as Budget Conscious")
        expect(what_if(home).locator('[aria-pressed="true"]')).to_have_count(1)


class TestLook:
    def test_no_findings_of_access_and_nothing_wider_than_the_window(self, page: Page) -> None:
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{START}&target=1")
        expect(told(page)).to_contain_text("would be classified as VIP / Whale")
        assert_open_to_all(page)

    def test_fingers_reach_every_choice(self, phone: Page) -> None:
        phone.goto(f"{START}&target=1")
        expect(phone.get_by_role("button", name="Try it")).to_be_visible()
        for button in what_if(phone).get_by_role("button").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 44

    def test_paper_shows_the_way_and_no_buttons(self, page: Page) -> None:
        page.goto(f"{START}&target=1")
        expect(told(page)).to_contain_text("would be classified as VIP / Whale")
        page.emulate_media(media="print")
        expect(told(page)).to_be_visible()
        expect(what_if(page).get_by_role("button")).to_have_count(0)
        page.emulate_media(media="screen")
        page.goto(START)
        page.emulate_media(media="print")
        expect(page.get_by_role("heading", name="What would it take?")).to_be_hidden()


def test_without_script_the_server_says_it(browser: Browser, base_url: str) -> None:
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto(START)
    choose(page, "VIP / Whale")
    assert page.url == f"{base_url}{START}&target=1"
    expect(told(page)).to_contain_text("would be classified as VIP / Whale")
    expect(way(page)).to_have_attribute("d", re.compile("^M"))
    page.get_by_role("link", name="Try it").click()
    expect(name_of(page)).to_have_text("VIP / Whale")
    context.close()


def nobody_there(route: Route) -> None:
    answer = route.fetch()
    body = answer.json()
    for path in body["paths"]:
        path.update(to=None, cost=None, single=dict.fromkeys(path["single"]))
    route.fulfill(response=answer, json=body)
