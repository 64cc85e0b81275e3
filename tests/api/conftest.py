"""What the API's tests share: versions to swap between, and a client that shows faults as a browser would."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from app.services.training_service import TrainingService
from tests.conftest import settings_in
from tests.storage.databases import (
    empty_url,
    postgres,
    postgres_with_tables,
    sqlite_template,
    url,
)

__all__ = ["empty_url", "postgres", "postgres_with_tables", "sqlite_template", "url"]


@pytest.fixture(scope="session")
def shared_client(trained_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client for the tests that only ask and change nothing: one application for all of them."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(trained_once, folder, dirs_exist_ok=True)
    with TestClient(create_app(settings_in(folder))) as client:
        yield client


@pytest.fixture(scope="session")
def two_versions_once(trained_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``mall/1`` in use and ``mall/2``, of four segments, beside it."""
    folder = tmp_path_factory.mktemp("two_versions")
    shutil.copytree(trained_once, folder, dirs_exist_ok=True)
    TrainingService(settings_in(folder), 5, 5).train("mall", segments=4, activate=False)
    return folder


@pytest.fixture
def two_versions(two_versions_once: Path, tmp_path: Path) -> Settings:
    """Settings over this test's own copy of both versions."""
    shutil.copytree(two_versions_once, tmp_path, dirs_exist_ok=True)
    return settings_in(tmp_path)
