"""From a fresh clone to a running service: the steps that `setup.sh` and `setup.ps1` call.

`run` prepares and serves, `test` prepares and runs every check, `prepare` stops before serving. A step that
is already done says so and changes nothing. This module runs before anything is installed, so it knows only
the standard library.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.cli.browser import BrowserSearch

ROOT = Path(__file__).resolve().parents[2]
LEAST_PYTHON = (3, 11)
RUN_LOCK = "requirements.txt"
POSTGRES_LOCK = "requirements-postgres.txt"
TEST_LOCK = "requirements-dev.txt"

Runner = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class Step:
    """One thing to have: how to see that it is there and how to make it so.

    Attributes
    ----------
    name : str
        What the step is about, as shown at the start of its line.
    doing : str
        What it is busy with when it is not done yet.
    is_done : callable
        Answers whether there is nothing to do; changes nothing.
    do : callable
        Does the work and answers an exit code.
    """

    name: str
    doing: str
    is_done: Callable[[], bool]
    do: Callable[[], int]


@dataclass(frozen=True)
class Setup:
    """The steps for one checkout.

    Attributes
    ----------
    root : Path
        The folder of the checkout.
    run : callable
        Runs one command in the root and answers its exit code.
    serve : callable
        Runs the server; signals must reach it.
    version : tuple of int
        Major and minor version of the interpreter in use.
    """

    root: Path
    run: Runner
    serve: Runner
    version: tuple[int, int]

    def steps(self, action: str) -> list[Step]:
        """List the steps of `run`, `test` or `prepare`, in order."""
        steps = [self._python(), self._environment(), self._packages(self._locks(action))]
        steps += [self._data(), self._model(), self._database()]
        if action == "run":
            steps.append(self._server())
        if action == "test":
            steps += [self._browser(), self._checks()]
        return steps

    @property
    def interpreter(self) -> Path:
        """The Python inside `.venv`."""
        inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        return self.root / ".venv" / inside

    def _python(self) -> Step:
        def refuse() -> int:
            say(f"Clientele needs Python {_dotted(LEAST_PYTHON)} or newer; this is {_dotted(self.version)}.")
            return 2

        return Step("Python", "checking", lambda: self.version >= LEAST_PYTHON, refuse)

    def _environment(self) -> Step:
        def is_done() -> bool:
            # An upgrade of the system's Python leaves a folder whose interpreter is gone or is another one.
            wanted = f"sys.version_info[:2] == {self.version!r} and importlib.util.find_spec('pip')"
            code = f"import importlib.util, sys; sys.exit(0 if {wanted} else 1)"
            return self.interpreter.exists() and self.run([str(self.interpreter), "-c", code]) == 0

        command = [sys.executable, "-m", "venv", "--clear", str(self.root / ".venv")]
        return Step("environment", "making .venv", is_done, lambda: self.run(command))

    def _locks(self, action: str) -> tuple[str, ...]:
        if action == "test":
            return (TEST_LOCK,)
        is_postgres = self._setting("DATABASE_URL").startswith("postgres")
        return (RUN_LOCK, POSTGRES_LOCK) if is_postgres else (RUN_LOCK,)

    def _packages(self, locks: tuple[str, ...]) -> Step:
        stamp = self.root / ".venv" / "installed-locks"
        # The lock for tests holds every pin of the others, so it counts as all.
        provided = (RUN_LOCK, POSTGRES_LOCK, TEST_LOCK) if locks == (TEST_LOCK,) else locks

        def is_done() -> bool:
            if not stamp.is_file():
                return False
            return set(map(self._digest, locks)) <= set(stamp.read_text(encoding="utf-8").splitlines())

        def install() -> int:
            stamp.unlink(missing_ok=True)
            options = ["--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes"]
            files = [word for lock in locks for word in ("-r", lock)]
            code = self.run([str(self.interpreter), "-m", "pip", "install", *options, *files])
            if code == 0:
                stamp.write_text("\n".join(map(self._digest, provided)) + "\n", encoding="utf-8")
            return code

        doing = f"installing {' and '.join(locks)}, a minute or two the first time"
        return Step("packages", doing, is_done, install)

    def _digest(self, lock: str) -> str:
        return f"{lock} {hashlib.sha256((self.root / lock).read_bytes()).hexdigest()}"

    def _data(self) -> Step:
        table = self._folder("DATA_DIR", "data") / "raw" / "mall_customers.csv"
        command = [str(self.interpreter), "-m", "data.generators.mall", str(table)]
        return Step("data", "generating synthetic mall customers", table.is_file, lambda: self.run(command))

    def _model(self) -> Step:
        active = self._folder("ARTIFACTS_DIR", "models_artifacts") / "mall" / "ACTIVE"
        command = [str(self.interpreter), "train_model.py", "--recipe", "mall"]
        return Step("model", "training the first version", active.is_file, lambda: self.run(command))

    def _database(self) -> Step:
        # Asked of the program itself, which knows where the database is and what it needs.
        ask = [str(self.interpreter), "-m", "app.cli.database"]
        return Step(
            "database",
            "bringing the tables to this release",
            lambda: self.run([*ask, "current", "--quiet"]) == 0,
            lambda: self.run([*ask, "upgrade"]),
        )

    def _folder(self, key: str, default: str) -> Path:
        return self.root / (self._setting(key) or default)

    def _setting(self, key: str) -> str:
        """Answer a setting as the program will see it: by the environment, else `.env`, else empty."""
        return os.environ.get(key) or read_dotenv(self.root / ".env").get(key) or ""

    def _server(self) -> Step:
        command = [str(self.interpreter), "main.py"]
        return Step("server", "starting; Ctrl-C stops it", lambda: False, lambda: self.serve(command))

    def _browser(self) -> Step:
        search = BrowserSearch(str(self.interpreter), self.run, say)
        return Step("browser", "installing Chromium for the browser tests", search.is_found, search.install)

    def _checks(self) -> Step:
        command = [str(self.interpreter), str(Path("scripts") / "check.py")]
        return Step("checks", "running all of them", lambda: False, lambda: self.run(command))


def read_dotenv(path: Path) -> dict[str, str]:
    """Read `KEY=value` lines; enough to find two folders before python-dotenv is installed."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    pairs = (line.removeprefix("export ").split("=", 1) for line in map(str.strip, lines) if "=" in line)
    return {key.strip(): value.strip().strip("'\"") for key, value in pairs if not key.startswith("#")}


