"""A limit on requests a window, exact across workers: one counter table, changed in one step."""

from __future__ import annotations

import sqlite3
import time
import weakref
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network, ip_address
from math import ceil
from pathlib import Path

import structlog

log = structlog.get_logger("clientele.rate_limit")

FILE = "rate_limit.sqlite"
# of one step, when every worker wants the table at once
PATIENCE_SECONDS = 2.0


class RateLimit:
    """Counts each client's requests in windows that begin at whole multiples of their length.

    Parameters
    ----------
    requests : int
        The most in a window.
    seconds : int
        The window's length.
    folder : Path or None
        What the workers share; None counts in memory, for one process.
    clock : callable
        Seconds since 1970, the same for all workers.

    Notes
    -----
    The file has a rollback journal and is never flushed: it need not outlive the machine, only its writers.
    So the fault in write-ahead logs that some versions of SQLite have does not concern it.
    """

    def __init__(
        self, requests: int, seconds: int, folder: Path | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._most, self._seconds, self._clock = requests, seconds, clock
        self._window = 0
        self._table = sqlite3.connect(
            folder / FILE if folder else ":memory:",
            timeout=PATIENCE_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        self._release = weakref.finalize(self, self._table.close)
        self._table.execute("PRAGMA synchronous = OFF")
        self._table.execute("PRAGMA journal_mode = PERSIST")
        self._table.execute(
            "CREATE TABLE IF NOT EXISTS hits (client TEXT, start INTEGER, count INTEGER, "
            "PRIMARY KEY (client, start)) WITHOUT ROWID"
        )

    def take(self, client: str) -> int:
        """Count a request; return 0 if it is within the limit, else whole seconds until the next window."""
        now = self._clock()
        window = int(now // self._seconds)
        try:
            if window != self._window:
                self._window = window
                self._table.execute("DELETE FROM hits WHERE start < ?", (window - 1,))
            (count,) = self._table.execute(
                "INSERT INTO hits VALUES (?, ?, 1) "
                "ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count",
                (network_of(client), window),
            ).fetchall()[0]
        except sqlite3.OperationalError as error:
            # a limit that cannot count lets nobody in, and says so
            log.warning("rate_limit_failed", detail=str(error))
            return 1
        return 0 if count <= self._most else max(1, ceil((window + 1) * self._seconds - now))

    def close(self) -> None:
        """Let go of the table, as happens by itself once nobody holds the limit."""
        self._release()


def network_of(client: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 that one IPv6 subscriber is given."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if not isinstance(address, IPv6Address):
        return client
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address) >> 64 << 64, 64)))
