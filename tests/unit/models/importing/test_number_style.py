from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.importing.number_style import NumberJudge, NumberJudgement, NumberStyle, describe, parse

# decimal mark, thousands separator, last groups only of three (or lakhs)
LOCALES = {
    "en": (".", ","),
    "de": (",", "."),
    "fr": (",", "\u202f"),
    "fr spreadsheet": (",", "\u00a0"),
    "sv": (",", " "),
    "ch": (".", "’"),
    "ch typed": (".", "'"),
    "iso": (".", " "),
    "plain": (".", ""),
    "plain comma": (",", ""),
    "in": (".", "lakh"),
}
AFFIXES = ["{}", "€ {}", "{} €", "{}€", "${}", "{} TL", "CHF {}", "{} %", "{}%", "£{}", "EUR {}"]
NEGATIVES = ["-{}", "({})", "{}-", "\u2212{}", "- {}"]


def judged(values: list[str]) -> NumberJudgement:
    judge = NumberJudge()
    for value in values:
        judge.see(value)
    return judge.judge()


def grouped(digits: str, separator: str) -> str:
    if not separator or len(digits) < 4:
        return digits
    size, mark = (2, ",") if separator == "lakh" else (3, separator)
    head, groups = digits[:-3], [digits[-3:]]
    while head:
        head, group = head[:-size], head[-size:]
        groups.insert(0, group)
    return mark.join(groups)


def render(value: int, places: int, locale: str, affix: str, negative: str) -> str:
    decimal, separator = LOCALES[locale]
    digits = str(abs(value)).rjust(places + 1, "0")
    whole, fraction = (digits[:-places], digits[-places:]) if places else (digits, "")
    written = affix.format(grouped(whole, separator) + (decimal + fraction if fraction else ""))
    return negative.format(written) if value < 0 else written


columns = st.tuples(
    st.lists(st.integers(-(10**11), 10**11) | st.integers(-20_000, 20_000), min_size=1, max_size=30),
    st.integers(0, 5),
    st.sampled_from(sorted(LOCALES)),
    st.sampled_from(AFFIXES),
    st.sampled_from(NEGATIVES),
)


class TestWholeColumns:
    @pytest.mark.slow
    @settings(max_examples=1500, deadline=None)
    @given(columns)
    def test_exactly_right_or_ambiguous(self, column: tuple[list[int], int, str, str, str]) -> None:
        values, places, *written = column
        texts = [render(value, places, *written) for value in values]
        judgement = judged(texts)
        assert judgement.readable == len(values)
        if judgement.style is None:
            assert judgement.verdict == "ambiguous"
            truths = {option.decimal for option in judgement.options}
            assert truths == {".", ","}
            return
        assert [parse(text, judgement.style) for text in texts] == [value / 10**places for value in values]

    @settings(max_examples=500, deadline=None)
    @given(columns, st.data())
    def test_places_may_differ_within_a_column(
        self, column: tuple[list[int], int, str, str, str], data: st.DataObject
    ) -> None:
        values, _, *written = column
        places = [data.draw(st.integers(0, 4)) for _ in values]
        texts = [render(v, p, *written) for v, p in zip(values, places, strict=True)]
        style = judged(texts).style
        if style is not None:
            assert [parse(t, style) for t in texts] == [
                v / 10**p for v, p in zip(values, places, strict=True)
            ]

    @pytest.mark.slow
    @settings(max_examples=300, deadline=None)
    @given(columns)
    def test_the_right_answer_of_a_person_is_always_exact(
        self, column: tuple[list[int], int, str, str, str]
    ) -> None:
        values, places, *written = column
        texts = [render(value, places, *written) for value in values]
        judge = NumberJudge()
        for text in texts:
            judge.see(text)
        style = judge.judge("." if LOCALES[written[0]][0] == "." else ",").style
        assert style is not None
        for text, value in zip(texts, values, strict=True):
            assert parse(text, style) in (None, value / 10**places)
        assert sum(parse(text, style) is None for text in texts) == 0

    @pytest.mark.slow
    @settings(max_examples=1000, deadline=None)
    @given(st.text("0123456789.,' -+()%€", max_size=14), st.sampled_from([".", ","]))
    def test_a_style_never_reads_a_text_in_two_ways(self, text: str, decimal: str) -> None:
        other = {".": ",", ",": "."}[decimal]
        styles = [
            NumberStyle(decimal, grouping, "EUR", has_parentheses=True)  # type: ignore[arg-type]
            for grouping in ("", other, " ", "'")
        ]
        assert len({parse(text, style) for style in styles} - {None}) <= 1


