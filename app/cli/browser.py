"""A browser for the browser tests, as far as one can be had; standard library only, like the setup steps."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

# Chromium's engine without a window: the tests take some two thirds of the whole browser's time
HEADLESS = "chromium-headless-shell"
NAMES = (HEADLESS, "chromium", "google-chrome", "google-chrome-stable", "microsoft-edge")
# Where installers put a browser that is not on the PATH; Playwright finds these by itself.
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)


@dataclass(frozen=True)
class BrowserSearch:
    """Look for a browser and try to install one.

    Attributes
    ----------
    interpreter : str
        A Python that has playwright.
    run : callable
        Runs one command and answers its exit code.
    say : callable
        Prints one line.
    """

    interpreter: str
    run: Callable[[Sequence[str]], int]
    say: Callable[[str], None]

    def is_found(self) -> bool:
        """Answer whether a browser is named by `BROWSER_PATH`, on the PATH or where installers put one.

        Where we may install, nothing but the one that is named or the quick one will do.
        """
        named = os.environ.get("BROWSER_PATH")
        if named and shutil.which(named):
            return True
        return shutil.which(HEADLESS) is not None if is_debian_root() else _is_any()

    def install(self) -> int:
        """Try the system's package, then Playwright's download; having none is no failure here.

        The browser tests themselves skip with the reason, or fail where `REQUIRE_BROWSER` is set.
        """
        if (is_debian_root() and self._install_by_apt()) or _is_any():
            return 0
        if self.run([self.interpreter, "-m", "playwright", "install", "chromium"]) != 0:
            self.say("no browser could be installed: the browser tests will be skipped")
        return 0

    def _install_by_apt(self) -> bool:
        apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
        packages = ["--no-install-recommends", HEADLESS, "fonts-dejavu-core"]
        return self.run([*apt, "update"]) == 0 and self.run([*apt, "install", *packages]) == 0


def _is_any() -> bool:
    return any(map(shutil.which, NAMES)) or any(Path(place).is_file() for place in PLACES)


def is_debian_root() -> bool:
    """Answer whether we may install on Debian itself; Ubuntu's chromium is a snap, of no use here."""
    try:
        debian = platform.freedesktop_os_release().get("ID") == "debian"
    except OSError:
        return False
    return debian and os.geteuid() == 0
