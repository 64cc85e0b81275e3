"""The judgement of a file for somebody who knows already what its columns hold, as a recipe does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from types import MappingProxyType

from app.models.importing.choices import Choices, Decimal, Kind
from app.models.importing.column_kinds import ColumnJudge
from app.models.importing.missing import missing_test
from app.models.importing.number_style import NumberStyle
from app.models.importing.questions import ask_about_column, ask_about_file, refuse_doubt
from app.models.importing.table_source import TableSource
from app.models.importing.understanding import blocks


def refuse_doubtful_header(source: TableSource, choices: Choices) -> None:
    """Refuse a file of which not even the names of its columns are certain.

    Raises
    ------
    TableInDoubt
        If more than one delimiter fits, or an encoding in doubt gives the names other letters.
    """
    is_plain = all(name.isascii() for name in source.header)
    refuse_doubt(q for q in ask_about_file(source, choices) if not (is_plain and q.key == "encoding"))


def judge_numbers(
    source: TableSource,
    numbers: Collection[int],
    texts: Collection[int],
    choices: Choices,
    decimal: Decimal | None = None,
) -> dict[int, NumberStyle]:
    """Return how each number column is written, judged from all its values; other columns ask nothing.

    Parameters
    ----------
    numbers, texts : collection of int
        Places of the columns that are read, as numbers and as texts.
    choices : Choices
        A person's answers; kinds are not looked at.
    decimal : "." or ","
        The mark in all number columns that the choices do not name.

    Raises
    ------
    TableInDoubt
        With a question for each number column that can be read in two ways, and for an encoding in doubt
        where it gives a cell of the columns that are read other letters.
    """
    names = {place: source.header[place] for place in numbers}
    marks: dict[str, Decimal] = {} if decimal is None else dict.fromkeys(names.values(), decimal)
    kinds = MappingProxyType(dict.fromkeys(names.values(), Kind.NUMBER))
    decided = replace(choices, kinds=kinds, decimals=MappingProxyType({**marks, **choices.decimals}))
    holds_none = missing_test(choices.missing)
    judges = {
        place: ColumnJudge(name, len(names), place in source.typed, holds_none)
        for place, name in names.items()
    }
    is_plain = True
    for block in blocks(source.records(), len(source.header)):
        columns = list(zip(*(record.cells for record in block if record.reason is None), strict=True))
        for place in (*numbers, *texts) if columns else ():
            counts = Counter(columns[place])
            is_plain = is_plain and all(map(str.isascii, counts))
            if place in judges:
                for cell, times in counts.items():
                    judges[place].see(cell, times)
    questions = [q for q in ask_about_file(source, choices) if not is_plain]
    styles = {}
    for place, judge in judges.items():
        verdict = judge.judge(decided)
        question = ask_about_column(verdict, decided)
        # where no value is a number there is nothing to choose: each is told with its line
        if question and question.key == "decimals":
            questions.append(question)
        styles[place] = verdict.style or NumberStyle()
    refuse_doubt(questions)
    return styles
