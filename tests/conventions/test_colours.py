from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
from coloraide import Color

from app.core.palette import SEGMENT_COLOURS

BLOCKS = {
    "light": re.compile(r":root\s*\{([^}]*)\}"),
    "dark": re.compile(r"@media \(prefers-color-scheme: dark\)\s*\{\s*:root\s*\{([^}]*)\}"),
}
BLINDNESSES = ("protan", "deutan", "tritan")
LEAST_CONTRAST = 3  # WCAG 2.2, 1.4.11: graphics
# Number of segments on one page → least CIEDE2000 distance. Eight cannot be as far apart as five.
LEAST_DISTANCE = {5: 15, 8: 14}

themes = pytest.mark.parametrize("theme", BLOCKS)


@pytest.fixture(scope="module")
def tokens(repository: Path) -> dict[str, dict[str, str]]:
    text = (repository / "app/static/css/tokens.css").read_text(encoding="utf-8")
    found = {theme: block.search(text) for theme, block in BLOCKS.items()}
    return {theme: dict(re.findall(r"--([\w-]+):\s*([^;]+);", m.group(1))) for theme, m in found.items() if m}


def segments(tokens: dict[str, str]) -> tuple[str, ...]:
    return tuple(tokens[f"segment-{slot}"] for slot in range(1, 9))


def least_distance(one: str, other: str) -> float:
    """Measure how far apart two colours are for whoever tells them apart worst."""
    a, b = Color(one), Color(other)
    seen = [(a, b)] + [
        (a.filter(f, 1, method="machado"), b.filter(f, 1, method="machado")) for f in BLINDNESSES
    ]
    return min(x.delta_e(y, method="2000") for x, y in seen)


@themes
@pytest.mark.parametrize("count", LEAST_DISTANCE)
def test_segments_are_told_apart(tokens: dict[str, dict[str, str]], theme: str, count: int) -> None:
    pairs = combinations(segments(tokens[theme])[:count], 2)
    close = {pair: d for pair in pairs if (d := least_distance(*pair)) < LEAST_DISTANCE[count]}
    assert close == {}


@themes
def test_segments_stand_out_from_the_page(tokens: dict[str, dict[str, str]], theme: str) -> None:
    page = Color(tokens[theme]["page"])
    assert [c for c in segments(tokens[theme]) if Color(c).contrast(page) < LEAST_CONTRAST] == []


def test_the_api_names_the_light_colours(tokens: dict[str, dict[str, str]]) -> None:
    assert segments(tokens["light"]) == SEGMENT_COLOURS
