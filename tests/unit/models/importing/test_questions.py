from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import TableInvalid
from app.models.importing.choices import Choices, Kind
from app.models.importing.questions import Question, TableInDoubt, refuse_doubt
from app.models.importing.understanding import understand
from tests.unit.models.importing.made_files import LIMITS, read, rows_of, workbook


def only(folder: Path, content: bytes | str, choices: Choices | None = None) -> Question:
    (question,) = read(folder, content, choices).questions
    return question


class TestAboutTheFile:
    def test_encoding(self, tmp_path: Path) -> None:
        question = only(tmp_path, "name;x\nMuñoz;1\nÑandú;2\n".encode("cp1252"))
        assert (question.key, question.is_required) == ("encoding", True)
        samples = {option.value: option.sample for option in question.options}
        assert samples["cp1252"] == "Muñoz;1"
        assert samples["cp1250"] == "Muńoz;1"

    def test_delimiter(self, tmp_path: Path) -> None:
        content = "Umsatz, netto;Kunde\n1234,50;Anna\n99,95;Bo\n"
        question = only(tmp_path, content)
        assert (question.key, question.is_required) == ("delimiter", True)
        assert {option.value for option in question.options} == {",", ";"}
        assert read(tmp_path, content, Choices(delimiter=";")).header == ("Umsatz, netto", "Kunde")

    def test_a_ragged_row_lets_no_comma_win_in_silence(self, tmp_path: Path) -> None:
        content = "Umsatz, netto;Kunde;Ort\n" + "1234,50;Anna;Ulm\n" * 30 + "1,5;Bo\n"
        assert only(tmp_path, content).key == "delimiter"

    def test_sheet(self, tmp_path: Path) -> None:
        path = tmp_path / "book"
        workbook(rows_of([["id"], ["a"]]), rows_of([["other"], ["b"]]))(path)
        (question,) = understand(path, LIMITS).questions
        assert (question.key, question.is_required) == ("sheet", False)
        found = understand(path, LIMITS, Choices(sheet="Second"))
        assert (found.header, found.questions) == (("other",), ())


class TestAboutAColumn:
    def test_decimal(self, tmp_path: Path) -> None:
        question = only(tmp_path, "id;x\na;1.234\nb;12\n")
        assert (question.key, question.column, question.is_required) == ("decimals", "x", True)
        assert [(o.value, o.sample) for o in question.options] == [
            (".", "1.234 is read as 1.234"),
            (",", "1.234 is read as 1234"),
        ]
        assert "1.234" not in question.text

    def test_two_styles_without_a_doubtful_value(self, tmp_path: Path) -> None:
        assert [option.sample for option in only(tmp_path, "id;x\na;1.5\nb;2,5\n").options] == ["", ""]

    def test_order_of_a_date(self, tmp_path: Path) -> None:
        question = only(tmp_path, "id;x\na;01/02/2024\nb;05/05/2024\n")
        assert [(o.value, o.sample) for o in question.options] == [
            ("dmy", "01/02/2024 is read as 2024-02-01"),
            ("mdy", "01/02/2024 is read as 2024-01-02"),
        ]

    def test_two_orders_without_a_doubtful_value(self, tmp_path: Path) -> None:
        question = only(tmp_path, "id;x\na;13/01/2024\nb;01/13/2024\n")
        assert [option.sample for option in question.options] == ["", ""]

    @pytest.mark.parametrize(
        ("values", "kind"), [("1.5 2.5 x y", "number"), ("2024-01-01 2024-01-02 x", "date")]
    )
    def test_half_of_a_kind(self, values: str, kind: str, tmp_path: Path) -> None:
        question = only(tmp_path, "who,x\n" + "".join(f"b,{value}\n" for value in values.split()))
        assert (question.key, question.is_required) == ("kinds", False)
        assert [option.value for option in question.options] == [Kind.CATEGORY, Kind(kind)]

    def test_a_few_that_are_of_no_kind(self, tmp_path: Path) -> None:
        question = only(tmp_path, "who,x\n" + "b,1.5\n" * 99 + "b,C1\n")
        assert (question.key, question.is_required) == ("kinds", False)
        assert question.text == "1 of 100 values of x is no number. What does it hold?"
        assert [option.value for option in question.options] == [Kind.NUMBER, Kind.TEXT]

    @pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.DATE])
    def test_a_kind_that_no_value_is_of(self, kind: Kind, tmp_path: Path) -> None:
        question = only(tmp_path, "id,x\na,b\n", Choices(kinds={"x": kind}))
        assert (question.key, question.is_required) == ("kinds", True)

    def test_a_chosen_kind_is_not_asked_again(self, tmp_path: Path) -> None:
        assert read(tmp_path, "who,x\na,1\nb,x\n", Choices(kinds={"x": Kind.TEXT})).questions == ()

    def test_a_delimiter_that_cannot_be(self, tmp_path: Path) -> None:
        with pytest.raises(TableInvalid, match="delimiter"):
            read(tmp_path, "a;b\n", Choices(delimiter="ab"))


class TestRefuseDoubt:
    def test_what_is_required_is_refused_with_the_place_of_its_answer(self, tmp_path: Path) -> None:
        questions = read(tmp_path, "name;x/\nMuñoz;1.234\n".encode("cp1252")).questions
        with pytest.raises(TableInDoubt) as caught:
            refuse_doubt(questions)
        assert caught.value.questions == questions
        assert [fault.pointer for fault in caught.value.faults] == [
            "/choices/encoding",
            "/choices/decimals/x/",
        ]

    def test_what_is_not_is_let_pass(self) -> None:
        refuse_doubt([Question("kinds", "x", "What does it hold?", (), is_required=False)])
