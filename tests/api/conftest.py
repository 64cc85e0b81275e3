"""What the API's tests share: a client of one application for all that change nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from tests.conftest import settings_in


@pytest.fixture(scope="session")
def shared_client(trained_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client for the tests that only ask and change nothing: one application for all of them."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(trained_once, folder, dirs_exist_ok=True)
    with TestClient(create_app(settings_in(folder))) as client:
        yield client
