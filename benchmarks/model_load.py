"""How long a stored version takes to load: read, hash check, validation, ready to answer.

Run from the top of the repository after a training: ``python -m benchmarks.model_load --recipe mall``.
The time to import the same code in a fresh interpreter stands beside it, as a measure of the machine.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from app.models.artifact_store import ArtifactStore
from app.models.ml_model import MLModel

RUNS, STARTS = 50, 5
IMPORT = "import app.models.active_model"


def main() -> None:
    """Print the median times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifacts", type=Path, default=Path("models_artifacts"))
    parser.add_argument("--recipe", default="mall")
    given = parser.parse_args()
    store = ArtifactStore(given.artifacts, given.recipe)
    version = store.pointer.version()
    load = median_time(lambda: MLModel.from_files(store.read(version)), RUNS)
    bare = median_time(lambda: start("pass"), STARTS)
    imported = median_time(lambda: start(IMPORT), STARTS) - bare
    print(f"load {given.recipe}/{version}: {1000 * load:.1f} ms (median of {RUNS})")
    print(f"{IMPORT}: {1000 * imported:.0f} ms beyond an empty interpreter's {1000 * bare:.0f} ms")
    print(f"ratio: {load / imported:.3f}")


def median_time(work: Callable[[], object], runs: int) -> float:
    """Return the median of the seconds that `runs` calls take, after one that does not count."""
    work()
    times = []
    for _ in range(runs):
        begun = perf_counter()
        work()
        times.append(perf_counter() - begun)
    return median(times)


def start(code: str) -> None:
    """Run `code` in a fresh interpreter."""
    subprocess.run([sys.executable, "-c", code], check=True)


if __name__ == "__main__":
    main()
