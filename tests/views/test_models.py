"""The page of the model versions as the server sends it: every change is a form, script or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from app.models.artifact_store import ArtifactStore
from tests.views.page_text import text_of

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def client(two_versions: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(two_versions)) as client:
        yield client


class TestShow:
    def test_versions_side_by_side_and_who_moved(self, client: TestClient) -> None:
        page = client.get("/models").text
        text = text_of(page)
        assert "Which model is in use?" in text
        assert text.index("mall/2") < text.index("mall/1 in use")
        assert "Use mall/2" in text
        assert "Use mall/1" not in text
        assert len(re.findall(r'class="version-card__fill"', page)) == 9
        moves = client.get("/api/v1/recipes/mall/versions/2/moves").json()
        assert moves["text"] in text
        assert "From mall/1, a row each, to mall/2, a column each" in text
        retired = next(s["name"] for s in moves["segments"] if s["change"] == "retired")
        assert f"{retired} retired" in text

    def test_numbers_of_the_api(self, client: TestClient) -> None:
        text = text_of(client.get("/models").text)
        for version in client.get("/api/v1/recipes/mall/versions").json()["versions"]:
            assert f"Silhouette {version['card']['metrics']['silhouette']:.3f}" in text
            for segment in version["card"]["segments"]:
                assert f"{segment['name']} {segment['size']}" in text

    def test_is_linked_from_the_header_and_from_about(self, client: TestClient) -> None:
        assert '<a class="site-header__link" href="/models">Models</a>' in client.get("/").text
        assert 'href="/models?recipe=mall"' in client.get("/about").text
        assert 'href="/models" aria-current="page"' in client.get("/models").text

    def test_older_versions(self, client: TestClient) -> None:
        page = text_of(client.get("/models?after=2").text)
        assert "Use mall/2" not in page
        assert "mall/1 in use" in page
        assert "No version is older" in text_of(client.get("/models?after=1").text)

    def test_a_version_that_cannot_be_trusted(self, client: TestClient, store: ArtifactStore) -> None:
        (store.folder / "2" / "analysis.json").write_bytes(b"")
        answer = client.get("/models")
        assert answer.status_code == 200
        text = text_of(answer.text)
        assert "It cannot be trusted: analysis.json of mall/2 is not the file that was written." in text
        assert "Use mall/2" not in text
        assert 'href="/models/mall/2/delete"' in answer.text

    def test_other_recipes(self, client: TestClient, two_versions: Settings, repository: Path) -> None:
        own = two_versions.recipes_dir
        own.mkdir(parents=True)
        text = (repository / "app" / "recipes" / "mall.toml").read_text(encoding="utf-8")
        text = text.replace('name = "mall"', 'name = "outlet"', 1).replace("Mall customers", "Outlet <b>")
        (own / "outlet.toml").write_text(text, encoding="utf-8")
        page = client.get("/models?recipe=outlet").text
        assert (
            '<a class="models__recipe" href="/models?recipe=outlet" aria-current="page">Outlet &lt;b&gt;'
            in page
        )
        assert "python train_model.py --recipe outlet" in page
        # the rest of the site stays with the recipe
        links = re.findall(r'<a class="site-header__link" href="([^"]+)"', page)
        assert links == [
            "/recipes/outlet",
            "/datasets",
            "/models?recipe=outlet",
            "/recipes/outlet/about",
            "/docs",
        ]
        assert 'href="/models?recipe=outlet" aria-current="page">Models' in page
        assert "How far to trust it" not in page

    def test_before_the_first_training(self, empty_client: TestClient) -> None:
        answer = empty_client.get("/models", headers=HTML)
        assert answer.status_code == 200
        assert "No version yet" in text_of(answer.text)

    @pytest.mark.parametrize(
        ("query", "status"),
        [("recipe=nothing", 404), ("recipe=" + "a" * 41, 422), ("after=x", 422), ("moves=0", 422)],
    )
    def test_faulty_addresses(self, client: TestClient, query: str, status: int) -> None:
        answer = client.get(f"/models?{query}", headers=HTML)
        assert answer.status_code == status
        assert "Reference for support" in answer.text

    @pytest.mark.parametrize("query", ["done=<script>&version=1", "done=activated", "version=1"])
    def test_no_message_of_somebody_elses(self, client: TestClient, query: str) -> None:
        page = client.get(f"/models?{query}").text
        assert "notice" not in page
        assert "<script>" not in page


class TestChange:
    def test_activate_and_roll_back(self, client: TestClient, store: ArtifactStore) -> None:
        answer = client.post("/models/mall/2/activate", headers=HTML, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            "/models?recipe=mall&done=activated&version=2",
        )
        text = text_of(client.get(answer.headers["location"]).text)
        assert "mall/2 is in use now." in text
        assert "Roll back to mall/1" in text
        back = client.post("/models/mall/2/roll-back", headers=HTML)
        assert "Rolled back: mall/1 is in use now." in text_of(back.text)
        assert store.pointer.version() == 1

    def test_a_button_pressed_twice(self, client: TestClient, store: ArtifactStore) -> None:
        client.post("/models/mall/2/activate", headers=HTML)
        client.post("/models/mall/2/roll-back", headers=HTML)
        answer = client.post("/models/mall/2/roll-back", headers=HTML)
        assert answer.status_code == 409
        assert "mall/1 is in use by now, not mall/2" in text_of(answer.text)
        assert store.pointer.version() == 1

    def test_delete_asks_first(self, client: TestClient, store: ArtifactStore) -> None:
        text = text_of(client.get("/models/mall/2/delete").text)
        assert "Delete mall/2?" in text
        assert "Keep it" in text
        assert store.versions() == [1, 2]
        answer = client.post("/models/mall/2/delete", headers=HTML)
        assert "mall/2 is deleted." in text_of(answer.text)
        assert store.versions() == [1]

    def test_the_one_in_use_stays(self, client: TestClient, store: ArtifactStore) -> None:
        assert "It is in use." in text_of(client.get("/models/mall/1/delete").text)
        answer = client.post("/models/mall/1/delete", headers=HTML)
        assert answer.status_code == 409
        assert "The model version is in use: mall/1 is in use" in text_of(answer.text)
        assert store.versions() == [1, 2]

    @pytest.mark.parametrize("address", ["/models/mall/7/activate", "/models/mall/7/delete"])
    def test_no_such_version(self, client: TestClient, address: str) -> None:
        answer = client.post(address, headers=HTML)
        assert answer.status_code == 404
        assert "there is no version mall/7" in text_of(answer.text)

    def test_no_such_change(self, client: TestClient) -> None:
        assert client.post("/models/mall/2/promote", headers=HTML).status_code == 422

    def test_from_another_site(self, client: TestClient, store: ArtifactStore) -> None:
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}
        answer = client.post("/models/mall/2/activate", headers=headers)
        assert answer.status_code == 403
        assert "Changes are not taken from another site's page" in text_of(answer.text)
        assert store.pointer.version() == 1
