"""A version's curves over the number of segments as an image file: for slides, and for who has no server."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from textwrap import wrap

from app.models.curve_drawing import HEIGHT, LEFT, WIDTH, CurveDrawing, draw_curves
from app.models.metrics import CurvePoint

ACROSS = 2
CELL, ROW, HEAD, EDGE = 364, 280, 56, 24
LETTERS = 48  # of a finding in a line
LINE = 17
# no theme follows a file: it is read on white
PAPER, INK, SOFT, GRID = "white", "black", "dimgray", "gainsboro"
FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"


def curves_image(label: str, curves: Sequence[CurvePoint], chosen: int) -> bytes:
    """Return an SVG file of the elbow, the silhouette and two more measures over k.

    Parameters
    ----------
    label : str
        Name of the version, such as ``mall/3``.
    curves : sequence of CurvePoint
        At least one, k ascending.
    chosen : int
        The number of segments in use, which is marked with a ring.
    """
    drawings = draw_curves(curves, chosen)
    width = EDGE + ACROSS * CELL
    height = HEAD + -(-len(drawings) // ACROSS) * ROW
    title = escape(f"{label}: measures by number of segments, {chosen} in use")
    cells = "".join(
        f'<g transform="translate({EDGE + place % ACROSS * CELL} {HEAD + place // ACROSS * ROW})">'
        f"{_cell(drawing)}</g>\n"
        for place, drawing in enumerate(drawings)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="{FONT}" font-size="12" fill="{INK}">\n'
        f"<title>{title}</title>\n"
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>\n'
        f'<text x="{EDGE}" y="34" font-size="18" font-weight="600">{title}</text>\n'
        f"{cells}</svg>\n"
    ).encode()


def _cell(drawing: CurveDrawing) -> str:
    words = "".join(
        f'<text y="{LINE * (line + 1)}" font-size="13" font-weight="600">{escape(text)}</text>'
        for line, text in enumerate(wrap(drawing.finding, LETTERS))
    )
    return f'{words}<g transform="translate(0 {2 * LINE + 10})">{_chart(drawing)}</g>'


def _chart(drawing: CurveDrawing) -> str:
    chosen, floor = drawing.chosen, drawing.y_axis.ticks[0].at
    marks = [
        f'<path d="M{LEFT:g} {tick.at:g}H{WIDTH:g}" stroke="{GRID}"/>'
        f'<text x="{LEFT - 8:g}" y="{tick.at + 4:g}" text-anchor="end" fill="{SOFT}">{tick.text}</text>'
        for tick in drawing.y_axis.ticks
    ]
    marks += [
        f'<text x="{tick.at:g}" y="{floor + 19:g}" text-anchor="middle" fill="{SOFT}">{tick.text}</text>'
        for tick in drawing.x_axis.ticks
    ]
    marks += [
        f'<path d="{drawing.band}" fill="{SOFT}" fill-opacity="0.18"/>',
        f'<path d="M{chosen.x:g} {floor:g}V{chosen.y:g}" stroke="{SOFT}" stroke-dasharray="2 3"/>',
        f'<path d="{drawing.path}" fill="none" stroke="{INK}" stroke-width="1.8" stroke-linejoin="round"/>',
    ]
    marks += [f'<circle cx="{dot.x:g}" cy="{dot.y:g}" r="2.6"/>' for dot in drawing.dots]
    marks += [
        f'<circle cx="{chosen.x:g}" cy="{chosen.y:g}" r="6" fill="{PAPER}" stroke="{INK}" stroke-width="3"/>',
        f'<text x="{WIDTH:g}" y="{HEIGHT - 2:g}" text-anchor="end" fill="{SOFT}">'
        f"{escape(drawing.x_axis.label)} →</text>",
    ]
    return "".join(marks)
