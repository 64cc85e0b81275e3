from __future__ import annotations

from typing import Any

import pytest

from app.models.choice_document import CRITERIA
from app.schemas.choice import ChoiceRead, OtherWay
from app.services.choice_story import LOOKS_AT, METHODS, tell_choice

KMEANS: dict[str, Any] = {
    "method": "kmeans",
    "rows": 1500,
    "sizes": [900, 600],
    "noise_share": 0.0,
    "silhouette": 0.5,
    "stability": 0.9,
    "agreement": 1.0,
}


def choice(*others: dict[str, Any], answers: dict[str, int | None] | None = None) -> ChoiceRead:
    return ChoiceRead.model_validate(
        {
            "segments": 2,
            "code": "separate_groups",
            "p_value": 0.01,
            "text": "2 separate groups: silhouette agrees; the elbow of the inertia says 4.",
            "reasons": ["Tables without groups, 198 of them, are not divided as well (p = 0.010)."],
            "is_disputed": True,
            "answers": answers or {"elbow": 4, "silhouette": 2, "gap": 1, "stability": None},
            "alternatives": [KMEANS, *(KMEANS | other for other in others)],
        }
    )


def way(**changed: Any) -> OtherWay:
    return tell_choice(choice({"method": "ward"} | changed)).ways[1]


class TestCriteria:
    def test_each_with_its_own_answer(self) -> None:
        story = tell_choice(choice())
        assert [(one.criterion, one.answer, one.agrees) for one in story.opinions] == [
            ("the elbow of the inertia", "4", False),
            ("silhouette", "2", True),
            ("the gap statistic", "no division", False),
            ("stability", "no number", False),
        ]
        assert story.is_disputed

    def test_the_recommendation_and_the_null_test_in_the_version_s_words(self) -> None:
        assert tell_choice(choice()).reasons == [choice().text, *choice().reasons]

    @pytest.mark.parametrize(
        ("answers", "told"),
        [
            ({"elbow": 2, "silhouette": 2}, "2 segments: all 2 measures name this number."),
            ({"elbow": 2, "gap": None}, "2 segments: 1 of 2 measures names this number."),
            (
                {"elbow": 4, "silhouette": 2, "gap": 1},
                "2 segments: 1 of 3 measures names this number; the others say no division and 4.",
            ),
            ({"elbow": 3}, "2 segments: none of 1 measures names this number; they say 3."),
        ],
    )
    def test_in_short_nobody_is_named(self, answers: dict[str, int | None], told: str) -> None:
        assert tell_choice(choice(answers=answers)).text == told

    def test_of_no_division_the_version_s_own_words(self) -> None:
        undivided = choice().model_copy(update={"segments": 1, "text": "No division."})
        assert tell_choice(undivided).text == "No division."

    def test_every_criterion_has_its_words(self) -> None:
        assert CRITERIA.keys() == LOOKS_AT.keys()


class TestWays:
    def test_ours_is_named_and_not_compared_with_itself(self) -> None:
        ours = tell_choice(choice()).ways[0]
        assert (ours.is_ours, ours.agreement, ours.meaning) == (True, "–", "the one that serves")
        assert (ours.segments, ours.sizes, ours.apart) == ("2", "900, 600", "none")

    @pytest.mark.parametrize(
        ("agreement", "meaning"),
        [(1.0, "nearly the same"), (0.9, "nearly the same"), (0.65, "much alike"),
         (0.64, "other segments"), (-0.1, "other segments")],
    )  # fmt: skip
    def test_agreement_in_words(self, agreement: float, meaning: str) -> None:
        found = way(agreement=agreement)
        assert (found.agreement, found.meaning) == (f"{agreement:.2f}", meaning)

    def test_one_segment_is_no_division(self) -> None:
        found = way(sizes=[1500], agreement=0.0, silhouette=None, stability=None)
        assert (found.meaning, found.silhouette, found.stability) == ("no division", "–", "–")

    def test_nobody_in_a_segment(self) -> None:
        found = way(sizes=[], agreement=None, noise_share=1.0)
        assert (found.segments, found.sizes, found.apart, found.meaning) == ("0", "", "100 %", "no division")

    def test_who_lies_in_no_segment(self) -> None:
        found = way(noise_share=0.125)
        assert (found.apart, found.meaning) == ("12.5 %", "nearly the same, of those it places")

    def test_every_way_has_a_name_and_how_many_were_compared_is_told(self) -> None:
        story = tell_choice(choice(*({"method": method} for method in METHODS if method != "kmeans")))
        assert [found.name for found in story.ways] == list(METHODS.values())
        assert story.compared == "1,500"
