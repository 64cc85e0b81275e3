"""What an explanation costs, and whether its paths lead where they say: ``python -m benchmarks.explanation``.

Random customers over the whole of the features' bounds, against the active version of the default recipe.
"""

from __future__ import annotations

import argparse
from random import Random
from statistics import median, quantiles
from time import perf_counter

from app.core.config import load_settings
from app.models.artifact_store import ArtifactStore
from app.models.explanation import explain
from app.models.ml_model import MLModel


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=10_000)
    count = parser.parse_args().customers
    settings = load_settings()
    store = ArtifactStore(settings.artifacts_dir, settings.default_recipe)
    model = MLModel.from_files(store.read(store.pointer.version()))
    random = Random(7)
    bounds = [(feature.minimum, feature.maximum) for feature in model.document.features]
    seconds, paths, misses, none = [], 0, 0, 0
    for _ in range(count):
        values = [random.uniform(low, high) for low, high in bounds]
        started = perf_counter()
        found = explain(model, values)
        seconds.append((perf_counter() - started) / max(1, len(found.paths)))
        paths += len(found.paths)
        none += sum(path.to is None for path in found.paths)
        misses += sum(
            path.to is not None and model.place(path.to).order[0] != path.index for path in found.paths
        )
    print(f"{model.label}: {count:,} customers, {paths:,} paths, {none} without an answer, {misses} misses")
    cost = median(seconds), quantiles(seconds, n=100)[-1]
    print(f"a path: {1000 * cost[0]:.2f} ms in the median, {1000 * cost[1]:.2f} ms at the 99th percentile")


if __name__ == "__main__":
    main()
