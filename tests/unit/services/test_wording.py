from __future__ import annotations

import doctest

import pytest

from app.models.model_document import AnalysisDocument
from app.services import wording
from app.services.wording import VERDICTS, training_note, verdict_sentence
from tests.unit.services.example_model import example_analysis


def test_examples_hold() -> None:
    assert doctest.testmod(wording).failed == 0


@pytest.mark.parametrize("code", VERDICTS)
def test_each_verdict_is_a_sentence(code: str) -> None:
    sentence = verdict_sentence(code, 4)
    assert sentence.endswith(".")
    assert " 4 " in sentence


class TestTrainingNote:
    @staticmethod
    def note(**changed: object) -> str:
        analysis = AnalysisDocument.model_validate(example_analysis(1))
        column = analysis.columns[0].model_copy(update=changed)
        return training_note(analysis.segments[0], [column])

    def test_features_tell_nothing_new(self) -> None:
        assert self.note().startswith("In training: 2 customers.")

    def test_a_number_with_its_interval(self) -> None:
        assert "mean income 50 k$ (48 to 52; 2 customers)" in self.note(is_feature=False)

    def test_a_share_in_percent(self) -> None:
        assert "5000 % income" in self.note(is_feature=False, unit="share").replace(",", "")
