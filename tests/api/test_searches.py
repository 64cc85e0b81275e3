"""Searches over the API: asked for, done by a worker, watched, cancelled."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.core.config import Settings
from app.models.search.search import search_drafts
from app.schemas.search import SearchRead
from app.services import search_work
from tests.api.problems import problem_of
from tests.api.test_own_customers import NOBODY, bring, table
from tests.working import work_off, working

ADDRESS = "/api/v1/searches"


@pytest.fixture
def dataset(empty_client: TestClient, settings: Settings) -> str:
    with working(settings):
        return str(bring(empty_client, table(1))["id"])


def asked(client: TestClient, dataset: str, **body: Any) -> dict[str, Any]:
    answer = client.post(ADDRESS, json={"dataset_id": dataset, **body})
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{ADDRESS}/{job['id']}"
    return job


class TestCreate:
    def test_it_is_done_by_a_worker(
        self, empty_client: TestClient, settings: Settings, dataset: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(search_work, "search_drafts", partial(search_drafts, most=3))
        job = asked(empty_client, dataset)
        assert (job["status"], job["kind"]) == ("pending", "search")
        assert work_off(settings) == 1
        done = empty_client.get(f"{ADDRESS}/{job['id']}").json()
        assert (done["status"], done["progress"], done["failure"]) == ("completed", 1, None)
        read = SearchRead.model_validate(done["result"])
        assert read.drafts[0].key == "suggested"
        assert read.text.startswith("Keep the draft as suggested: it shows 3 separate groups")
        # it makes nothing but an answer
        assert empty_client.get("/api/v1/jobs", params={"kind": "training"}).json()["jobs"] == []

    def test_a_table_without_numbers_fails_with_the_reason(
        self, empty_client: TestClient, settings: Settings
    ) -> None:
        rows = "\n".join(f"{'north' if n % 2 else 'south'},{'a' if n % 3 else 'b'}" for n in range(30))
        with working(settings):
            words = bring(empty_client, f"region,kind\n{rows}\n")["id"]
        job = asked(empty_client, words)
        work_off(settings)
        failure = empty_client.get(f"{ADDRESS}/{job['id']}").json()["failure"]
        assert (failure["type"], failure["status"]) == ("urn:clientele:error:table_invalid", 422)
        assert "no suggested column of numbers" in failure["detail"]

    def test_asked_again_with_its_key_it_is_the_same(self, empty_client: TestClient, dataset: str) -> None:
        headers = {"Idempotency-Key": "once"}
        body = {"dataset_id": dataset}
        first, second = (empty_client.post(ADDRESS, json=body, headers=headers) for _ in range(2))
        assert first.json()["id"] == second.json()["id"]
        third = empty_client.post(ADDRESS, json=body | {"seed": 7}, headers=headers)
        problem_of(third, 422, "idempotency_key_reused")

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/dataset_id"),
            ({"dataset_id": NOBODY, "seed": -1}, "/seed"),
            ({"dataset_id": NOBODY, "seed": 2**31}, "/seed"),
            ({"dataset_id": NOBODY, "columns": []}, "/columns"),
        ],
    )
    def test_fields(self, shared_client: TestClient, body: dict[str, Any], pointer: str) -> None:
        problem = problem_of(shared_client.post(ADDRESS, json=body), 422, "input_invalid")
        assert [fault["pointer"] for fault in problem["errors"]] == [pointer]

    def test_no_such_table(self, shared_client: TestClient) -> None:
        problem_of(shared_client.post(ADDRESS, json={"dataset_id": NOBODY}), 404, "dataset_not_found")


class TestListAndCancel:
    def test_newest_first_and_no_other_job(self, empty_client: TestClient, dataset: str) -> None:
        ids = [asked(empty_client, dataset, seed=seed)["id"] for seed in range(2)]
        found = empty_client.get(ADDRESS).json()["jobs"]
        assert [job["id"] for job in found] == ids[::-1]
        assert empty_client.get(ADDRESS, params={"status": "failed"}).json()["jobs"] == []

    def test_one_that_waits_never_runs(
        self, empty_client: TestClient, settings: Settings, dataset: str
    ) -> None:
        job = asked(empty_client, dataset)
        cancelled = empty_client.post(f"{ADDRESS}/{job['id']}/cancel").json()
        assert cancelled["status"] == "cancelled"
        assert work_off(settings) == 0

    def test_no_such_search(self, empty_client: TestClient) -> None:
        problem_of(empty_client.get(f"{ADDRESS}/{NOBODY}"), 404, "job_not_found")
        problem_of(empty_client.post(f"{ADDRESS}/{NOBODY}/cancel"), 404, "job_not_found")
