"""What a training with all its evidence costs beside one plain k-means fit on the same rows.

Run from the top of the repository: ``python -m benchmarks.training``. Tables of 10,000 to 2,000,000 rows × 8
columns, five overlapping groups, a fixed seed. Per size, side by side in one run: scikit-learn's
``KMeans(n_clusters=5, n_init=10)`` on the standardised rows, and `train` from rows to the files of a version,
both with one thread; processor time, since the machine is shared.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from time import process_time
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from app.models.artifact_store import Numbering
from app.models.customer_table import CustomerTable
from app.models.recipe import Recipe
from app.models.training import train
from app.models.version_files import Plan

ROWS, COLUMNS, GROUPS, SEED = (10_000, 100_000, 1_000_000, 2_000_000), 8, 5, 42

T = TypeVar("T")


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    print("rows, plain fit in s, training in s, ratio, inertia over the plain fit's")
    for count in parser.parse_args().rows:
        rows = planted(count)
        z = (rows - rows.mean(axis=0)) / rows.std(axis=0)
        with threadpool_limits(1):
            fitted, plain = spent(partial(KMeans(n_clusters=GROUPS, n_init=10, random_state=SEED).fit, z))
            table = CustomerTable(tuple(map(str, range(count))), rows, {}, "0" * 64, None, {})
            trained, ours = spent(partial(train, recipe(), table, Plan(GROUPS, SEED), None, Numbering()))
        inertia = trained.model.document.metrics.inertia / fitted.inertia_
        print(f"{count:,}, {plain:.2f}, {ours:.1f}, {ours / plain:.2f}, {inertia:.6f}", flush=True)


def planted(count: int) -> NDArray[np.float64]:
    """Return rows around five centres, in sizes from 10 to 30 %, which overlap."""
    rng = np.random.default_rng(SEED)
    centres = rng.uniform(20.0, 80.0, (GROUPS, COLUMNS))
    groups = rng.choice(GROUPS, count, p=(0.1, 0.15, 0.2, 0.25, 0.3))
    found: NDArray[np.float64] = centres[groups] + rng.normal(0.0, 12.0, (count, COLUMNS))
    return found.clip(-1_000.0, 1_000.0)


def recipe() -> Recipe:
    """Return a recipe of eight numbers."""
    features = [
        {
            "name": f"f{n}",
            "label": f"Feature {n}",
            "low_word": f"low f{n}",
            "high_word": f"high f{n}",
            "column": f"f{n}",
            "minimum": -1_000.0,
            "maximum": 1_000.0,
        }
        for n in range(COLUMNS)
    ]
    return Recipe.model_validate(
        {
            "name": "planted",
            "title": "Planted groups",
            "noun": "customer",
            "segments": GROUPS,
            "raw_file": "planted.csv",
            "id": {"column": "id"},
            "features": features,
        }
    )


def spent(work: Callable[[], T]) -> tuple[T, float]:
    """Return what some work returns, and its processor time in seconds."""
    before = process_time()
    found = work()
    return found, process_time() - before


if __name__ == "__main__":
    main()
