"""What the tests of the services over a database share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.core.config import Settings
from app.core.database import Database
from app.models.records.upgrade import open_database
from app.services.recipe_service import RecipeService
from app.services.storage import Storage, StoredServices


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """This test's own database, in a file."""
    made = open_database(settings)
    yield made
    made.close()


@pytest.fixture
def stored(settings: Settings) -> Iterator[StoredServices]:
    """The services over this test's own database."""
    storage = Storage(settings, RecipeService(settings))
    yield storage.get_services()
    storage.close()
