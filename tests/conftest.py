"""What all tests share: a checkout, a trained version that each test owns a copy of, a client."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from app.models.artifact_store import ArtifactStore
from app.models.recipe import SHIPPED
from data.generators import lifestyle, mall
from tests.storage.every_folder import database_url

pytest_plugins = ["tests.storage.databases"]

# enough draws for the strictest verdict: with 99 the least p-value is 0.01
NULL_DRAWS, REFITS = 99, 50
UNIT = Path(__file__).parent / "unit"
COVERAGE = Coverage.current()  # none unless the tests are run by it
MEASURE_CHILDREN = "COVERAGE_PROCESS_CONFIG"  # by which coverage measures the processes that a test starts


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Measure what the quick tests of the modules themselves reach; it would cost others half their time."""
    if COVERAGE is None:
        return
    is_slow = any(item.get_closest_marker(name) for name in ("slow", "hypothesis"))
    is_measured, was_measured = item.path.is_relative_to(UNIT) and not is_slow, Coverage.current() is not None
    if is_measured and not was_measured:
        COVERAGE.start()  # of the processes that a test starts as well
    if was_measured and not is_measured:
        COVERAGE.stop()
        os.environ.pop(MEASURE_CHILDREN, None)


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what lives as long as the tests: their own modules and all libraries."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Leave nothing that looks as if it were never given back."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the checkout."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def reference_table(repository: Path) -> Path:
    """The original Mall table, which is not ours to ship; tests on it are skipped without it."""
    path = repository.parent / "shared" / "data" / "mall_customers.csv"
    if not path.is_file():
        pytest.skip("the original Mall table is not here; put it at ../shared/data/mall_customers.csv")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings over empty folders of this test's own."""
    return settings_in(tmp_path)


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the look-alike's table and one version trained on it, made once and never changed."""
    folder = tmp_path_factory.mktemp("trained")
    mall.write(folder / "data" / "raw" / "mall_customers.csv")
    train(settings_in(folder), "mall", NULL_DRAWS, REFITS)
    return folder


@pytest.fixture(scope="session")
def with_own_recipes(trained_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same beside a user's own recipes, of one to twelve features, each with one version."""
    from tests.own_recipes import OWN, train_own  # noqa: PLC0415 - see train

    folder = tmp_path_factory.mktemp("own_recipes")
    shutil.copytree(trained_once, folder, dirs_exist_ok=True)
    for name in OWN:
        train_own(settings_in(folder), name)
    return folder


@pytest.fixture(scope="session")
def shoppers_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the made-up shoppers and one version of the lifestyle recipe, made once."""
    folder = tmp_path_factory.mktemp("shoppers")
    lifestyle.write(folder / "data" / "raw" / "lifestyle_customers.csv")
    train(settings_in(folder), "lifestyle", 19, 20)
    return folder


@pytest.fixture(scope="session")
def with_mixed_recipes(shoppers_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same beside a user's own recipe that uses every column, sensitive and derived ones as well."""
    folder = tmp_path_factory.mktemp("mixed_recipes")
    shutil.copytree(shoppers_once, folder, dirs_exist_ok=True)
    settings = settings_in(folder)
    text = (SHIPPED / "lifestyle.toml").read_text(encoding="utf-8").replace("use = false", "use = true")
    text = text.replace("sensitive = true", "sensitive = true\nuse = true")
    own = settings.data_dir / "recipes" / "everything.toml"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(text.replace('name = "lifestyle"', 'name = "everything"'), encoding="utf-8")
    train(settings, "everything", 19, 20)
    return folder


@pytest.fixture
def trained(trained_once: Path, tmp_path: Path) -> Settings:
    """Settings over this test's own copy of the trained folder."""
    # a server of all tests may have kept tables there by now
    kept = shutil.ignore_patterns(
        "clientele.db*", "worker.lock", "worker.beat", "uploads", "datasets", "edits"
    )
    shutil.copytree(trained_once, tmp_path, dirs_exist_ok=True, ignore=kept)
    return settings_in(tmp_path)


@pytest.fixture(scope="session")
def two_versions_once(trained_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``mall/1`` in use and ``mall/2``, of four segments, beside it."""
    folder = tmp_path_factory.mktemp("two_versions")
    shutil.copytree(trained_once, folder, dirs_exist_ok=True)
    train(settings_in(folder), "mall", 5, 5, segments=4, activate=False)
    return folder


@pytest.fixture
def two_versions(two_versions_once: Path, tmp_path: Path) -> Settings:
    """Settings over this test's own copy of both versions."""
    shutil.copytree(two_versions_once, tmp_path, dirs_exist_ok=True)
    return settings_in(tmp_path)


@pytest.fixture
def store(two_versions: Settings) -> ArtifactStore:
    """Both versions on disk, to be looked at or damaged."""
    return ArtifactStore(two_versions.artifacts_dir, "mall")


@pytest.fixture
def client(trained: Settings) -> Iterator[TestClient]:
    """A client of an application with a trained version."""
    with TestClient(create_app(trained)) as client:
        yield client


@pytest.fixture
def empty_client(settings: Settings) -> Iterator[TestClient]:
    """A client of an application without any version."""
    with TestClient(create_app(settings)) as client:
        yield client


def train(settings: Settings, recipe: str, null_draws: int, refits: int, **more: Any) -> None:
    """Train a version; what that takes to import is spared the process that only hands the tests out."""
    from app.services.training_service import TrainingService  # noqa: PLC0415 - 1.4 s of each stage

    TrainingService(settings, null_draws, refits).train(recipe, **more)


def settings_in(folder: Path) -> Settings:
    """Return settings whose data and artefacts lie below a folder, whatever the machine's own are."""
    return Settings(
        _env_file=None,
        data_dir=folder / "data",
        artifacts_dir=folder / "models_artifacts",
        database_url=SecretStr(database_url(folder)),
        job_worker=False,
    )
