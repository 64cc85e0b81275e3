"""Counts and samples of columns and tables that take the same memory for a thousand rows and for millions."""

from __future__ import annotations

import hashlib
import heapq
import random
import tempfile
from collections.abc import Iterable

import numpy as np

_HASHES = 2**64
_PARTS = 16
_IN_MEMORY = 8 * 1024 * 1024
_AT_ONCE = 1024 * 1024  # bytes


class DistinctCount:
    """Counts distinct texts: exactly up to `kept`, then from the `kept` smallest hashes.

    Parameters
    ----------
    kept : int
        Hashes kept; the estimate's standard error is about 1 / sqrt(kept) of the count.
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._smallest: set[int] = set()
        self._heap: list[int] = []  # the same, negated: its top is the largest one kept
        self.is_exact = True

    def see(self, text: str) -> None:
        """Take one text."""
        # Not Python's own hash, which differs from process to process, and the estimate with it.
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        value = int.from_bytes(digest, "little")
        if value in self._smallest:
            return
        if len(self._heap) < self._kept:
            heapq.heappush(self._heap, -value)
            self._smallest.add(value)
            return
        self.is_exact = False
        if value < -self._heap[0]:
            self._smallest.discard(-heapq.heapreplace(self._heap, -value))
            self._smallest.add(value)

    @property
    def count(self) -> int:
        """Distinct texts, exact or estimated."""
        if self.is_exact:
            return len(self._smallest)
        return round((self._kept - 1) / (-self._heap[0] / _HASHES))


class RepeatCount:
    """Counts texts that stood before, exactly, by 64-bit hashes in a temporary file.

    Two different texts of ten million share a hash with a chance of about 1 in 370,000.
    """

    def __init__(self) -> None:
        # Up to 8 MB stay in memory, a million rows; what is more costs 8 bytes a row on disk.
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  closed by close

    def close(self) -> None:
        """Let go of the temporary file."""
        self._file.close()

    def see(self, hashes: Iterable[int]) -> None:
        """Take the results of `hash` for some texts or rows."""
        self._file.write(np.fromiter(hashes, dtype=np.int64).tobytes())

    def count(self) -> int:
        """Return how many stood before."""
        repeats = 0
        for part in range(_PARTS):  # a part at a time is sorted, so that memory holds a sixteenth
            self._file.seek(0)
            pieces = []
            while block := self._file.read(_AT_ONCE):
                values = np.frombuffer(block, dtype=np.int64)
                pieces.append(values[values & (_PARTS - 1) == part])
            values = np.concatenate(pieces) if pieces else np.empty(0, np.int64)
            values.sort()
            repeats += int((values[1:] == values[:-1]).sum())
        return repeats


class NumberSummary:
    """Least, greatest and mean of all numbers, and quartiles of a sample drawn with a fixed seed.

    Parameters
    ----------
    kept : int
        Numbers in the sample; with no more than these the quartiles are exact.
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._sample: list[float] = []
        self._draws = random.Random(20_240_101)  # noqa: S311  no secret: the same file gives the same figures
        self.seen = 0
        self._mean = 0.0
        self.minimum: float | None = None
        self.maximum: float | None = None

    def see(self, values: list[float]) -> None:
        """Take some finite numbers."""
        if not values:
            return
        least, greatest = min(values), max(values)
        self.minimum = least if self.minimum is None else min(self.minimum, least)
        self.maximum = greatest if self.maximum is None else max(self.maximum, greatest)
        for value in values:
            self.seen += 1
            self._mean += value / self.seen - self._mean / self.seen  # each finite, whatever the sum would be
            if len(self._sample) < self._kept:
                self._sample.append(value)
            else:
                place = int(self._draws.random() * self.seen)
                if place < self._kept:
                    self._sample[place] = value

    @property
    def mean(self) -> float | None:
        """The mean, or None without a number."""
        return self._mean if self.seen else None

    def outliers(self) -> int:
        """Return how many lie more than three interquartile ranges beyond the quartiles.

        Exact while all numbers are in the sample, else scaled up from it.
        """
        if not self._sample:
            return 0
        values = np.array(self._sample)
        with np.errstate(over="ignore", invalid="ignore"):  # near the greatest double the reach is infinite
            lower, upper = np.quantile(values, [0.25, 0.75])
            reach = 3 * (upper - lower)
            beyond = int(((values < lower - reach) | (values > upper + reach)).sum())
        return round(beyond * self.seen / len(values)) if np.isfinite(reach) else 0
