from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from app.models.importing.choices import Choices
from app.models.importing.row_reader import RowReader, Value
from app.models.importing.table_source import open_table
from app.models.importing.understanding import Understanding, understand
from tests.unit.models.importing.made_files import LIMITS, write
from tests.unit.models.importing.messy_tables import Messy, messy_tables

COUNT = 240
# Columns made so that every value, or nearly every one, can be read in two ways: 1,234 or 03/04/2023.
TORN = {"Points", "Ratio", "Seen"}
# Of the other columns, how many may be asked: names whose letters more than one encoding knows.
ASKED_AT_MOST = 0.05


def values(path: Path, understanding: Understanding) -> dict[str, list[Value]]:
    source = open_table(path, LIMITS, understanding.choices)
    read = RowReader(understanding.plans).read(list(source.records()))
    assert read.rejected == []
    return dict(zip(source.header, read.columns, strict=True))


def answered(understanding: Understanding, messy: Messy) -> Choices:
    """Answer the questions that are open, and nothing else."""
    choices = Choices()
    for question in understanding.questions:
        answer = getattr(messy.answers, question.key)
        offered = {option.value for option in question.options}
        assert question.is_required, f"{messy.label}: {question.text}"
        if question.column:
            answer = {question.column: answer[question.column]}
            assert answer[question.column] in offered, f"{messy.label}: the truth is not offered"
            answer = {**getattr(choices, question.key), **answer}
        else:
            assert answer in offered, f"{messy.label}: the truth is not offered"
        choices = replace(choices, **{question.key: answer})
    return choices


@pytest.fixture(scope="module")
def catalogue() -> list[Messy]:
    return list(messy_tables(COUNT))


class TestOrdinaryMess:
    @pytest.mark.slow
    def test_right_or_asked_and_right_once_answered(self, catalogue: list[Messy], tmp_path: Path) -> None:
        asked = Counter[str]()
        for messy in catalogue:
            path = write(tmp_path, messy.content)
            first = understand(path, LIMITS)
            in_doubt = {question.column for question in first.questions}
            if "" in in_doubt:  # letters of two encodings fit: texts are in doubt, numbers and dates are not
                assert [q.key for q in first.questions if not q.column] == ["encoding"], messy.label
                in_doubt.add("Name")
            found = values(path, first)
            for name, truth in messy.truth.items():
                asked[name] += name in in_doubt
                assert name in in_doubt or found[name] == truth, f"{messy.label}: {name}"
            second = understand(path, LIMITS, answered(first, messy))
            assert second.is_settled, messy.label
            assert values(path, second) == messy.truth, messy.label
        assert len({messy.label for messy in catalogue}) == COUNT
        untorn = {name: asked[name] for name in catalogue[0].truth if name not in TORN}
        assert sum(untorn.values()) <= ASKED_AT_MOST * COUNT * len(untorn)
        assert set(untorn) - {name for name, times in untorn.items() if times} >= {"Revenue", "Customer ID"}
        assert all(0 < asked[name] < COUNT for name in TORN)