class TestJudge:
    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            (["1.250.000,50"], [1250000.5]),
            (["€ 1 234,50"], [1234.5]),
            (["1,234", "1.5"], [1234.0, 1.5]),
            (["0.123", "1.234"], [0.123, 1.234]),
            (["1.234-", "2,50"], [-1234.0, 2.5]),
            (["(1,234.50)", "3"], [-1234.5, 3.0]),
            (["12 %", "3%"], [12.0, 3.0]),
            (["1,23,456"], [123456.0]),
            (["1e5", "2"], [100000.0, 2.0]),
            (["-0"], [0.0]),
            (["$1,234.00", "-$5.10", "$-5.10"], [1234.0, -5.1, -5.1]),
            (["Fr. 1’234.50"], [1234.5]),
            ([".5", "1.25"], [0.5, 1.25]),
        ],
    )
    def test_decided(self, values: list[str], expected: list[float]) -> None:
        style = judged(values).style
        assert style is not None
        assert [parse(value, style) for value in values] == expected

    @pytest.mark.parametrize(
        "values",
        [
            ["1,234"],
            ["1.234"],
            ["1,234", "12"],
            ["1.5", "2,5"],
            ["1.234", "1.5", "2,5"],
            ["1.2340", "2,5"],
            ["1 234", "1,234"],
            [*["1.234"] * 1000, "2,5"],  # one typing error must not make thousands of all the others
        ],
    )
    def test_ambiguous(self, values: list[str]) -> None:
        assert judged(values).verdict == "ambiguous"

    @pytest.mark.parametrize(
        "value",
        ["", "abc", "1.2.3", "12-34", "1,23,45", "1_000", "0x10", "--5", "(5", "5)", "-(5)", "5 5 5", "1..5",
         "€ 5 $", "5k", "٣", "5.", "1e", "9" * 400, "1,234.5,6", "12:30"],
    )  # fmt: skip
    def test_not_a_number(self, value: str) -> None:
        assert judged([value]).verdict == "not a number"

    def test_a_typing_error_is_rejected_and_changes_nothing(self) -> None:
        style = judged(["1.5"] * 99 + ["2,5"]).style
        assert style == NumberStyle(".")
        assert parse("2,5", style) is None

    def test_another_currency_is_not_read(self) -> None:
        style = judged(["€ 5.50"] * 9 + ["$ 5.50", "5.50"]).style
        assert style is not None
        assert (parse("$ 5.50", style), parse("5.50", style)) == (None, 5.5)

    def test_percent_and_plain_are_never_mixed(self) -> None:
        style = judged(["12 %"] * 9 + ["0.12"]).style
        assert style is not None
        assert (parse("12 %", style), parse("0.12", style)) == (12.0, None)

    def test_beyond_the_finite(self) -> None:
        assert parse("1e999", NumberStyle()) is None
        assert parse("-1e999", NumberStyle()) is None

    def test_options_are_shown_with_a_value(self) -> None:
        judgement = judged(["5", "1,234"])
        assert judgement.doubtful == "1,234"
        assert [parse("1,234", option) for option in judgement.options] == [1234.0, 1.234]

    def test_described(self) -> None:
        assert describe(NumberStyle(",", ".")) == "1.234,5"

    def test_negative_zero(self) -> None:
        value = parse("-0,0", NumberStyle(","))
        assert value is not None
        assert math.copysign(1, value) == 1
