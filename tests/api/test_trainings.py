"""Trainings over the API: asked for, done by a worker, watched, cancelled."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.core.config import Settings
from tests.api.problems import problem_of
from tests.working import work_off

ADDRESS = "/api/v1/trainings"
NOBODY = "6a0f4b4e-0000-4000-8000-000000000000"


@pytest.fixture
def trained(trained: Settings, url: str) -> Settings:
    """Settings over this test's own database: on SQLite, then on PostgreSQL."""
    return trained.model_copy(update={"database_url": SecretStr(url)})


def asked(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post(ADDRESS, json={"recipe": "mall", **body})
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{ADDRESS}/{job['id']}"
    return job


class TestCreate:
    def test_it_is_done_by_a_worker(self, client: TestClient, trained: Settings) -> None:
        job = asked(client, segments=4)
        assert (job["status"], job["progress"], job["kind"]) == ("pending", 0, "training")
        assert work_off(trained) == 1
        done = client.get(f"{ADDRESS}/{job['id']}").json()
        assert (done["status"], done["progress"], done["failure"]) == ("completed", 1, None)
        assert done["result"]["model_version"] == "mall/2"
        assert done["result"]["k"] == 4
        assert "labelled_table" not in done["result"]
        info = client.get("/api/v1/model/info").json()
        assert info["model_version"] == "mall/2"

    def test_the_number_is_chosen_and_the_choice_kept(self, client: TestClient, trained: Settings) -> None:
        job = asked(client, segments="auto")
        work_off(trained)
        result = client.get(f"{ADDRESS}/{job['id']}").json()["result"]
        assert result["k"] == result["choice"]["segments"] == 5
        assert result["choice"]["text"].startswith("5 separate groups")
        assert {other["method"] for other in result["choice"]["alternatives"]} >= {"ward", "hdbscan"}
        for page in (f"/trainings/{job['id']}", "/about"):
            text = client.get(page).text
            assert result["choice"]["text"] in text
            assert "What each criterion would choose by itself" in text
            assert "What other ways of clustering make of 200 of these customers" in text

    def test_without_activation(self, client: TestClient, trained: Settings) -> None:
        job = asked(client, activate=False)
        work_off(trained)
        assert not client.get(f"{ADDRESS}/{job['id']}").json()["result"]["activated"]
        assert client.get("/api/v1/model/info").json()["model_version"] == "mall/1"

    def test_what_cannot_be_trained_fails_with_the_reason(
        self, client: TestClient, trained: Settings
    ) -> None:
        (trained.raw_dir / "mall_customers.csv").write_text(
            "CustomerID,Annual Income,Spending Score\n1,15,x\n", encoding="utf-8"
        )
        job = asked(client)
        work_off(trained)
        failed = client.get(f"{ADDRESS}/{job['id']}").json()
        assert (failed["status"], failed["result"]) == ("failed", None)
        failure = failed["failure"]
        assert (failure["type"], failure["status"]) == ("urn:clientele:error:table_invalid", 422)
        assert failure["errors"] == [
            {"pointer": "Spending Score", "detail": "line 2: this is not a plain number such as 12 or 12.5"}
        ]
        assert client.get("/api/v1/health").status_code == 200

    def test_asked_again_with_its_key_it_is_the_same(self, client: TestClient) -> None:
        headers = {"Idempotency-Key": "once"}
        first, second = (client.post(ADDRESS, json={"recipe": "mall"}, headers=headers) for _ in range(2))
        assert first.json()["id"] == second.json()["id"]
        third = client.post(ADDRESS, json={"recipe": "mall", "seed": 7}, headers=headers)
        problem_of(third, 422, "idempotency_key_reused")

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/recipe"),
            ({"recipe": "mall", "segments": 1}, "/segments"),
            ({"recipe": "mall", "segments": 9}, "/segments"),
            ({"recipe": "mall", "segments": 3.5}, "/segments"),
            ({"recipe": "mall", "segments": "many"}, "/segments"),
            ({"recipe": "mall", "seed": -1}, "/seed"),
            ({"recipe": "mall", "seed": 2**31}, "/seed"),
            ({"recipe": "mall", "activate": 1}, "/activate"),
            ({"recipe": "mall", "k": 5}, "/k"),
        ],
    )
    def test_fields(self, shared_client: TestClient, body: dict[str, Any], pointer: str) -> None:
        problem = problem_of(shared_client.post(ADDRESS, json=body), 422, "input_invalid")
        assert [fault["pointer"] for fault in problem["errors"]] == [pointer]

    def test_no_such_recipe(self, shared_client: TestClient) -> None:
        problem_of(shared_client.post(ADDRESS, json={"recipe": "nothing"}), 404, "recipe_not_found")


class TestCancel:
    def test_one_that_waits_never_runs(self, client: TestClient, trained: Settings) -> None:
        job = asked(client)
        cancelled = client.post(f"{ADDRESS}/{job['id']}/cancel").json()
        assert cancelled["status"] == "cancelled"
        assert work_off(trained) == 0
        # and again: nothing changes
        assert client.post(f"{ADDRESS}/{job['id']}/cancel").json() == cancelled

    def test_no_such_training(self, client: TestClient) -> None:
        problem_of(client.post(f"{ADDRESS}/{NOBODY}/cancel"), 404, "job_not_found")
        problem_of(client.get(f"{ADDRESS}/{NOBODY}"), 404, "job_not_found")


class TestList:
    def test_page_by_page(self, client: TestClient) -> None:
        ids = [asked(client, seed=seed)["id"] for seed in range(5)]
        first = client.get(ADDRESS, params={"limit": 3}).json()
        rest = client.get(ADDRESS, params={"limit": 3, "cursor": first["next_cursor"]}).json()
        assert [job["id"] for job in first["jobs"] + rest["jobs"]] == ids[::-1]
        assert rest["next_cursor"] is None
        assert client.get(ADDRESS, params={"status": "failed"}).json()["jobs"] == []

    @pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 201}, {"cursor": "x"}, {"status": "late"}])
    def test_what_cannot_be_listed(self, shared_client: TestClient, wrong: dict[str, Any]) -> None:
        problem_of(shared_client.get(ADDRESS, params=wrong), 422, "input_invalid")


class TestJobs:
    def test_a_training_is_a_job(self, client: TestClient) -> None:
        job = asked(client)
        assert client.get(f"/api/v1/jobs/{job['id']}").json() == job
        assert client.get("/api/v1/jobs", params={"kind": "training"}).json()["jobs"] == [job]
        assert client.get("/api/v1/jobs", params={"kind": "other"}).json()["jobs"] == []

    def test_it_is_forgotten_when_it_has_ended(self, client: TestClient) -> None:
        job = asked(client)
        address = f"/api/v1/jobs/{job['id']}"
        problem_of(client.delete(address), 409, "job_active")
        assert client.post(f"{address}/cancel").json()["status"] == "cancelled"
        assert client.delete(address).status_code == 204
        problem_of(client.get(address), 404, "job_not_found")
        problem_of(client.delete(address), 404, "job_not_found")

    def test_events_tell_until_the_end(self, client: TestClient, trained: Settings) -> None:
        job = asked(client)
        work_off(trained)
        answer = client.get(f"/api/v1/jobs/{job['id']}/events")
        assert answer.headers["content-type"].startswith("text/event-stream")
        told = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
        assert [json.loads(text)["status"] for text in told] == ["completed"]

    def test_no_events_of_no_job(self, client: TestClient) -> None:
        problem_of(client.get(f"/api/v1/jobs/{NOBODY}/events"), 404, "job_not_found")
