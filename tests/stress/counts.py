"""How much: a little in every run of the tests, all of it with ``STRESS=full``."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")


def chosen(few: T, full: T) -> T:
    """Return what this run asks for."""
    return full if os.environ.get("STRESS") == "full" else few
