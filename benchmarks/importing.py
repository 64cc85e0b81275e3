"""What an import of millions of rows costs: seconds and memory, of the dry run and of taking it in.

Run from the top of the repository: ``python -m benchmarks.importing --rows 5000000``. The table is made anew
in a temporary folder, with a fixed seed: eight columns, a decimal comma with points between thousands, one
ragged row in ten thousand. Each step runs in a process of its own; memory is its peak beyond what the
same process holds before it starts.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

from app.models.importing.limits import MEGABYTE, ImportLimits
from app.models.importing.take_in import take_in
from app.models.importing.understanding import Understanding, understand

ROWS, SEED, FAULTY_EACH = 5_000_000, 20_240_101, 10_000
LIMITS = ImportLimits()
HEADER = "customer_id;name;amount;orders;last_order;city;gender;newsletter\n"


def main() -> None:
    """Print the figures of one import."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        write_table(path, rows)
        print(f"{rows:,} rows, {path.stat().st_size / MEGABYTE:,.0f} MB")
        understanding = measured("understand", _understand, path)
        kinds = ", ".join(f"{c.verdict.name} {c.verdict.kind}" for c in understanding.columns)
        print(f"{kinds}; {understanding.accepted:,} good rows, {understanding.rejected:,} not")
        measured("take_in", _take_in, path, understanding)


def write_table(path: Path, rows: int) -> None:
    """Write a table as a shop in Germany exports it."""
    draws = random.Random(SEED)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        for number in range(rows):
            amount = f"{draws.randrange(1, 10)}.{draws.randrange(1_000):03d},{draws.randrange(100):02d}"
            day = f"{draws.randrange(1, 29):02d}.{draws.randrange(1, 13):02d}.2024"
            city, gender = draws.choice(["Ulm", "Köln", "Paris"]), draws.choice("mf")
            newsletter = draws.choice(["ja", "nein"])
            name = f"Customer {draws.randrange(10**6)}"
            cells = [f"{number:08d}", name, amount, str(draws.randrange(200)), day, city, gender, newsletter]
            if number % FAULTY_EACH == FAULTY_EACH - 1:
                cells.append("one too many")
            file.write(";".join(cells) + "\n")


def measured(name: str, work: Callable[..., Understanding], *given: object) -> Understanding:
    """Run `work` in a fresh process, print its seconds and its memory, and return what it gives."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        result, seconds, of_processor, idle, peak = pool.apply(_measure, (work, *given))
    times = f"{seconds:,.0f} s ({of_processor:,.0f} s of the processor)"
    print(f"{name}: {times}, {peak - idle:,.0f} MB beyond {idle:,.0f} MB")
    return result


def _measure(
    work: Callable[..., Understanding], *given: object
) -> tuple[Understanding, float, float, float, float]:
    idle, begun, worked = _peak(), perf_counter(), process_time()
    result = work(*given)
    return result, perf_counter() - begun, process_time() - worked, idle, _peak()


def _peak() -> float:
    # Kilobytes, but bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MEGABYTE if sys.platform == "darwin" else peak / 1024


def _understand(path: Path) -> Understanding:
    return understand(path, LIMITS)


def _take_in(path: Path, understanding: Understanding) -> Understanding:
    taken = take_in(path, understanding, path.parent / "taken", LIMITS)
    print(f"{taken.accepted:,} rows taken in, {taken.rejected:,} rejected")
    return understanding


if __name__ == "__main__":
    main()
