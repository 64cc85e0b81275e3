from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.importing.choices import DateOrder
from app.models.importing.date_style import DateJudge, DateJudgement, parse_date

FORMATS: dict[DateOrder, list[str]] = {
    "ymd": ["%Y-%m-%d", "%Y/%m/%d", "%Y-%m-%dT10:15:00Z", "%Y-%m-%d 10:15:00.123+02:00"],
    "dmy": ["%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y 10:15"],
    "mdy": ["%m/%d/%Y", "%m-%d-%Y"],
}


def judged(values: list[str]) -> DateJudgement:
    judge = DateJudge()
    for value in values:
        judge.see(value)
    return judge.judge()


class TestWholeColumns:
    @given(
        st.lists(st.dates(date(1900, 1, 1)), min_size=1, max_size=20),
        st.sampled_from(sorted(FORMATS)),
        st.data(),
    )
    def test_exactly_right_or_ambiguous(
        self, days: list[date], order: DateOrder, data: st.DataObject
    ) -> None:
        form = data.draw(st.sampled_from(FORMATS[order]))
        texts = [day.strftime(form) for day in days]
        judgement = judged(texts)
        if judgement.order is None:
            assert judgement.verdict == "ambiguous"
        else:
            assert [parse_date(text, judgement.order) for text in texts] == days


class TestJudge:
    @pytest.mark.parametrize(
        ("values", "order"),
        [
            (["2024-01-02"], "ymd"),
            (["13.01.2024", "02.01.2024"], "dmy"),
            (["01/13/2024", "01/02/2024"], "mdy"),
            (["05/05/2024"], "dmy"),  # either order gives the same day
            (["2024-01-02", "31/12/2024"], "dmy"),
        ],
    )
    def test_decided(self, values: list[str], order: str) -> None:
        assert judged(values).order == order

    @pytest.mark.parametrize(
        "values",
        [
            ["01/02/2024"],
            ["13/01/2024", "01/13/2024"],
            ["13/01/2024", "01/13/2024", "01/02/2024"],
            [*["01/02/2024"] * 100, "13/01/2024"],
        ],
    )
    def test_ambiguous(self, values: list[str]) -> None:
        assert judged(values).verdict == "ambiguous"

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "2024-13-01",
            "2023-02-29",
            "31.02.2024",
            "1.2.24",
            "2024-01-02x",
            "2024-01.02",
            "12",
            "0000-01-01",
        ],
    )
    def test_no_date(self, value: str) -> None:
        assert judged([value]).verdict == "not a number"

    def test_a_person_decides(self) -> None:
        judge = DateJudge()
        judge.see("01/02/2024")
        assert judge.judge("mdy").order == "mdy"
        assert judge.judge().doubtful == "01/02/2024"

    def test_time_of_day_is_told(self) -> None:
        assert judged(["2024-01-02 10:00"]).has_time
        assert not judged(["2024-01-02"]).has_time
