"""Sets up a connection to SQLite, and keeps away from what its version does wrongly.

Versions 3.7.0 to 3.51.2 can, rarely, corrupt a database with a write-ahead log when two connections write or
checkpoint at once (3.44.6 and 3.50.7 carry the repair too). Several workers are just that. Many systems ship
such a version and an operator cannot easily change it, so these get a rollback journal, which the fault does
not concern: writers and readers then wait for each other a little, and nothing else changes. It stays on the
disk and is overwritten, which flushes more quickly than a file that grows anew with each transaction.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Literal

from app.core.errors import DatabaseUnavailable, SettingsInvalid

# UPDATE … RETURNING came with it
OLDEST = (3, 35, 0)
REPAIRED = (3, 51, 3)
# minor version → first patch of it that carries the repair
BACKPORTS = {(3, 44): 6, (3, 50): 7}
PAUSE_SECONDS = 0.02
# what one large transaction may leave of a journal
JOURNAL_BYTES = 1_048_576

JournalMode = Literal["wal", "persist"]


def journal_mode(version: tuple[int, int, int]) -> JournalMode:
    """Return the journal that a version of SQLite keeps safely.

    Raises
    ------
    SettingsInvalid
        If the version is too old for our statements.
    """
    if version < OLDEST:
        raise SettingsInvalid(
            f"cannot start: SQLite {_text(version)} is too old; {_text(OLDEST)} or newer is needed, or "
            "PostgreSQL by DATABASE_URL"
        )
    has_backport = version[2] >= BACKPORTS.get((version[0], version[1]), version[2] + 1)
    return "wal" if version >= REPAIRED or has_backport else "persist"


def prepare(
    connection: sqlite3.Connection,
    patience: float,
    *,
    foreign_keys: bool = True,
    version: tuple[int, int, int] = sqlite3.sqlite_version_info,
) -> None:
    """Set up a new connection: it waits, keeps its promises through a power cut, and checks references.

    Transactions are begun by the caller: Python's own habit of beginning them late would let two readers
    want to write at once, which SQLite answers with an error and not by waiting.
    """
    wanted = journal_mode(version)
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
    connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES}")
    _set_journal(connection, wanted, patience)


def _set_journal(connection: sqlite3.Connection, wanted: JournalMode, patience: float) -> None:
    """Bring the file to the journal wanted; changing to or from `wal` needs a moment without others."""
    deadline = time.monotonic() + patience
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
            if mode != wanted:
                (mode,) = connection.execute(f"PRAGMA journal_mode = {wanted}").fetchone()
            if mode == wanted:
                return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
        # SQLite does not wait by itself here
        if time.monotonic() >= deadline:
            raise DatabaseUnavailable(
                f"the database file is kept in another journal mode than {wanted} by somebody who has it open"
            )
        time.sleep(PAUSE_SECONDS)


def _text(version: tuple[int, int, int]) -> str:
    return ".".join(map(str, version))
