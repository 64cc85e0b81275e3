from __future__ import annotations

from xml.etree import ElementTree as Xml

from app.models.curve_drawing import draw_curves
from app.models.curves_image import curves_image
from tests.unit.models.test_curve_drawing import points

SVG = "{http://www.w3.org/2000/svg}"


def read(label: str = "mall/3", last: int = 10) -> Xml.Element:
    return Xml.fromstring(curves_image(label, points(last=last), 5))


class TestImage:
    def test_elbow_silhouette_and_two_more(self) -> None:
        words = " ".join(text.text or "" for text in read().iter(f"{SVG}text"))
        assert "mall/3: measures by number of segments, 5 in use" in words
        for drawing in draw_curves(points(last=10), 5):
            assert all(word in words for word in drawing.finding.split())
        assert "Inertia always falls" in words
        assert words.count("k, number of segments →") == 4

    def test_every_curve_is_there_with_its_ring(self) -> None:
        image = read()
        paths = {path.get("d") for path in image.iter(f"{SVG}path")}
        drawings = draw_curves(points(last=10), 5)
        assert {drawing.path for drawing in drawings} <= paths
        rings = [c for c in image.iter(f"{SVG}circle") if c.get("r") == "6"]
        assert [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in rings] == [d.chosen for d in drawings]

    def test_nothing_lies_outside_its_frame(self) -> None:
        image = read()
        width, height = float(image.get("width", 0)), float(image.get("height", 0))
        corners = [
            tuple(map(float, group.get("transform", "")[10:-1].split())) for group in image.findall(f"{SVG}g")
        ]
        assert len(corners) == 4
        assert all(x + 320 <= width and y + 44 + 202 <= height for x, y in corners)

    def test_it_brings_nothing_of_its_own_to_run_or_to_load(self) -> None:
        names = {element.tag.removeprefix(SVG) for element in read().iter()}
        assert names == {"svg", "title", "rect", "text", "g", "path", "circle"}

    def test_a_name_is_text(self) -> None:
        assert b"<b>" not in curves_image("<b>&", points(), 2)

    def test_the_same_numbers_make_the_same_file(self) -> None:
        assert curves_image("a/1", points(), 2) == curves_image("a/1", points(), 2)