def perform(steps: Sequence[Step]) -> int:
    """Do what is not done yet, in order; answer the exit code of the first step that fails, else 0."""
    for number, step in enumerate(steps, start=1):
        label = f"[{number}/{len(steps)}] {step.name}"
        start = time.monotonic()
        if step.is_done():
            say(f"{label}: already there ({time.monotonic() - start:.1f} s)")
            continue
        say(f"{label}: {step.doing} ...")
        code = step.do()
        outcome = f"failed with exit code {code}" if code else "done"
        say(f"{label}: {outcome} ({time.monotonic() - start:.1f} s)")
        if code:
            return code
    return 0


def run_command(command: Sequence[str]) -> int:
    """Run a command in the root, without a standard input that could make it wait."""
    try:
        code = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode
    except OSError as error:
        say(f"cannot run {command[0]}: {error.strerror}")
        return 1
    return code if code >= 0 else 128 - code


def serve_command(command: Sequence[str]) -> int:
    """Become the server, so that every signal reaches it; on Windows, wait for it."""
    os.chdir(ROOT)
    if os.name != "nt":
        os.execv(command[0], list(command))  # noqa: S606  # becomes the server: does not return
    return wait_for(subprocess.Popen(command))


def wait_for(server: subprocess.Popen[bytes]) -> int:
    """Wait until the server ends; the console sends Ctrl-C to it as well, so nothing is passed on."""
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:
            continue


def say(text: str) -> None:
    """Print one line of progress on standard error."""
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one action and answer its exit code."""
    parser = argparse.ArgumentParser(prog="setup", description="Prepare Clientele, then run or test it.")
    actions = {"run": "prepare and serve", "test": "prepare and run every check", "prepare": "prepare only"}
    described = ", ".join(f"{name}: {text}" for name, text in actions.items())
    parser.add_argument(
        "action", nargs="?", default="run", choices=list(actions), help=f"{described} (default: run)"
    )
    action = parser.parse_args(arguments).action
    setup = Setup(ROOT, run_command, serve_command, sys.version_info[:2])
    try:
        return perform(setup.steps(action))
    except KeyboardInterrupt:
        return 130


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


if __name__ == "__main__":
    sys.exit(main())
