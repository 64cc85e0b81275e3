"""Ordinary tables as shops in many countries export them, made by combination, with what they truly hold."""

from __future__ import annotations

import csv
import io
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from app.models.importing.choices import Choices

ROWS = 40
Quoting = Literal[0, 1]  # of the csv module: where needed, everywhere


@dataclass(frozen=True)
class Locale:
    """How one country writes; the decimal mark and the order of a date are what a person would be asked."""

    decimal: str
    grouping: str
    day: str
    order: str
    answers: tuple[str, str]
    names: tuple[str, ...]


LOCALES = {
    "en-US": Locale(".", ",", "%m/%d/%Y", "mdy", ("yes", "no"), ("Anna", "Zoë", "José")),
    "en-GB": Locale(".", ",", "%d/%m/%Y", "dmy", ("TRUE", "FALSE"), ("Anna", "Zoë", "José")),
    "de": Locale(",", ".", "%d.%m.%Y", "dmy", ("Ja", "Nein"), ("Jürgen", "Käthe", "Großmann")),
    "fr": Locale(",", "\u00a0", "%d/%m/%Y", "dmy", ("oui", "non"), ("Hélène", "François", "Anaïs")),
    "es": Locale(",", ".", "%d-%m-%Y", "dmy", ("sí", "no"), ("Muñoz", "Peña", "Sofía")),
    "ch": Locale(".", "'", "%Y-%m-%d", "ymd", ("1", "0"), ("Zürcher", "Müller", "Genève")),
    "plain": Locale(".", "", "%Y-%m-%d", "ymd", ("y", "n"), ("Anna", "Bo", "Çelik")),
}
DELIMITERS = (",", ";", "\t", "|", "^")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1")
CURRENCIES = ("{}", "{} €", "${}", "EUR {}")
QUOTING: tuple[Quoting, ...] = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
LINE_ENDS = ("\n", "\r\n", "\r")


@dataclass(frozen=True)
class Messy:
    """A table: its bytes, what its columns hold, and how a person who knows it would answer."""

    label: str
    content: bytes
    truth: dict[str, list[object]]
    answers: Choices


def messy_tables(count: int) -> Iterator[Messy]:
    """Yield tables of `count` combinations, drawn from all of them with a fixed seed."""
    product = itertools.product(LOCALES, DELIMITERS, ENCODINGS, CURRENCIES, QUOTING, LINE_ENDS)
    can_be_written = [c for c in product if not (c[2] == "latin-1" and "€" in c[3])]
    draws = random.Random(20_240_101)
    for combination in draws.sample(can_be_written, count):
        yield _make(*combination, draws)


def _make(
    name: str, delimiter: str, encoding: str, currency: str, quoting: Quoting, end: str, draws: random.Random
) -> Messy:
    locale = LOCALES[name]
    cents = [draws.choice([draws.randrange(10**4), draws.randrange(10**8)]) for _ in range(ROWS)]
    thousands = [draws.randrange(1_000, 10_000) for _ in range(ROWS)]
    ratios = [draws.randrange(1, 10_000) for _ in range(ROWS)]  # thousandths: 1.234 or 0.5
    days = [date(2023, 1, 1) + timedelta(draws.randrange(700)) for _ in range(ROWS)]
    early = [date(2023, draws.randrange(1, 13), draws.randrange(1, 13)) for _ in range(ROWS)]
    replies = [place % 3 == 0 for place in range(ROWS)]
    gaps = [draws.random() < 0.1 for _ in range(ROWS)]
    names = [f"{draws.choice(locale.names)} {place}, der; die | das{end}2" for place in range(ROWS)]
    truth: dict[str, list[object]] = {
        "Customer ID": [f"{place:05d}" for place in range(ROWS)],
        "Name": list(names),
        "Revenue": [None if gap else c / 100 for c, gap in zip(cents, gaps, strict=True)],
        "Points": [float(value) for value in thousands],
        "Ratio": [value / 1000 for value in ratios],
        "Since": list(days),
        "Seen": list(early),
        "Newsletter": list(replies),
    }
    cells = [
        [
            f"{place:05d}",
            names[place],
            "n/a" if gaps[place] else currency.format(_number(cents[place], 2, locale)),
            *(_number(thousands[place], 0, locale), _number(ratios[place], 3, locale)),
            *(days[place].strftime(locale.day), early[place].strftime(locale.day)),
            locale.answers[0 if replies[place] else 1],
        ]
        for place in range(ROWS)
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows([truth, *cells])
    label = f"{name} {delimiter!r} {encoding} {currency} {quoting} {end!r}"
    answers = _answers(locale, encoding, delimiter)
    return Messy(label, text.getvalue().encode(encoding), truth, answers)


def _answers(locale: Locale, encoding: str, delimiter: str) -> Choices:
    marks = dict.fromkeys(("Revenue", "Points", "Ratio"), locale.decimal)
    orders = dict.fromkeys(("Since", "Seen"), locale.order)
    told = "cp1252" if encoding == "latin-1" else encoding  # which holds all of its letters
    return Choices(told, delimiter, decimals=marks, date_orders=orders)  # type: ignore[arg-type]


def _number(value: int, places: int, locale: Locale) -> str:
    digits = str(value).rjust(places + 1, "0")
    whole, fraction = (digits[:-places], digits[-places:]) if places else (digits, "")
    grouped = f"{int(whole):,}".replace(",", locale.grouping)
    return grouped + (locale.decimal + fraction if fraction else "")
