"""Model versions over the API: what there is, which answers, and every change with its refusals."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from app.models import active_pointer
from app.models.artifact_store import ArtifactStore
from tests.api.problems import problem_of

VERSIONS = "/api/v1/recipes/mall/versions"
CUSTOMER = {"annual_income": 86.5, "spending_score": 82.1}
CHANGES = [
    ("POST", f"{VERSIONS}/2/activate"),
    ("POST", f"{VERSIONS}/rollback"),
    ("DELETE", f"{VERSIONS}/2"),
    ("POST", "/models/mall/2/activate"),
    ("POST", "/models/mall/1/roll-back"),
    ("POST", "/models/mall/2/delete"),
]
# what changes nothing: a question whose answer is all that there is
QUESTIONS = {
    *("predict", "explain", "predict_by_recipe", "explain_by_recipe"),
    *("predict_older", "predict_cluster"),
}


@pytest.fixture
def client(two_versions: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(two_versions)) as client:
        yield client


class TestList:
    def test_the_newest_first(self, client: TestClient) -> None:
        found = client.get(VERSIONS).json()
        assert (found["recipe"], found["active"], found["rollback_to"]) == ("mall", 1, None)
        assert [(v["model_version"], v["is_active"]) for v in found["versions"]] == [
            ("mall/2", False),
            ("mall/1", True),
        ]
        newest = found["versions"][0]["card"]
        assert newest["k"] == len(newest["segments"]) == 4
        assert sum(segment["size"] for segment in newest["segments"]) == newest["data"]["rows"] == 200
        assert newest["lineage"]["previous"] == "mall/1"
        assert found["next_cursor"] is None

    def test_page_by_page(self, client: TestClient) -> None:
        first = client.get(VERSIONS, params={"limit": 1}).json()
        assert ([v["version"] for v in first["versions"]], first["next_cursor"]) == ([2], 2)
        second = client.get(VERSIONS, params={"limit": 1, "cursor": first["next_cursor"]}).json()
        assert ([v["version"] for v in second["versions"]], second["next_cursor"]) == ([1], None)

    @pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=0", "cursor=1e9"])
    def test_faulty_pages(self, client: TestClient, query: str) -> None:
        problem_of(client.get(f"{VERSIONS}?{query}"), 422, "input_invalid")

    def test_one_that_cannot_be_trusted_is_named(self, client: TestClient, store: ArtifactStore) -> None:
        (store.folder / "2" / "analysis.json").write_bytes(b"{}")
        versions = client.get(VERSIONS).json()["versions"]
        assert versions[0]["card"] is None
        assert "analysis.json of mall/2 is not the file" in versions[0]["fault"]
        assert versions[1]["fault"] is None

    def test_nothing_is_trained(self, empty_client: TestClient) -> None:
        found = empty_client.get(VERSIONS).json()
        assert found == {
            "recipe": "mall",
            "active": None,
            "rollback_to": None,
            "versions": [],
            "next_cursor": None,
        }

    def test_no_such_recipe(self, client: TestClient) -> None:
        problem_of(client.get("/api/v1/recipes/nothing/versions"), 404, "recipe_not_found")


class TestGet:
    def test_the_model_card(self, client: TestClient) -> None:
        found = client.get(f"{VERSIONS}/1").json()
        assert found["is_active"] is True
        assert found["model"] == client.get("/api/v1/model/info").json()
        assert found["null_test"]["draws"] == 99
        assert {"model.json", "scaler.pkl", "kmeans_model.pkl"} <= found["files"].keys()
        assert [segment["name"] for segment in found["segments"]][1] == "VIP / Whale"

    def test_its_tag_changes_with_its_use(self, client: TestClient) -> None:
        tag = client.get(f"{VERSIONS}/1").headers["etag"]
        client.post(f"{VERSIONS}/2/activate")
        assert client.get(f"{VERSIONS}/1", headers={"If-None-Match": tag}).status_code == 200

    def test_no_such_version(self, client: TestClient) -> None:
        problem_of(client.get(f"{VERSIONS}/7"), 404, "version_not_found")

    @pytest.mark.parametrize("number", ["0", "1000000000", "9" * 60])
    def test_a_number_out_of_bounds(self, client: TestClient, number: str) -> None:
        problem_of(client.get(f"{VERSIONS}/{number}"), 422, "input_invalid")

    @pytest.mark.parametrize("number", ["-1", "x", "1.5", "%2e%2e"])
    def test_no_number(self, client: TestClient, number: str) -> None:
        assert client.get(f"{VERSIONS}/{number}/moves").status_code == 404

    def test_other_methods_are_told_which_there_are(self, client: TestClient) -> None:
        answer = client.put(f"{VERSIONS}/1")
        problem_of(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "GET, DELETE"
        assert client.get(f"{VERSIONS}/rollback").headers["allow"] == "POST"

    def test_torn(self, client: TestClient, store: ArtifactStore) -> None:
        (store.folder / "2" / "model.json").write_bytes(b"")
        problem_of(client.get(f"{VERSIONS}/2"), 503, "artifact_invalid")


class TestCurves:
    def test_an_image_to_keep(self, client: TestClient) -> None:
        answer = client.get(f"{VERSIONS}/1/curves.svg")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["content-disposition"] == 'attachment; filename="mall-1-curves.svg"'
        assert "Silhouette is highest at k = 5." in re.sub(r"<[^>]+>", "", answer.text)
        files = client.get(f"{VERSIONS}/1").json()["files"]
        assert files["curves.svg"] == hashlib.sha256(answer.content).hexdigest()

    def test_no_such_version(self, client: TestClient) -> None:
        problem_of(client.get(f"{VERSIONS}/7/curves.svg"), 404, "version_not_found")


class TestActivate:
    def test_the_next_answer_is_its_own(self, client: TestClient) -> None:
        answer = client.post(f"{VERSIONS}/2/activate")
        assert answer.status_code == 200
        assert (answer.json()["model_version"], answer.json()["is_active"]) == ("mall/2", True)
        assert client.post("/api/v1/predict", json=CUSTOMER).json()["model_version"] == "mall/2"

    def test_twice_is_once(self, client: TestClient, store: ArtifactStore) -> None:
        for _ in range(2):
            assert client.post(f"{VERSIONS}/2/activate").json()["is_active"]
        assert store.pointer.history() == [1, 2]

    def test_torn(self, client: TestClient, store: ArtifactStore) -> None:
        (store.folder / "2" / "scaler.pkl").write_bytes(b"")
        problem_of(client.post(f"{VERSIONS}/2/activate"), 503, "artifact_invalid")
        assert store.pointer.version() == 1

    def test_no_such_version(self, client: TestClient) -> None:
        problem_of(client.post(f"{VERSIONS}/7/activate"), 404, "version_not_found")

    def test_a_recipe_that_measures_other_things_by_now(
        self, two_versions: Settings, repository: Any
    ) -> None:
        own = two_versions.recipes_dir
        own.mkdir(parents=True)
        text = (repository / "app" / "recipes" / "mall.toml").read_text(encoding="utf-8")
        (own / "mall.toml").write_text(text.replace("spending_score", "score_of_spending"), encoding="utf-8")
        with TestClient(create_app(two_versions)) as client:
            problem_of(client.post(f"{VERSIONS}/2/activate"), 409, "versions_differ")

    def test_a_folder_that_may_not_be_written(
        self, client: TestClient, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise OSError(errno.EROFS, "Read-only file system")

        monkeypatch.setattr(active_pointer, "replace_durably", refuse)
        problem = problem_of(client.post(f"{VERSIONS}/2/activate"), 409, "versions_read_only")
        assert "python -m app.cli.versions" in problem["detail"]
        assert store.pointer.version() == 1


class TestRollBack:
    def test_to_the_one_before(self, client: TestClient) -> None:
        client.post(f"{VERSIONS}/2/activate")
        assert client.get(VERSIONS).json()["rollback_to"] == 1
        answer = client.post(f"{VERSIONS}/rollback", params={"leaving": 2})
        assert (answer.status_code, answer.json()["model_version"]) == (200, "mall/1")
        assert client.post("/api/v1/predict", json=CUSTOMER).json()["model_version"] == "mall/1"

    def test_nothing_before(self, client: TestClient) -> None:
        problem = problem_of(client.post(f"{VERSIONS}/rollback"), 409, "nothing_before")
        assert problem["detail"] == "no version that was in use before mall/1 is known and still there"

    def test_a_request_that_comes_twice(self, client: TestClient) -> None:
        client.post(f"{VERSIONS}/2/activate")
        assert client.post(f"{VERSIONS}/rollback?leaving=2").status_code == 200
        problem_of(client.post(f"{VERSIONS}/rollback?leaving=2"), 409, "nothing_before")

    def test_nothing_is_trained(self, empty_client: TestClient) -> None:
        problem_of(empty_client.post(f"{VERSIONS}/rollback"), 409, "nothing_before")


class TestDelete:
    def test_one_that_is_not_in_use(self, client: TestClient, store: ArtifactStore) -> None:
        answer = client.delete(f"{VERSIONS}/2")
        assert (answer.status_code, answer.content) == (204, b"")
        assert store.versions() == [1]
        problem_of(client.delete(f"{VERSIONS}/2"), 404, "version_not_found")

    def test_the_one_in_use(self, client: TestClient, store: ArtifactStore) -> None:
        problem_of(client.delete(f"{VERSIONS}/1"), 409, "version_active")
        assert store.versions() == [1, 2]

    def test_while_a_training_runs(self, client: TestClient, store: ArtifactStore) -> None:
        with store.training():
            problem_of(client.delete(f"{VERSIONS}/2"), 409, "training_busy")
        assert store.versions() == [1, 2]


class TestDownload:
    def test_every_file_with_its_hash(self, client: TestClient, store: ArtifactStore) -> None:
        answer = client.get(f"{VERSIONS}/2/download")
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["content-disposition"] == 'attachment; filename="mall-2.zip"'
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
            files = {name: archive.read(name) for name in archive.namelist()}
        lines = files.pop("SHA256SUMS").decode().splitlines()
        sums = {name: sha256 for sha256, name in (line.split("  ") for line in lines)}
        assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        assert files == {path.name: path.read_bytes() for path in (store.folder / "2").iterdir()}

    def test_the_same_bytes_each_time(self, client: TestClient) -> None:
        first, second = (client.get(f"{VERSIONS}/2/download").content for _ in range(2))
        assert first == second

    def test_torn(self, client: TestClient, store: ArtifactStore) -> None:
        (store.folder / "2" / "scaler.pkl").write_bytes(b"")
        problem_of(client.get(f"{VERSIONS}/2/download"), 503, "artifact_invalid")


class TestMoves:
    def test_who_moved_into_it(self, client: TestClient) -> None:
        found = client.get(f"{VERSIONS}/2/moves").json()
        assert (found["from_version"], found["to_version"], found["basis"]) == ("mall/1", "mall/2", "joined")
        assert found["customers"] == 200
        # the data is the same, so all that moved was moved by a model of four segments
        assert found["moved"] == found["by_model"] > 0
        assert sum(cell["customers"] for cell in found["cells"]) == 200
        assert found["text"].startswith(f"{found['moved']} of 200 customers moved: ")
        assert "retired" in {segment["change"] for segment in found["segments"]}
        assert client.get(f"{VERSIONS}/2/moves?from=1").json() == found

    def test_the_other_way_round_only_the_model_is_compared(self, client: TestClient) -> None:
        found = client.get(f"{VERSIONS}/1/moves?from=2").json()
        assert (found["basis"], found["customers"]) == ("newer_table", 200)
        assert found["moved"] == found["by_model"] == client.get(f"{VERSIONS}/2/moves").json()["moved"]

    def test_with_itself(self, client: TestClient) -> None:
        assert client.get(f"{VERSIONS}/2/moves?from=2").json()["moved"] == 0

    def test_the_first_follows_none(self, client: TestClient) -> None:
        problem_of(client.get(f"{VERSIONS}/1/moves"), 404, "moves_unknown")

    def test_no_such_older_version(self, client: TestClient) -> None:
        problem_of(client.get(f"{VERSIONS}/2/moves?from=7"), 404, "version_not_found")

    def test_no_customer_is_named(self, store: ArtifactStore) -> None:
        stored = json.loads((store.folder / "2" / "moves.json").read_bytes())
        assert set(stored) == {
            "from_version", "to_version", "basis", "segments", "born", "retired", "customers", "stayed",
            "moves", "new", "gone",
        }  # fmt: skip


class TestOtherSites:
    @pytest.mark.parametrize(("method", "address"), CHANGES)
    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"},
            {"Origin": "https://elsewhere.example"},
            {"Origin": "null"},
        ],
        ids=["cross-site", "same-site", "origin", "null"],
    )
    def test_are_refused(
        self, client: TestClient, store: ArtifactStore, method: str, address: str, headers: dict[str, str]
    ) -> None:
        problem_of(client.request(method, address, headers=headers), 403, "cross_site_refused")
        assert (store.versions(), store.pointer.version()) == ([1, 2], 1)

    @pytest.mark.parametrize(
        "headers",
        [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://testserver"}],
        ids=["program", "own page", "typed", "older browser"],
    )
    def test_ours_are_not(self, client: TestClient, headers: dict[str, str]) -> None:
        assert client.post(f"{VERSIONS}/2/activate", headers=headers).status_code == 200

    def test_every_operation_that_changes_something_is_guarded(self, client: TestClient) -> None:
        """Whoever adds one and forgets the guard is told here: it must refuse before it looks at anything."""
        described = client.get("/openapi.json").json()["paths"]
        tried = 0
        for path, methods in described.items():
            for method, operation in methods.items():
                if method == "get" or operation["operationId"] in QUESTIONS:
                    continue
                address = re.sub(r"\{\w+\}", "2", path.replace("{recipe}", "mall"))
                is_json = "application/json" in operation.get("requestBody", {}).get("content", {})
                headers = {"Sec-Fetch-Site": "cross-site"}
                answer = client.request(method, address, headers=headers, json={} if is_json else None)
                problem_of(answer, 403, "cross_site_refused")
                tried += 1
        assert tried >= 3
