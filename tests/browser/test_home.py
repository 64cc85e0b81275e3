"""The home page with script: sliders, boxes, map, and the server's confirmation."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.views.page_text import text_of

PREDICT = "**/api/v1/predict"


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name)


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name)


def answer(page: Page) -> Locator:
    return page.locator('[data-answer="name"]')


def confirmation(page: Page) -> Locator:
    return page.locator('[data-confirmation="text"]')


def place_of(page: Page, income: float, score: float) -> tuple[float, float]:
    """Return where two values lie on the screen, by the marks of the axes."""
    drawing = page.locator(".segment-map__drawing")
    drawing.scroll_into_view_if_needed()
    at = page.evaluate(
        """([income, score]) => {
            const data = JSON.parse(document.getElementById("model").textContent).drawing;
            const unit = (d, v) => d.from + (v - d.low) / (d.high - d.low) * (d.to - d.from);
            const svg = document.querySelector(".segment-map__drawing");
            const at = new DOMPoint(unit(data.x, income), unit(data.y, score));
            const p = at.matrixTransform(svg.getScreenCTM());
            return [p.x, p.y];
        }""",
        [income, score],
    )
    return (at[0], at[1])


def draw_finger(page: Page, start: tuple[float, float], stop: tuple[float, float]) -> None:
    touch = page.context.new_cdp_session(page)
    for n in range(11):
        point = {axis: a + (b - a) * n / 10 for axis, a, b in zip("xy", start, stop, strict=True)}
        kind = "touchStart" if n == 0 else "touchMove"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.fixture
def home(page: Page) -> Page:
    page.goto("/")
    expect(confirmation(page)).to_have_text("Checked by mall/1")
    return page


class TestSliders:
    def test_the_answer_follows(self, home: Page) -> None:
        slider(home, "Annual income").fill("120")
        slider(home, "Spending score").fill("95")
        expect(answer(home)).to_have_text("VIP / Whale")
        expect(home.locator('[data-answer="label"]')).to_have_text("Settled")
        expect(home.locator('[data-answer="share"]')).to_have_text(": 50 of 50 retrained models agree.")
        expect(home.locator('[data-details="strategy"] li').first).to_have_text(
            "Premium products, shown first to this group"
        )
        expect(home.locator(".segment-map__territory--current")).to_have_attribute("data-territory", "1")
        expect(home.locator("#home")).to_have_attribute("data-slot", "2")
        expect(box(home, "Annual income")).to_have_value("120")

    def test_the_keyboard_does_the_same(self, home: Page) -> None:
        income = slider(home, "Annual income")
        income.focus()
        home.keyboard.press("Home")
        expect(income).to_have_value("0")
        home.keyboard.press("ArrowRight")
        expect(income).to_have_attribute("aria-valuetext", "1 k$")
        home.keyboard.press("Tab")
        slider(home, "Spending score").focus()
        home.keyboard.press("End")
        expect(answer(home)).to_have_text("Young Trendsetter")

    def test_the_focus_is_seen(self, home: Page) -> None:
        home.keyboard.press("Tab")
        skip = home.get_by_role("link", name="Skip to the content")
        expect(skip).to_be_in_viewport()
        home.keyboard.press("Enter")
        expect(home.locator("main")).to_be_focused()

    def test_one_polite_line_speaks_only_when_the_segment_changes(self, home: Page) -> None:
        assert home.get_by_role("status").count() == 1
        home.evaluate(
            """() => {
                window.spoken = [];
                const line = document.querySelector('[role="status"]');
                new MutationObserver(() => window.spoken.push(line.textContent))
                    .observe(line, { childList: true, characterData: true, subtree: true });
            }"""
        )
        for income in ("56", "57", "58", "110"):
            slider(home, "Annual income").fill(income)
        slider(home, "Spending score").fill("90")
        expect(answer(home)).to_have_text("VIP / Whale")
        spoken = home.evaluate("() => window.spoken")
        assert len(spoken) == len(set(spoken)) <= 2
        assert spoken[-1] == "VIP / Whale"


class TestBoxes:
    def test_an_exact_number(self, home: Page) -> None:
        box(home, "Annual income").fill("20.5")
        box(home, "Spending score").fill("12,5")
        expect(answer(home)).to_have_text("Budget Conscious")
        expect(slider(home, "Annual income")).to_have_value(re.compile(r"2[01]"))
        expect(confirmation(home)).to_have_text("Checked by mall/1")
        expect(home).to_have_url(re.compile(r"/\?annual_income=20\.5&spending_score=12\.5$"))

    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("1001", "Annual income must be between 0 and 1000."),
            ("", "Enter annual income as a number, such as 42 or 42.5."),
            ("1,000", "Enter annual income as a number, such as 42 or 42.5."),
        ],
    )
    def test_a_fault_is_told_beside_its_field(self, home: Page, typed: str, message: str) -> None:
        income = box(home, "Annual income")
        income.fill(typed)
        expect(home.locator("#annual_income-error")).to_have_text(message)
        expect(income).to_have_attribute("aria-invalid", "true")
        expect(confirmation(home)).to_have_text("Waiting for values within their bounds")
        income.fill("50")
        expect(home.locator("#annual_income-error")).to_be_empty()
        expect(confirmation(home)).to_have_text("Checked by mall/1")

    def test_the_page_and_the_server_word_faults_alike(self, home: Page) -> None:
        box(home, "Annual income").fill("2000")
        box(home, "Spending score").fill("x")
        of_page = [
            home.locator(f"#{name}-error").inner_text() for name in ("annual_income", "spending_score")
        ]
        answer_of_server = home.request.get("/?annual_income=2000&spending_score=x")
        text = answer_of_server.text()
        assert all(fault in text for fault in of_page)

    def test_beyond_training_names_the_feature_and_its_range(self, home: Page) -> None:
        box(home, "Annual income").fill("400")
        notice = home.locator('[data-answer="outside"]')
        expect(notice).to_have_text(
            re.compile(
                r"Annual income is beyond what the model has seen \(\d+ to \d+ k\$\)\. "
                r"Farther from the centre of [\w /]+ than any of its customers in training\."
            )
        )
        box(home, "Annual income").fill("138")
        told = notice.inner_text()
        query = "/?annual_income=138&spending_score=" + box(home, "Spending score").input_value()
        assert told in text_of(home.request.get(query).text())
        box(home, "Annual income").fill("60")
        expect(notice).to_be_hidden()


class TestMap:
    def test_the_ring_is_dragged_by_mouse(self, home: Page) -> None:
        home.mouse.move(*place_of(home, 60, 50))
        home.mouse.down()
        home.mouse.move(*place_of(home, 80, 60), steps=4)
        home.mouse.move(*place_of(home, 100, 15), steps=4)
        expect(answer(home)).to_have_text("High Earner Saver")
        home.mouse.up()
        assert float(box(home, "Annual income").input_value()) == pytest.approx(100, abs=0.5)
        assert float(box(home, "Spending score").input_value()) == pytest.approx(15, abs=0.5)
        home.mouse.move(*place_of(home, 20, 80))
        expect(answer(home)).to_have_text("High Earner Saver")

    def test_dragging_past_the_edge_stays_within_the_bounds(self, home: Page) -> None:
        home.mouse.move(*place_of(home, 60, 50))
        home.mouse.down()
        x, y = place_of(home, 0, 0)
        home.mouse.move(max(x - 60, 1), y + 40, steps=3)
        home.mouse.up()
        expect(box(home, "Annual income")).to_have_value("0")
        expect(box(home, "Spending score")).to_have_value("1")

    def test_a_drag_clears_a_fault(self, home: Page) -> None:
        box(home, "Annual income").fill("nonsense")
        home.mouse.click(*place_of(home, 25, 20))
        expect(home.locator("#annual_income-error")).to_be_empty()
        expect(answer(home)).to_have_text("Budget Conscious")

    def test_a_finger_taps_and_drags(self, phone: Page) -> None:
        phone.goto("/")
        expect(confirmation(phone)).to_have_text("Checked by mall/1")
        phone.touchscreen.tap(*place_of(phone, 25, 80))
        expect(answer(phone)).to_have_text("Young Trendsetter")
        draw_finger(phone, place_of(phone, 25, 80), place_of(phone, 90, 15))
        expect(answer(phone)).to_have_text("High Earner Saver")
        assert phone.evaluate("() => window.scrollY") == 0  # the drag did not scroll the page

    def test_a_finger_scrolls_past_the_map(self, phone: Page) -> None:
        phone.goto("/")
        expect(confirmation(phone)).to_have_text("Checked by mall/1")
        draw_finger(phone, place_of(phone, 130, 20), place_of(phone, 130, 95))
        expect(answer(phone)).to_have_text("Average Customer")
        phone.wait_for_function("() => window.scrollY > 50")


class TestAddress:
    def test_stays_plain_until_something_moves(self, home: Page, base_url: str) -> None:
        assert home.url == f"{base_url}/"

    def test_can_be_shared(self, page: Page) -> None:
        page.goto("/?annual_income=88&spending_score=17")
        expect(answer(page)).to_have_text("High Earner Saver")
        expect(slider(page, "Annual income")).to_have_value("88")
        expect(confirmation(page)).to_have_text("Checked by mall/1")

    def test_faults_of_a_shared_address_are_mended_in_the_page(
        self, page: Page, expected_errors: list[str]
    ) -> None:
        expected_errors.append("422")
        page.goto("/?annual_income=9999&spending_score=17")
        expect(page.get_by_role("link", name="Annual income must be between 0 and 1000.")).to_be_visible()
        expect(page.locator('[data-answer="empty"]')).to_be_visible()
        box(page, "Annual income").fill("88")
        expect(answer(page)).to_have_text("High Earner Saver")
        expect(page.locator('[data-answer="empty"]')).to_be_hidden()
        expect(page.locator(".error-summary")).to_be_hidden()
        expect(page.get_by_role("heading", name="How sure")).to_be_visible()


class TestConfirmation:
    def test_an_error_keeps_the_answer_and_offers_a_retry(
        self, home: Page, expected_errors: list[str]
    ) -> None:
        expected_errors.append("ERR_FAILED")
        slider(home, "Annual income").fill("120")
        expect(confirmation(home)).to_have_text("Checked by mall/1")
        home.route(PREDICT, lambda route: route.abort())
        slider(home, "Spending score").fill("95")
        expect(answer(home)).to_have_text("VIP / Whale")
        expect(confirmation(home)).to_have_text("Not checked: The server cannot be reached.")
        home.unroute(PREDICT)
        home.get_by_role("button", name="Try again").click()
        expect(confirmation(home)).to_have_text("Checked by mall/1")
        expect(home.get_by_role("button", name="Try again")).to_be_hidden()

    def test_a_problem_is_told_in_its_own_words(self, home: Page, expected_errors: list[str]) -> None:
        expected_errors.append("503")
        home.route(PREDICT, lambda route: route.fulfill(status=503, json={"detail": "Back in a minute."}))
        slider(home, "Annual income").fill("120")
        expect(confirmation(home)).to_have_text("Not checked: Back in a minute.")

    def test_an_answer_that_is_no_json_is_an_error(self, home: Page) -> None:
        home.route(PREDICT, lambda route: route.fulfill(status=200, body="<p>proxy</p>"))
        slider(home, "Annual income").fill("120")
        expect(confirmation(home)).to_have_text("Not checked: The server's answer cannot be read.")

    def test_a_newer_model_offers_itself(self, home: Page) -> None:
        home.route(PREDICT, lambda route: answer_as(route, "mall/2"))
        slider(home, "Annual income").fill("120")
        expect(confirmation(home)).to_have_text("A newer model, mall/2, is active; this page shows mall/1.")
        link = home.get_by_role("link", name="Load the newer model")
        expect(link).to_have_attribute("href", re.compile(r"^/\?annual_income=120&spending_score=\d+$"))

    def test_a_slow_server_shows_that_it_is_asked(self, home: Page) -> None:
        waiting: list[Route] = []

        def hold(route: Route) -> None:
            waiting.append(route)

        home.route(PREDICT, hold)
        slider(home, "Annual income").fill("120")
        expect(confirmation(home)).to_have_text("Checking with the server…")
        expect(answer(home)).not_to_be_empty()
        waiting[-1].continue_()
        expect(confirmation(home)).to_have_text("Checked by mall/1")

    def test_only_the_last_of_many_moves_is_asked(self, home: Page) -> None:
        asked: list[str] = []
        home.on("request", lambda request: asked.append(request.url) if "predict" in request.url else None)
        slider(home, "Annual income").evaluate(MOVES)
        home.wait_for_url("**annual_income=99**")
        expect(confirmation(home)).to_have_text("Checked by mall/1")
        assert len(asked) < 10


# as fast as a hand that drags, however busy the machine
MOVES = """async (slider) => {
    for (let income = 60; income < 100; income += 1) {
        slider.value = income;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        if (income % 10 === 9) await new Promise(requestAnimationFrame);
    }
}"""


def answer_as(route: Route, version: str) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json=answer.json() | {"model_version": version})
