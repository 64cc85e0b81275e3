"""How long work says how far it is, and is cancelled."""

from __future__ import annotations

from collections.abc import Callable

from app.core.errors import WorkCancelled

Progress = Callable[[float, str], None]
Stop = Callable[[], bool]


def tell_nobody(fraction: float, words: str) -> None:
    """Keep what is being done to oneself."""


def never() -> bool:
    """Answer that the work is still wanted."""
    return False


def watched(progress: Progress, stop: Stop, whole: str) -> Progress:
    """Return a callback that passes on what is being done while the work is wanted.

    Parameters
    ----------
    progress : callable
        Given the share that is done, 0 to 1, and words for what is done next.
    stop : callable
        Answers whether the work is no longer wanted; asked before every step.
    whole : str
        What the work is, for the error's message.

    Returns
    -------
    callable
        Raises :class:`app.core.errors.WorkCancelled` once the work is no longer wanted.
    """

    def tell(fraction: float, words: str) -> None:
        if stop():
            raise WorkCancelled(f"{whole} was cancelled before it was done")
        progress(fraction, words)

    return tell


def part_of(progress: Progress, start: float, end: float) -> Progress:
    """Return a callback for a part of the work that takes it from one share to another."""
    return lambda fraction, words: progress(start + (end - start) * fraction, words)
