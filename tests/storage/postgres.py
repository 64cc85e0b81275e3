"""A PostgreSQL server of the tests' own: on a socket in a temporary folder, gone with them."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

# the server refuses to run as root
SERVANTS = ("postgres", "nobody")
# nothing here outlives the tests, so nothing is flushed
SETTINGS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off")


def binaries() -> Path | None:
    """Return the folder of the server's programs: in the path, or where Debian puts them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return folders[-1] if folders else None


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Run a server; give the URL of its own database, or skip where it is not installed."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    programs = binaries()
    if programs is None:
        words = "PostgreSQL is not installed here; set TEST_POSTGRES_URL or install postgresql"
        if is_ci():
            pytest.fail(words)
        pytest.skip(words)
    folder = Path(tempfile.mkdtemp(prefix="clientele-pg-"))
    try:
        with running(programs, folder):
            yield f"postgresql://clientele@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(programs: Path, folder: Path) -> Iterator[None]:
    as_servant = identity(folder)
    data = folder / "data"
    make = [
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        "clientele",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(make, check=True, capture_output=True, cwd=folder, **as_servant)
    options = [word for setting in SETTINGS for word in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        start = [str(programs / "postgres"), "-D", str(data), "-k", str(folder), *options]
        process: subprocess.Popen[bytes] = subprocess.Popen(
            start, stdout=log, stderr=log, cwd=folder, **as_servant
        )
    try:
        wait_for(folder, process)
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:  # it waits for a client that a test left
            process.kill()
            process.wait()


def identity(folder: Path) -> dict[str, Any]:
    """Return who runs the server: ourselves, or, for root, somebody with fewer rights."""
    if os.geteuid() != 0:
        return {}
    for name in SERVANTS:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            os.chown(folder, user.pw_uid, user.pw_gid)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    pytest.skip(f"none of {SERVANTS} is here to run PostgreSQL, which refuses root")


def wait_for(folder: Path, process: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            psycopg.connect(host=str(folder), user="clientele", dbname="postgres").close()
        except psycopg.OperationalError:
            if process.poll() is not None:
                pytest.fail(f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')}")
            time.sleep(0.05)
        else:
            return
