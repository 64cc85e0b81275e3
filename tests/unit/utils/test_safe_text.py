from __future__ import annotations

import pytest

from app.utils.safe_text import defuse, shorten


def test_a_name_is_shown_short_and_plain() -> None:
    assert shorten("\u202eIncome\x1b[2J\u200b") == "Income[2J"
    assert shorten("n" * 60) == "n" * 60
    assert shorten("\u202e" + "n" * 80) == "n" * 59 + "…"


class TestDefuse:
    @pytest.mark.parametrize(
        "text",
        [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", "\nx", "  =1", "\u200b=1", "\ufeff =1", "\u00a0@x",
            "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", "\u202e=1", "=cmd|' /C calc'!A0",
        ],
    )  # fmt: skip
    def test_formula(self, text: str) -> None:
        assert defuse(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["", "a=1", "00123", "1e5", "<script>", "é", "'=1", " a"])
    def test_plain_text(self, text: str) -> None:
        assert defuse(text) == text
