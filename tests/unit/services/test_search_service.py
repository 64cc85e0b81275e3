from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.core.config import Settings
from app.core.database import Database
from app.core.errors import DatasetNotFound, IdempotencyKeyReused
from app.schemas.search import SearchCreate
from app.services.storage import StoredServices
from tests.api.test_own_customers import NOBODY, bring, table
from tests.unit.services.example_search import WITHOUT, end_search, read
from tests.working import working


@pytest.fixture
def dataset(empty_client: TestClient, settings: Settings) -> str:
    with working(settings):
        return str(bring(empty_client, table(1))["id"])


class TestSubmit:
    def test_what_the_table_suggests_is_searched(self, stored: StoredServices, dataset: str) -> None:
        job = stored.searches.submit(SearchCreate(dataset_id=dataset, seed=7))
        assert (job.kind, job.asked["seed"]) == ("search", 7)
        # neither the id nor who is man or woman, nor what repeats another column
        assert [column["column"] for column in job.asked["columns"]] == ["Umsatz (€)", "Retouren %"]

    def test_a_key_answers_the_first_one(self, stored: StoredServices, dataset: str) -> None:
        one, two = (stored.searches.submit(SearchCreate(dataset_id=dataset), "once") for _ in range(2))
        assert one == two
        with pytest.raises(IdempotencyKeyReused):
            stored.searches.submit(SearchCreate(dataset_id=dataset, seed=7), "once")

    def test_no_such_table(self, stored: StoredServices) -> None:
        with pytest.raises(DatasetNotFound):
            stored.searches.submit(SearchCreate(dataset_id=NOBODY))


class TestFindDraft:
    def test_by_its_key_once_the_search_has_ended(
        self, stored: StoredServices, database: Database, dataset: str
    ) -> None:
        find = stored.searches.find_draft
        job = stored.searches.submit(SearchCreate(dataset_id=dataset))
        assert find(dataset, job.id, "without-idle") is None
        end_search(database, read())
        assert find(dataset, job.id, "without-idle") == WITHOUT
        assert find(dataset, job.id, "another") is None
        assert find("another", job.id, "without-idle") is None
        assert find(dataset, NOBODY, "without-idle") is None
