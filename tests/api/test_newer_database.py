"""An older release on a database of a newer one: it goes on placing customers and leaves the rows alone."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.core.config import Settings
from app.models.records.upgrade import open_database


@pytest.fixture
def newer(trained: Settings) -> None:
    database = open_database(trained)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()


@pytest.mark.usefixtures("newer")
class TestNewerDatabase:
    @pytest.mark.parametrize("path", ["/api/v1/jobs", "/api/v1/datasets", "/api/v1/trainings"])
    def test_is_refused_with_a_clear_line(self, client: TestClient, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 500
        assert answer.json()["type"] == "urn:clientele:error:settings_invalid"
        assert answer.json()["detail"] == (
            "cannot start: DATA_DIR: a newer release wrote this database; start that release again, or bring "
            "back a backup from before it"
        )

    def test_customers_are_placed_all_the_same(self, client: TestClient) -> None:
        customer = {"annual_income": 60, "spending_score": 50}
        assert client.post("/api/v1/predict", json=customer).status_code == 200
        assert client.get("/readyz").status_code == 200
