from __future__ import annotations

import pytest

from app.core.errors import WorkCancelled
from app.models.segment_count.watch import never, part_of, tell_nobody, watched


class TestWatched:
    def test_passes_on_what_is_done(self) -> None:
        heard: list[tuple[float, str]] = []
        watched(lambda fraction, words: heard.append((fraction, words)), never, "counting")(0.5, "Half")
        assert heard == [(0.5, "Half")]

    def test_ends_work_that_is_not_wanted(self) -> None:
        with pytest.raises(WorkCancelled, match="counting was cancelled"):
            watched(tell_nobody, lambda: True, "counting")(0.5, "Half")


class TestPartOf:
    def test_a_part_of_the_whole(self) -> None:
        heard: list[float] = []
        part = part_of(lambda fraction, words: heard.append(fraction), 0.5, 0.7)
        for fraction in (0.0, 0.5, 1.0):
            part(fraction, "")
        assert heard == pytest.approx([0.5, 0.6, 0.7])
