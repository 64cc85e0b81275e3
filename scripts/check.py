"""Every check of the project, the same on a laptop and in continuous integration.

`python scripts/check.py` runs all; `--fast` leaves out what takes longest; `--only STAGE` runs one. All
stages run even after one has failed, so that one run shows everything there is to mend.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
LEAST_COVERAGE = 95

# Measured by `coverage run` and not by pytest's plugin: it also sees the servers that tests start and end.
PLAIN = (PYTHON, "-m", "pytest")
MEASURED = (PYTHON, "-m", "coverage", "run", "-m", "pytest")
# what runs beside others takes the time that they leave
GIVING_WAY = ("nice", "-n", "19") if shutil.which("nice") else ()
# Two processes, as many as the smallest machine that builds this has cores: each does whole files, in their
# order. By default those with the fewest tests come last, which are the longest of them.
IN_TWO = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
# a recording of each test costs a third of the time: `pytest --last-failed --tracing on` makes it afterwards
PICTURES = ("--output", "out/browser")


@dataclass(frozen=True)
class Stage:
    """One check: its name, its command, whether `--fast` runs it, and whether others run meanwhile."""

    name: str
    command: tuple[str, ...]
    is_fast: bool = True
    is_beside: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a stage ended, with the last line that it printed."""

    stage: Stage
    code: int
    seconds: float
    last_line: str


def list_stages(fast: bool) -> list[Stage]:
    """List all stages in the order in which they run."""
    tools = Path(PYTHON).parent
    lint_imports = shutil.which("lint-imports", path=str(tools)) or "lint-imports"
    which = ("-m", "not slow") if fast else ()
    elsewhere = ("--ignore=tests/browser", "--ignore=tests/stress")
    # The browser has its own run: its driver refuses to start where another test left an event loop. Neither
    # it nor what is put under load is measured for coverage, which would cost both most of their time.
    return [
        Stage("format", (PYTHON, "-m", "ruff", "format", "--check", ".")),
        Stage("lint", (PYTHON, "-m", "ruff", "check", ".")),
        Stage("types", (*GIVING_WAY, PYTHON, "-m", "mypy", "--num-workers", "2"), is_beside=True),
        Stage("layers", (lint_imports, "--no-logo")),
        Stage("forget", (PYTHON, "-m", "coverage", "erase"), is_fast=False),
        Stage("tests", (*(PLAIN if fast else MEASURED), *which, "tests", *elsewhere, *IN_TWO)),
        Stage("stress", (*PLAIN, "tests/stress", *IN_TWO), is_fast=False),
        Stage("browser", (*PLAIN, "tests/browser", *IN_TWO, *PICTURES), is_fast=False),
        Stage("combine", (PYTHON, "-m", "coverage", "combine", "-q"), is_fast=False),
        Stage(
            "coverage", (PYTHON, "-m", "coverage", "report", f"--fail-under={LEAST_COVERAGE}"), is_fast=False
        ),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen stages; answer 0 if all passed, else 1."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console of another encoding must not stop the checks
    options = parse(arguments)
    chosen = [stage for stage in list_stages(options.fast) if stage.name in options.only or not options.only]
    chosen = [stage for stage in chosen if stage.is_fast or not options.fast]
    if not chosen:
        sys.exit("nothing to run: --fast leaves out what --only names")
    start = time.monotonic()
    outcomes = run_stages(chosen)
    summarise(outcomes, time.monotonic() - start)
    return 1 if any(outcome.code for outcome in outcomes) else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the options of the command line."""
    parser = argparse.ArgumentParser(description="Run every check of the project.")
    names = [stage.name for stage in list_stages(fast=False)]
    parser.add_argument(
        "--only", action="append", default=[], choices=names, help="run this stage; may be repeated"
    )
    parser.add_argument("--fast", action="store_true", help="leave out the browser, slow tests and coverage")
    return parser.parse_args(arguments)


def run_stages(stages: Sequence[Stage]) -> list[Outcome]:
    """Run one stage after another, and beside them in a second row those that use what they leave idle."""
    labels = {stage: f"\n[{n}/{len(stages)}] {stage.name}\n" for n, stage in enumerate(stages, start=1)}
    with ThreadPoolExecutor(max_workers=1) as second_row:
        beside = {
            stage: second_row.submit(run_unseen, stage, labels[stage]) for stage in stages if stage.is_beside
        }
        outcomes = {}
        for stage in stages:
            if not stage.is_beside:
                show(labels[stage])
                outcomes[stage] = run_stage(stage, show)
        outcomes |= {stage: running.result() for stage, running in beside.items()}
    return [outcomes[stage] for stage in stages]


def run_unseen(stage: Stage, label: str) -> Outcome:
    """Run one stage, showing what it printed when it has ended."""
    printed = [label]
    outcome = run_stage(stage, printed.append)
    show("".join(printed))
    return outcome


def show(text: str) -> None:
    """Print at once."""
    print(text, end="", flush=True)


def run_stage(stage: Stage, tell: Callable[[str], None]) -> Outcome:
    """Run one stage, telling what it prints as it comes."""
    start = time.monotonic()
    last_line = ""
    with subprocess.Popen(
        stage.command,
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            tell(line)
            last_line = line.strip(" =\n") or last_line
    return Outcome(stage, process.returncode, time.monotonic() - start, last_line)


def environment() -> dict[str, str]:
    """Answer the environment of the stages; where nobody watches, a missing browser must not pass unseen."""
    chosen = {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    if os.environ.get("CI", "").lower() not in ("", "0", "false"):
        chosen["REQUIRE_BROWSER"] = "1"
    # with it, each of a hundred servers and workers that tests start would compile the application anew
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | chosen


def summarise(outcomes: Sequence[Outcome], seconds: float) -> None:
    """Print one line a stage, with the closing lines of the test runs, and what failed."""
    print("\nsummary")
    for outcome in outcomes:
        result = "FAILED" if outcome.code else "passed"
        print(f"  {outcome.stage.name:<9} {result} {outcome.seconds:6.1f} s  {outcome.last_line[:120]}")
    failed = [outcome.stage.name for outcome in outcomes if outcome.code]
    verdict = "failed: " + ", ".join(failed) if failed else "all passed"
    print(f"{verdict} in {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
