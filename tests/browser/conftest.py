"""Real pages of a real server in a real Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright

from app.cli.browser import NAMES

FLAGS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # pages are painted by the processor: not by a graphics card's stand-in, which takes a fifth more time
    "--disable-gpu",
    "--disable-software-rasterizer",
    # a name that browsers trust less than this machine's own, as another one's in the same network
    "--host-resolver-rules=MAP lan.test 127.0.0.1",
]
FAILED = pytest.StashKey[bool]()
HELP = (
    "no browser: on Debian 'apt-get install chromium-headless-shell'; elsewhere install Chrome or Edge, or "
    "run 'python -m playwright install chromium'; or set BROWSER_PATH"
)


def launch_options(playwright: Playwright) -> dict[str, Any] | None:
    """Find a browser: in the environment or on the PATH, installed Chrome or Edge, or Playwright's own."""
    path = os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, NAMES)), None)
    options: list[dict[str, Any]] = [{"executable_path": path}] if path else []
    options += [{"channel": "chrome"}, {"channel": "msedge"}, {}]
    for option in options:
        try:
            playwright.chromium.launch(args=FLAGS, **option).close()
        except Exception:  # whatever is wrong with this one, the next may do
            continue
        return option
    return None


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], playwright: Playwright
) -> dict[str, Any]:
    found = launch_options(playwright)
    if found is None:
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)(HELP)
    return {**browser_type_launch_args, **found, "args": FLAGS}


@pytest.fixture(scope="session")
def base_url(trained_once: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server with a trained version."""
    with running_server(repository, trained_once, tmp_path_factory.mktemp("log")) as address:
        yield address


@pytest.fixture(scope="session")
def own_url(
    with_own_recipes: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of a server with a user's own recipes beside the shipped one."""
    with running_server(repository, with_own_recipes, tmp_path_factory.mktemp("own_log")) as address:
        yield address


@pytest.fixture(scope="session")
def shoppers_url(
    with_mixed_recipes: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of a server with recipes of mixed data, and none for its bare addresses."""
    with running_server(repository, with_mixed_recipes, tmp_path_factory.mktemp("shoppers_log")) as address:
        yield address


@pytest.fixture(scope="session")
def empty_url(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server without any version."""
    folder = tmp_path_factory.mktemp("empty")
    with running_server(repository, folder, folder) as address:
        yield address


@pytest.fixture
def expected_errors() -> list[str]:
    """Parts of console errors that a test provokes; all others fail it."""
    return []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether a test failed, for those that clear up after it."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(autouse=True)
def quiet_page(request: pytest.FixtureRequest, expected_errors: list[str]) -> Iterator[None]:
    """Fail on any console error, uncaught exception or broken content policy; keep a picture of a failure.

    Playwright's own plugin takes one of each test and throws it away, which is a twelfth of the time.
    """
    if "page" not in request.fixturenames:
        yield
        return
    page: Page = request.getfixturevalue("page")
    pictures: str = request.getfixturevalue("output_path")
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield
    unexpected = [text for text in found if not any(part in text for part in expected_errors)]
    if unexpected or request.node.stash[FAILED]:
        page.screenshot(path=Path(pictures, "failed.png"))
    assert unexpected == []


@pytest.fixture
def phone(browser: Browser, base_url: str) -> Iterator[Page]:
    """A page on a touch screen, 360 by 740."""
    context = browser.new_context(
        base_url=base_url, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


@contextmanager
def running_server(repository: Path, folder: Path, log_folder: Path, **more: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = (
        os.environ
        | more
        | {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "DATA_DIR": str(folder / "data"),
            "ARTIFACTS_DIR": str(folder / "models_artifacts"),
        }
    )
    address = f"http://127.0.0.1:{port}"
    with (log_folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "main.py"], cwd=repository, env=environment, stdout=log, stderr=log
        )
        try:
            wait_for(f"{address}/livez", server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                answer.read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not start; its log lies in the temporary folder")
