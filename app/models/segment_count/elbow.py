"""The elbow of a falling curve, by V. Satopää and others, "Finding a Kneedle in a haystack" (2011)."""

from __future__ import annotations

import numpy as np

from app.models.kmeans_fit import Floats

SENSITIVITY = 1.0


def find_elbow(x: Floats, y: Floats) -> int | None:
    """Return the place of the elbow of a falling convex curve y (n,) over even x (n,), if it has one.

    Both are scaled to 0…1 and the curve turned into a rising one; an elbow is a local maximum of its distance
    from the diagonal after which that distance falls by more than `SENSITIVITY` mean steps of x before it
    rises again.
    """
    if len(x) < 3 or np.ptp(y) == 0.0:
        return None
    across = (x - x.min()) / np.ptp(x)
    fallen = (y - y.min()) / np.ptp(y)
    above = fallen.max() - fallen - across
    step = SENSITIVITY * float(np.diff(across).mean())
    elbow, threshold = None, 0.0
    before = np.concatenate([above[:1], above[:-1]])
    for i in range(len(x) - 1):
        if above[i] >= max(before[i], above[i + 1]):
            elbow, threshold = i, float(above[i]) - step
        if above[i] <= min(before[i], above[i + 1]):
            elbow = None
        if elbow is not None and above[i + 1] < threshold:
            return elbow
    return None
