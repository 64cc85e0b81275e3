"""Colours of the segments, one per palette slot, as hexadecimal codes for light backgrounds.

A recipe gives each persona a slot from 1 to 8; slot ``n`` is ``SEGMENT_COLOURS[n - 1]``. The dark theme has
its own eight, `--segment-1` to `--segment-8` in `app/static/css/tokens.css`. Found by a search over OKLCH:
the least CIEDE2000 distance between any two, under normal sight and three simulated colour blindnesses, is
22.9 within the first five and 14.8 within all eight, and each stands out from the page by at least 3 : 1.
The conventions' tests measure it again, so a colour picked by eye cannot slip in.
"""

from __future__ import annotations

SEGMENT_COLOURS: tuple[str, ...] = (
    "#184ec3",  # blue
    "#e86b0c",  # orange
    "#31a597",  # teal
    "#49283e",  # plum
    "#9b0611",  # red
    "#b270f9",  # violet
    "#925661",  # rose
    "#270a7f",  # indigo
)
