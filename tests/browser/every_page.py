"""What holds for every page: no findings of access, nothing wider than the window, light, no other host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response

WIDTHS = (320, 360, 768, 1280)
ALL_RULES = {"resultTypes": ["violations"]}
# all that a page's theme changes are colours
THEMES: dict[Literal["light", "dark"], dict[str, Any]] = {
    "light": ALL_RULES,
    "dark": ALL_RULES | {"runOnly": ["color-contrast", "link-in-text-block"]},
}


def assert_open_to_all(page: Page) -> None:
    """Look for findings of access in both themes, and for what is wider than the window."""
    assert_no_findings(page)
    assert_fits(page)


def assert_no_findings(page: Page) -> None:
    """Look for findings of access, those of colours in both themes, in a window as wide as it is."""
    for theme, rules in THEMES.items():
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found = Axe().run(page, options=rules)
        assert found.violations_count == 0, f"{theme}: {found.generate_report()}"


def assert_fits(page: Page) -> None:
    """Look for what is wider than the window, on telephones, a tablet and a screen."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, page.url


def assert_light(page: Page, address: str, limit: int, visit: Callable[[], object]) -> None:
    """Visit a page: it takes `limit` bytes at most, what it asks the API apart, and all from `address`."""
    answers: list[Response] = []

    def keep(answer: Response) -> None:
        answers.append(answer)

    page.on("response", keep)
    visit()
    page.wait_for_load_state("networkidle")
    assert [answer.url for answer in answers if not answer.url.startswith(address)] == []
    assert all(answer.ok for answer in answers)
    pages = [answer for answer in answers if "/api/" not in answer.url]
    weights = {answer.url: answer.request.sizes()["responseBodySize"] for answer in pages}
    assert sum(weights.values()) <= limit, (sum(weights.values()), weights)
