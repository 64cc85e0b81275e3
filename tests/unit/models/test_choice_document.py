from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.models.choice_document import ChoiceDocument

CHOICE: dict[str, Any] = {
    "segments": 5,
    "code": "separate_groups",
    "p_value": 0.01,
    "text": "5 separate groups.",
    "reasons": ["Each comes back."],
    "is_disputed": True,
    "answers": {"gap": 1, "elbow": None},
    "alternatives": [
        {
            "method": "dbscan",
            "rows": 200,
            "sizes": [100, 90],
            "noise_share": 0.05,
            "silhouette": 0.5,
            "stability": None,
            "agreement": 0.9,
        }
    ],
}


def test_it_is_read_as_it_was_written() -> None:
    choice = ChoiceDocument.model_validate(CHOICE)
    assert ChoiceDocument.model_validate_json(choice.model_dump_json()) == choice


@pytest.mark.parametrize("wrong", [{"code": "good"}, {"answers": {"gap": "1.5"}}, {"more": 1}])
def test_anything_else_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ChoiceDocument.model_validate(CHOICE | wrong)
