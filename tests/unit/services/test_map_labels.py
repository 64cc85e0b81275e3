from __future__ import annotations

import random

import pytest

from app.services.map_labels import SIZE, SMALL_SIZE, Box, label_box, label_lines, place_labels

PLOT = Box(46.0, 30.0, 628.0, 424.0)


def overlaps(boxes: list[Box]) -> float:
    return sum(a.shared(b) for n, a in enumerate(boxes) for b in boxes[:n])


class TestPlaceLabels:
    def test_alone_a_label_stands_above_its_spot(self) -> None:
        (label,) = place_labels(["Regulars"], [(300.0, 200.0)], PLOT)
        assert (label.x, label.y, label.anchor, label.lines) == (300.0, 200.0, "middle", ["Regulars"])
        assert label_box(label).bottom < 200.0

    @pytest.mark.parametrize(("x", "anchor"), [(60.0, "start"), (620.0, "end"), (337.0, "middle")])
    def test_at_an_edge_it_runs_inwards(self, x: float, anchor: str) -> None:
        (label,) = place_labels(["Regulars"], [(x, 200.0)], PLOT)
        assert label.anchor == anchor

    def test_at_the_top_it_stands_below(self) -> None:
        (label,) = place_labels(["Many visits a month · low basket"], [(300.0, 40.0)], PLOT)
        assert label_box(label).top > 40.0

    def test_equal_spots_get_labels_apart(self) -> None:
        labels = place_labels([f"Segment {n}" for n in range(8)], [(300.0, 200.0)] * 8, PLOT)
        assert overlaps([label_box(label) for label in labels]) == 0.0

    @pytest.mark.slow
    @pytest.mark.parametrize(("k", "most_covered"), [(4, 0.0), (6, 0.01), (8, 0.02)])
    def test_long_names_anywhere_hardly_cover_each_other(self, k: int, most_covered: float) -> None:
        chance, covered, room = random.Random(k), 0.0, 0.0
        for _ in range(60):
            spots = [(chance.uniform(60, 615), chance.uniform(45, 410)) for _ in range(k)]
            labels = place_labels(["High basket value · low visits"] * k, spots, PLOT, SMALL_SIZE)
            boxes = [label_box(label, SMALL_SIZE) for label in labels]
            assert all(box.left >= PLOT.left - 1 and box.right <= PLOT.right + 1 for box in boxes)
            covered += overlaps(boxes)
            room += sum(box.shared(box) for box in boxes)
        assert covered <= most_covered * room


class TestLabelLines:
    @pytest.mark.parametrize(
        ("name", "lines"),
        [
            ("Low spending", ["Low spending"]),
            ("Few visits · low spend", ["Few visits · low spend"]),
            ("High returned goods · low visits", ["High returned goods ·", "low visits"]),
            ("Budget-Conscious Shoppers", ["Budget-Conscious", "Shoppers"]),
            ("A name that a person wrote in full length", ["A name that a person", "wrote in full length"]),
            (
                "A name that a person wrote at much greater length",
                ["A name that a person", "wrote at much greater l…"],
            ),
            ("Donaudampfschifffahrtsgesellschaft", ["Donaudampfschifffahrtsg…"]),
        ],
    )
    def test_are_short(self, name: str, lines: list[str]) -> None:
        assert label_lines(name) == lines


def test_a_larger_size_takes_more_room() -> None:
    (label,) = place_labels(["Regulars"], [(300.0, 200.0)], PLOT)
    small, large = label_box(label, SMALL_SIZE), label_box(label, SIZE)
    assert small.shared(small) < large.shared(large)
