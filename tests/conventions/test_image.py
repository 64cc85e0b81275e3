"""The image, really built and run without a container engine: slow, and only where it was asked for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.live_server import await_answer, free_port

TAG = "localhost/clientele:test"
ENVIRONMENT = os.environ | {"STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}
USER = 10001

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not os.environ.get("BUILD_IMAGE"), reason="builds an image: set BUILD_IMAGE=1"),
    pytest.mark.skipif(shutil.which("buildah") is None, reason="buildah is not installed"),
]


def buildah(*arguments: str) -> str:
    done = subprocess.run(
        ["buildah", *arguments], env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def image(repository: Path) -> str:
    """The image's tag; BUILD_OPTIONS are passed on to the build."""
    options = os.environ.get("BUILD_OPTIONS", "").split()
    command = ["scripts/build_image.sh", TAG, *options]
    subprocess.run(command, cwd=repository, env=ENVIRONMENT, check=True, timeout=900)
    return TAG


@pytest.fixture(scope="module")
def container(image: str) -> Iterator[str]:
    name = buildah("from", image).strip()
    yield name
    buildah("rm", name)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """An empty folder of the image's user, as a fresh volume would be."""
    folder = tmp_path / "state"
    folder.mkdir()
    os.chown(folder, USER, USER)
    return folder


def test_says_what_it_is(image: str) -> None:
    config = json.loads(buildah("inspect", "--type", "image", image))["Docker"]["config"]
    assert (config["User"], config["Cmd"]) == (f"{USER}:{USER}", ["python", "main.py"])
    assert config["Healthcheck"]["Test"] == ["CMD", "python", "deploy/healthcheck.py"]


def test_has_no_compiler_and_writes_nothing_of_its_own(container: str) -> None:
    script = 'for tool in gcc cc make pip; do ! command -v "$tool" || exit 1; done; ! touch /app/x 2>&1'
    buildah("run", container, "--", "sh", "-c", script)


def test_has_the_driver_of_postgresql(container: str) -> None:
    buildah("run", container, "--", "python", "-c", "import psycopg; psycopg.pq.version()")


def test_prepares_serves_and_trains(container: str, state: Path, tmp_path: Path) -> None:
    volume = f"{state}:/var/lib/clientele"
    buildah("run", "--volume", volume, container, "--", "deploy/first_start.sh")
    assert (state / "models_artifacts" / "mall" / "ACTIVE").stat().st_uid == USER
    assert (state / "data" / "clientele.db").stat().st_uid == USER
    port, log = free_port(), tmp_path / "log"
    # as the Kubernetes manifests have it: model versions are not written, tables and jobs are
    mounts = ("--volume", f"{volume}:ro", "--volume", f"{state}/data:/var/lib/clientele/data")
    serve = ["buildah", "run", "--env", f"PORT={port}", *mounts, container, "--"]
    with (
        log.open("wb") as stream,
        subprocess.Popen(
            [*serve, "python", "main.py"], env=ENVIRONMENT, stdout=stream, stderr=stream
        ) as server,
    ):
        try:
            await_answer(port, server, log)
            check = ("sh", "-c", f"PORT={port} python deploy/healthcheck.py")
            buildah("run", container, "--", *check)
            buildah("run", "--volume", volume, container, "--", "python", "train_model.py")
            address = f"http://127.0.0.1:{port}"
            told = buildah("run", container, "--", "python", "test_api.py", "--url", address)
            assert " 0 failed" in told
        finally:
            server.terminate()
    assert (state / "models_artifacts" / "mall" / "ACTIVE").read_text(encoding="ascii") == "2\n"
