"""A PostgreSQL server of the tests' own: on a socket in a temporary folder, gone with them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest
from psycopg import sql

# the server refuses to run as root
SERVANTS = ("postgres", "nobody")
# where nothing has to outlive the server
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresServer:
    """A server that can be stopped, crashed and started again.

    Parameters
    ----------
    programs : Path
        The folder of `initdb` and `postgres`.
    folder : Path
        An empty folder of its own.
    settings : tuple of str
        What differs from the server's defaults.
    """

    def __init__(self, programs: Path, folder: Path, settings: tuple[str, ...] = ()) -> None:
        self.programs, self.folder = programs, folder
        self.settings = ("listen_addresses=", *settings)
        self.url = f"postgresql://clientele@/postgres?host={folder}"
        self.servant = identity(folder)
        self.process: subprocess.Popen[bytes] | None = None
        words = ("-U", "clientele", "-A", "trust", "-E", "UTF8", "--no-sync")
        make = [str(programs / "initdb"), "-D", str(folder / "data"), *words]
        subprocess.run(make, check=True, capture_output=True, cwd=folder, **self.servant)

    def start(self) -> None:
        options = [word for setting in self.settings for word in ("-c", setting)]
        command = [str(self.programs / "postgres"), "-D", "data", "-k", str(self.folder), *options]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self.servant)
        while not self.answers():
            if self.process.poll() is not None:
                log_text = (self.folder / "log").read_text(errors="replace")
                pytest.fail(f"PostgreSQL did not start: {log_text}")
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            psycopg.connect(host=str(self.folder), user="clientele", dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """End it as `pg_ctl stop -m immediate` does: nothing is flushed, the next start recovers."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None


@contextlib.contextmanager
def own_server(settings: tuple[str, ...] = ()) -> Iterator[PostgresServer]:
    """Run a server; skip where it is not installed, but fail where it has to be."""
    programs = binaries()
    if programs is None:
        refuse("PostgreSQL is not installed here: install it, or set TEST_DATABASE_URL to a server's")
    folder = Path(tempfile.mkdtemp(prefix="clientele-pg-"))
    try:
        server = PostgresServer(programs, folder, settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def server_url() -> Iterator[str]:
    """Give the URL of a server: the one of TEST_DATABASE_URL, or one of our own."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with own_server(HASTY) as server:
        yield server.url


def run(url: str, words: str, *names: str) -> None:
    """Do one statement, with names in the places of its braces."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(words).format(*map(sql.Identifier, names)))


def binaries() -> Path | None:
    """Return the folder of the server's programs: in the path, or where Debian puts them."""
    if os.name == "nt":  # no sockets in folders, no such signals
        return None
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return folders[-1] if folders else None


def refuse(words: str) -> NoReturn:
    # On other systems the runners need not have it, and the answers would be the same ones.
    if sys.platform == "linux" and os.environ.get("CI", "").lower() not in ("", "0", "false"):
        pytest.fail(words)
    pytest.skip(words)


def identity(folder: Path) -> dict[str, Any]:
    """Return who runs the server: ourselves, or, for root, somebody with fewer rights."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    import pwd  # noqa: PLC0415 - not there on Windows

    for name in SERVANTS:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            os.chown(folder, user.pw_uid, user.pw_gid)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    refuse(f"none of {SERVANTS} is here to run PostgreSQL, which refuses root")
