from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.models.moves_document import MovesDocument

FOUND: dict[str, Any] = {
    "from_version": "mall/1",
    "to_version": "mall/2",
    "basis": "joined",
    "segments": [{"segment_id": 0, "name": "A", "persona": None, "slot": 1}],
    "born": [],
    "retired": [],
    "customers": 3,
    "stayed": [{"segment_id": 0, "customers": 3}],
    "moves": [],
}


def test_is_read_as_it_was_written() -> None:
    found = MovesDocument.model_validate(FOUND)
    assert MovesDocument.model_validate_json(found.model_dump_json()) == found
    assert (found.new, found.gone) == ((), ())


@pytest.mark.parametrize("changed", [{"basis": "guessed"}, {"customer_ids": ["1"]}, {"customers": 0.5}])
def test_holds_counts_and_nothing_else(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MovesDocument.model_validate(FOUND | changed)
